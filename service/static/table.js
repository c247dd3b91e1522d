import { element } from "./element.js";
import { layOut, stretches } from "./layout.js";
import { isMade } from "./result.js";

const LANGUAGES = ["language", "original", "spoken"]; // values of a finding that are languages

/** The versions side by side: a table of rows, drawn from a result and kept up with it. */
export class Table {
  /**
   * @param {HTMLTableElement} table
   * @param {import("./messages.js").Messages} messages
   * @param {Record<string, {name: string, direction: string}>} languages
   */
  constructor(table, messages, languages) {
    this.table = table;
    this.messages = messages;
    this.languages = languages;
    /** @type {import("./result.js").Result | null} */
    this.result = null;
    /** @type {HTMLTableRowElement[]} */
    this.rows = [];
  }

  /** Draw a result from the beginning. @param {import("./result.js").Result} result */
  draw(result) {
    this.result = result;
    const { order, rows, versions } = result.state;
    const caption = this.messages.label(element("caption", { class: "hidden" }), "table_caption");
    const body = element("tbody", { role: "rowgroup" });
    this.rows = [];
    for (const line of layOut(rows, order, versions)) {
      body.append("row" in line ? this.#row(line.row) : this.#between(line.blocks, order));
    }
    this.table.replaceChildren(caption, this.#head(order, versions), body);
    this.table.className = `versions columns-${order.length}`;
  }

  /** Take away what was drawn. */
  clear() {
    this.rows = [];
    this.table.replaceChildren();
  }

  /** Draw a row again to which a sentence has come, and let that one be seen to come. @param {any} line */
  arrive({ language, index }) {
    this.refresh(index);
    this.rows[index].querySelector(`.sentence[data-language="${language}"]`)?.classList.add("fresh");
  }

  /** Draw a row again. @param {number} number */
  refresh(number) {
    const old = this.rows[number];
    const current = /** @type {HTMLElement | null} */ (old.querySelector('.sentence[tabindex="0"]'));
    const focused = current !== null && current === document.activeElement;
    const made = this.#row(number);
    old.replaceWith(made);
    if (!current) return;
    const { language, index } = current.dataset;
    for (const part of made.querySelectorAll(`[data-language="${language}"][data-index="${index}"]`)) {
      /** @type {HTMLElement} */ (part).tabIndex = 0;
    }
    if (focused) /** @type {HTMLElement | null} */ (made.querySelector('.sentence[tabindex="0"]'))?.focus();
  }

  /** Which sentence an element of the table is of. @param {Element} part */
  place(part) {
    const sentence = /** @type {HTMLElement} */ (part.closest("[data-index]"));
    const { language = "", index } = sentence.dataset;
    return { language, index: Number(index), row: Number(/** @type {HTMLElement} */ (part.closest("tr")).dataset.row) };
  }

  #head(order, versions) {
    const row = element("tr", { role: "row" });
    const corner = element("th", { class: "gutter", scope: "col", role: "columnheader" });
    corner.append(this.messages.label(element("span", { class: "hidden" }), "row_column"));
    row.append(corner);
    for (const language of order) {
      const { checkpoint } = versions[language];
      const made = isMade(versions[language]);
      const origin = element("span", { class: made ? "origin made" : "origin" });
      origin.append(this.messages.label(element("span"), made ? "machine" : "given"));
      if (made && checkpoint) origin.append(` · ${checkpoint}`);
      const name = element("span", { class: "language", lang: language }, this.#name(language));
      row.append(element("th", { scope: "col", role: "columnheader" }, name, " ", origin));
    }
    return element("thead", { role: "rowgroup" }, row);
  }

  /** @param {number} number */
  #row(number) {
    const result = /** @type {import("./result.js").Result} */ (this.result);
    const { order, rows, versions } = result.state;
    const { sentences, score } = rows[number];
    const cells = order.map((language) => this.#cell(language, number, sentences[language] ?? []));
    const opens = order.some((language) =>
      stretches(versions[language], sentences[language] ?? []).some((stretch) => stretch.opens),
    );
    const classes = ["row", opens && "opens", result.problem(number) && "problem"].filter(Boolean).join(" ");
    const row = element("tr", { class: classes, role: "row", "data-row": number, id: `row-${number + 1}` });
    row.append(this.#gutter(number, order.map((language) => (sentences[language] ?? []).length), score), ...cells);
    this.rows[number] = row;
    return row;
  }

  /** @param {number} number @param {number[]} counts @param {number | null} score */
  #gutter(number, counts, score) {
    const { messages } = this;
    const gutter = element("th", { class: "gutter", scope: "row", role: "rowheader" });
    const meta = element("div", { class: "meta" });
    const name = messages.label(element("span", { class: "hidden" }), "row");
    meta.append(element("span", { class: "number" }, name, ` ${number + 1}`));
    gutter.append(meta);
    if (score !== null && counts.filter(Boolean).length > 1) {
      const match = messages.label(element("span", { class: "hidden" }), "match");
      meta.append(element("span", { class: "score" }, match, ` ${score.toFixed(2)}`));
      gutter.append(
        element(
          "svg",
          { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
          element("rect", { class: "rest", width: 100, height: 4 }),
          element("rect", { class: "fill", width: Math.round(100 * score), height: 4 }),
        ),
      );
    }
    if (Math.max(...counts) > 1) {
      const what = messages.label(element("span", { class: "hidden" }), "sentences");
      gutter.append(element("div", { class: "shape" }, what, ` ${counts.join(" : ")}`));
    }
    if (this.result?.weak(number)) {
      gutter.append(element("div", { class: "weak" }, messages.label(element("span"), "flag_weak")));
    }
    return gutter;
  }

  /** @param {string} language @param {number} number @param {number[]} indices */
  #cell(language, number, indices) {
    const { messages } = this;
    const result = /** @type {import("./result.js").Result} */ (this.result);
    const version = result.state.versions[language];
    const text = element("div", { class: "text" });
    for (const stretch of stretches(version, indices)) {
      const { outer, inner } = this.#stretch(stretch.block, stretch.opens, language);
      for (const [place, index] of stretch.indices.entries()) {
        if (place) inner.append(version.sentences[index]?.before ?? " ");
        inner.append(...this.#sentence(language, index, number));
      }
      text.append(outer);
    }
    if (!indices.length && result.state.whole) {
      text.append(messages.label(element("p", { class: "missing" }), "no_counterpart"));
    }
    for (const finding of result.findings(number)) {
      if (finding.language !== language || (finding.kind === "missing" && !indices.length)) continue;
      text.append(this.#note(finding));
    }
    const cell = element("td", { class: indices.length ? "cell" : "cell none", role: "cell" });
    const label = element("span", { class: isMade(version) ? "label made" : "label", "aria-hidden": "true" }, language);
    if (isMade(version)) label.append(" ", messages.label(element("span"), "machine_short"));
    cell.append(label, text);
    return cell;
  }

  /** Say what was found, in the language of the interface where it has words for it. @param {import("./types.js").Finding} finding */
  #note({ kind, severity, reason, code, values }) {
    const { messages } = this;
    const note = element("p", { class: `note ${severity === "warning" ? "warning" : "note-only"}` });
    if (messages.has(`finding_${kind}`)) note.append(messages.label(element("span"), `finding_${kind}`), ": ");
    if (messages.has(`reason_${code}`)) {
      const named = { ...values };
      for (const name of LANGUAGES) if (name in named) named[name] = this.#name(String(named[name]));
      note.append(messages.label(element("span"), `reason_${code}`, named));
    } else {
      note.append(element("span", { lang: "en" }, reason)); // of a server that knows more than this page
    }
    return note;
  }

  /**
   * What a block looks like: `outer` goes into the cell, sentences into `inner`. A heading is a paragraph here:
   * three copies of an article's headings would only be in the way of the page's own.
   */
  #stretch(block, opens, language) {
    const common = { lang: language, dir: this.languages[language]?.direction ?? "ltr" };
    const begins = opens ? "opens" : "goes-on";
    if (block.kind === "list item") {
      const item = element("li");
      return { outer: element("ul", { class: `list ${begins}`, ...common }, item), inner: item };
    }
    const [tag, style] =
      block.kind === "heading"
        ? ["p", `heading level-${Math.min(Math.max(block.level, 1), 6)}`]
        : block.kind === "quote"
          ? ["blockquote", "quote"]
          : ["p", block.kind];
    const made = element(tag, { class: `${style} ${begins}`, ...common });
    return { outer: made, inner: made };
  }

  /** @param {string} language @param {number} index @param {number} number */
  #sentence(language, index, number) {
    const { messages } = this;
    const result = /** @type {import("./result.js").Result} */ (this.result);
    const text = result.text(language, index);
    if (text === null) {
      const waiting = messages.label(element("span", { class: "hidden" }), "waiting");
      return [element("span", { class: "waiting", "data-language": language, "data-index": index }, waiting)];
    }
    const flags = result.flags(language, index);
    const attributes = { "data-language": language, "data-index": index, tabindex: -1 };
    const parts = [element("span", { class: flags.length ? "sentence flagged" : "sentence", ...attributes }, ...together(text))];
    for (const flag of flags) {
      const known = messages.has(`flag_${flag}`);
      const mark = element("span", { class: "flag", lang: known ? messages.language : "en" }, flag);
      parts.push(" ", known ? messages.label(mark, `flag_${flag}`) : mark);
    }
    if (!isMade(result.state.versions[language])) return parts;
    if (result.approved(language, index)) {
      parts.push(" ", messages.label(element("span", { class: "approved", lang: messages.language }), "edited"));
    }
    const edit = element("button", { type: "button", class: "edit", tabindex: -1, "data-language": language, "data-index": index });
    edit.append(pencil());
    messages.name(edit, "edit_name", { n: number + 1, language: this.#name(language) });
    parts.push(" ", edit);
    return parts;
  }

  /** @param {Record<string, import("./types.js").Block>} blocks @param {string[]} order */
  #between(blocks, order) {
    const row = element("tr", { class: "between", role: "row" });
    row.append(element("td", { class: "gutter", role: "cell" }));
    const texts = order.map((language) => blocks[language]?.text);
    if (texts.every((text) => text === texts[0])) {
      row.append(element("td", { class: "across", role: "cell", colspan: order.length }, this.#standing(blocks[order[0]])));
    } else {
      for (const language of order) {
        const cell = element("td", { class: "cell", role: "cell" });
        if (blocks[language]) cell.append(this.#standing(blocks[language]));
        row.append(cell);
      }
    }
    return row;
  }

  /** @param {import("./types.js").Block} block */
  #standing(block) {
    if (block.kind === "rule") return element("hr");
    const attributes = { class: "code", dir: "ltr", translate: "no", tabindex: 0, role: "group" };
    const code = element("pre", attributes, element("code", {}, block.text.replace(/^\n+|\n+$/g, "")));
    return this.messages.name(code, "code");
  }

  /** @param {string} language */
  #name(language) {
    return this.languages[language]?.name ?? language;
  }
}

/** Keep dashes that are written as hyphens together: a browser would break the line within them. @param {string} text */
function together(text) {
  const parts = text.split(/(?<!-)(-{2,3})(?!-)/);
  return parts.map((part, place) => (place % 2 ? element("span", { class: "together" }, part) : part));
}

function pencil() {
  const path = element("path", { d: "M2 14l.9-3.6L11 2.3a1.6 1.6 0 0 1 2.3 0l.4.4a1.6 1.6 0 0 1 0 2.3l-8.1 8.1L2 14z" });
  return element("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
}
