import { element } from "./element.js";

/** Edits a translation where it stands, one at a time. */
export class Editor {
  /**
   * @param {import("./table.js").Table} table
   * @param {import("./messages.js").Messages} messages
   * @param {(place: {language: string, index: number, row: number}, text: string | null) => void} saved -
   *   Called with what was written, or null for the machine's own.
   */
  constructor(table, messages, saved) {
    this.table = table;
    this.messages = messages;
    this.saved = saved;
    /** @type {(() => void) | null} */
    this.close = null;
    table.table.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest(".edit");
      if (button) this.#open(button);
    });
    table.table.addEventListener("dblclick", (event) => {
      const sentence = /** @type {Element} */ (event.target).closest(".sentence");
      if (sentence && sentence.closest("td")?.querySelector(".edit")) this.#open(sentence);
    });
  }

  /** @param {Element} part */
  #open(part) {
    const { messages, table } = this;
    const place = table.place(part);
    const result = /** @type {import("./result.js").Result} */ (table.result);
    if (!result.state.whole) return; // what is still coming would push the editor away
    this.close?.();
    const stretch = /** @type {HTMLElement} */ (part.closest(".text > *"));
    const name = table.languages[place.language]?.name ?? place.language;
    const field = element("textarea", { lang: place.language, rows: 2, spellcheck: "true" });
    messages.name(field, "edit_label", { n: place.row + 1, language: name });
    field.value = result.text(place.language, place.index) ?? "";
    const problem = element("p", { class: "note warning", role: "alert" });
    const button = (/** @type {string} */ key, /** @type {string} */ type, /** @type {string} */ style) =>
      messages.label(element("button", { type, class: style }), key);
    const cancel = button("cancel", "button", "plain");
    const form = element(
      "form",
      { class: "editor" },
      field,
      problem,
      element("div", { class: "editor-buttons" }, button("save", "submit", "button"), cancel),
    );
    const edited = result.edit(place.language, place.index) !== undefined;
    if (edited) {
      const restore = button("restore", "button", "plain");
      restore.addEventListener("click", () => finish(null));
      form.lastElementChild.append(restore);
    }
    const shut = () => {
      this.close = null;
      form.remove();
      stretch.hidden = false;
    };
    const focusBack = () => {
      const cell = table.rows[place.row].querySelector(
        `.sentence[data-language="${place.language}"][data-index="${place.index}"]`,
      );
      /** @type {HTMLElement | null} */ (cell)?.focus();
    };
    const finish = (/** @type {string | null} */ text) => {
      shut();
      this.saved(place, text);
      focusBack();
    };
    const submit = () => {
      const text = field.value.replace(/\s+/g, " ").trim();
      if (text) finish(text);
      else messages.label(problem, "edit_empty");
    };
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      submit();
    });
    const leave = () => {
      shut();
      focusBack();
    };
    cancel.addEventListener("click", leave);
    form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") leave();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
      else return;
      event.preventDefault();
    });
    stretch.hidden = true;
    stretch.after(form);
    this.close = shut;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
}
