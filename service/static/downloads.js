import { element } from "./element.js";
import { request } from "./request.js";
import { isMade } from "./result.js";

// What is offered where the server has it, in this order.
const FORMS = [
  { key: "html", type: "text/html", extension: "html" },
  { key: "docx", type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", extension: "docx" },
  { key: "tmx", type: "application/x-tmx+xml", extension: "tmx" },
  { key: "xliff", type: "application/xliff+xml", extension: "xlf", single: true },
  { key: "tsv", type: "text/tab-separated-values", extension: "tsv" },
  { key: "json", type: "application/json", extension: "json" },
];
const EXTENSIONS = /** @type {Record<string, string>} */ ({ text: "txt", markdown: "md", html: "html" });
// As the command line labels the versions it writes.
const LABELS = /** @type {Record<string, (checkpoint: string) => string>} */ ({
  text: (checkpoint) => `[Machine translation, not checked: ${checkpoint}]\n`,
  markdown: (checkpoint) => `<!-- Machine translation, not checked: ${checkpoint} -->\n`,
  html: (checkpoint) => `<!-- Machine translation, not checked: ${checkpoint} -->\n`,
});

/** The menu of files that a result can be had as; edits are in them. */
export class Downloads {
  /**
   * @param {{messages: import("./messages.js").Messages, service: import("./service.js").Service,
   *   voice: import("./voice.js").Voice, languages: Record<string, {name: string, direction: string}>}} parts
   */
  constructor({ messages, service, voice, languages }) {
    this.messages = messages;
    this.service = service;
    this.voice = voice;
    this.languages = languages;
    this.menu = /** @type {HTMLDetailsElement} */ (document.getElementById("downloads"));
    this.list = /** @type {HTMLElement} */ (document.getElementById("download-list"));
    this.forms = new Set(FORMS.map(({ type }) => type).filter((type) => !type.includes("openxml")));
    this.menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#shut();
    });
    document.addEventListener("click", (event) => {
      if (!this.menu.contains(/** @type {Node} */ (event.target))) this.menu.open = false;
    });
  }

  /** Offer what there is of a result. @param {import("./types.js").Order} order @param {import("./result.js").Result} result */
  offer(order, result) {
    this.menu.hidden = !result.state.whole;
    this.list.replaceChildren();
    const [source, ...others] = result.state.order;
    for (const language of others.filter((each) => isMade(result.state.versions[each]))) {
      this.#entry("download_article", language, () => this.#article(order, result, language));
    }
    for (const form of FORMS.filter(({ type }) => this.forms.has(type))) {
      for (const language of form.single ? others : [""]) {
        this.#entry(`download_${form.key}`, language, async () => {
          const { path, body } = request(order, source, result.state.edits, language || undefined);
          const blob = await this.service.file(path, body, form.type);
          return { blob, name: [stem(result), language, form.extension].filter(Boolean).join(".") };
        });
      }
    }
    this.showEdits(result);
  }

  /** Say whether there are edits in the files. @param {import("./result.js").Result} result */
  showEdits(result) {
    const hint = /** @type {HTMLElement} */ (document.getElementById("download-edits"));
    hint.hidden = !Object.keys(result.state.edits).length;
  }

  /**
   * A version as a document of its own, in the article's format, labelled with what made it.
   *
   * @param {import("./types.js").Order} order
   * @param {import("./result.js").Result} result
   * @param {string} language
   */
  async #article(order, result, language) {
    const { path, body } = request(order, result.source, result.state.edits, language);
    const whole = JSON.parse(await (await this.service.file(path, body, "application/json")).text());
    const { document, format, checkpoint } = whole.versions[language];
    const text = `${document.trimEnd()}\n\n${LABELS[format](checkpoint)}`;
    return { blob: new Blob([text], { type: "text/plain" }), name: `${stem(result)}.${language}.${EXTENSIONS[format]}` };
  }

  /** @param {string} key @param {string} language @param {() => Promise<{blob: Blob, name: string}>} make */
  #entry(key, language, make) {
    const button = element("button", { type: "button", class: "entry" });
    this.messages.label(button, key, { language: this.languages[language]?.name ?? language });
    button.addEventListener("click", async () => {
      this.#shut();
      this.voice.calm();
      this.voice.tell("preparing");
      try {
        const { blob, name } = await make();
        save(blob, name);
        this.voice.tell("downloaded", { name });
      } catch (error) {
        this.voice.hush();
        this.voice.complain(/** @type {import("./problem.js").Problem} */ (error));
      }
    });
    this.list.append(element("li", {}, button));
  }

  #shut() {
    this.menu.open = false;
    /** @type {HTMLElement} */ (this.menu.querySelector("summary")).focus();
  }
}

/** A file's name from how the article begins: three to six words in small letters. @param {import("./result.js").Result} result */
function stem(result) {
  const words = (result.text(result.source, 0) ?? "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, 6).join("-").slice(0, 60) || "article";
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
