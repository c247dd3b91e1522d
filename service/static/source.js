import { element } from "./element.js";
import { guessedFormat, readFile, UnreadableFile } from "./file.js";

/** The form: an article, the languages, and versions of the reader's own. */
export class Source {
  /**
   * @param {{messages: import("./messages.js").Messages, service: import("./service.js").Service,
   *   voice: import("./voice.js").Voice, languages: Record<string, {name: string, direction: string}>}} parts
   * @param {{changed: () => void, ordered: () => void, cleared: () => void}} heard
   */
  constructor({ messages, service, voice, languages }, heard) {
    this.messages = messages;
    this.service = service;
    this.voice = voice;
    this.languages = languages;
    this.heard = heard;
    this.form = /** @type {HTMLFormElement} */ (at("source"));
    this.text = /** @type {HTMLTextAreaElement} */ (at("text"));
    this.format = /** @type {HTMLSelectElement} */ (at("format"));
    this.extract = /** @type {HTMLInputElement} */ (at("extract"));
    this.targets = at("targets");
    this.own = at("own-versions");
    this.file = /** @type {HTMLInputElement} */ (at("file"));
    this.#listen();
  }

  /** @returns {import("./types.js").Order} */
  get order() {
    const checked = [...this.targets.querySelectorAll("input:checked")];
    const fields = /** @type {NodeListOf<HTMLTextAreaElement>} */ (this.own.querySelectorAll("textarea"));
    return {
      text: this.text.value,
      format: this.format.value,
      extract: this.extract.checked && this.format.value === "html",
      targets: checked.map((box) => /** @type {HTMLInputElement} */ (box).value),
      own: Object.fromEntries([...fields].map((field) => [field.name, field.value]).filter(([, text]) => text.trim())),
    };
  }

  /** @param {import("./types.js").Order} order */
  set order(order) {
    this.text.value = order.text;
    this.format.value = order.format;
    this.extract.checked = order.extract;
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.targets.querySelectorAll("input"))) {
      box.checked = order.targets.includes(box.value);
    }
    for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (this.own.querySelectorAll("textarea"))) {
      field.value = order.own[field.name] ?? "";
    }
    /** @type {HTMLDetailsElement} */ (at("own")).open = Object.keys(order.own).length > 0;
    this.#show();
  }

  /** Offer languages to translate into. @param {string[]} targets */
  offer(targets) {
    this.targets.replaceChildren();
    this.own.replaceChildren();
    for (const target of targets) {
      const name = this.languages[target]?.name ?? target;
      const box = element("input", { type: "checkbox", value: target, checked: true });
      this.targets.append(element("label", { class: "tick" }, box, " ", element("span", { lang: target }, name)));
      const id = `own-${target}`;
      const label = element("label", { for: id });
      const dir = this.languages[target]?.direction ?? "ltr";
      const field = element("textarea", { id, name: target, lang: target, dir, rows: 6, spellcheck: "false" });
      this.own.append(
        element("div", { class: "own-version" }, this.messages.label(label, "own_label", { language: name }), field),
      );
    }
  }

  /** Say that the server reads more kinds of files. */
  offerFiles() {
    this.messages.label(at("text-hint"), "article_hint_files");
  }

  #listen() {
    this.form.addEventListener("input", (event) => {
      const pasted = event.target === this.text && /** @type {InputEvent} */ (event).inputType?.startsWith("insertFrom");
      if (pasted) this.format.value = guessedFormat(this.text.value);
      this.#changed();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.heard.ordered();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.heard.ordered();
      }
    });
    at("clear").addEventListener("click", () => this.#clear());
    at("open").addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => {
      const [file] = this.file.files ?? [];
      if (file) this.#open(file);
      this.file.value = "";
    });
    at("example").addEventListener("click", () => this.#example([]));
    at("comparison").addEventListener("click", () => this.#example(["es"]));
    this.#takeDrops();
  }

  #takeDrops() {
    const sheet = at("sheet");
    const over = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    // A file that misses the sheet must not make the browser leave the page.
    for (const kind of ["dragover", "drop"]) {
      document.addEventListener(kind, (event) => over(/** @type {DragEvent} */ (event)) && event.preventDefault());
    }
    sheet.addEventListener("dragover", (event) => sheet.classList.toggle("over", over(event)));
    sheet.addEventListener("dragleave", () => sheet.classList.remove("over"));
    sheet.addEventListener("drop", (event) => {
      sheet.classList.remove("over");
      const [file] = event.dataTransfer?.files ?? [];
      if (file) this.#open(file);
    });
  }

  /** @param {File} file */
  async #open(file) {
    this.voice.calm();
    try {
      const { text, format } = await readFile(file, this.service);
      this.text.value = text;
      this.format.value = format;
      this.#changed();
      this.text.focus();
      this.text.setSelectionRange(0, 0);
    } catch (error) {
      if (error instanceof UnreadableFile) this.voice.warn(error.key, { name: file.name });
      else this.voice.complain(/** @type {import("./problem.js").Problem} */ (error));
    }
  }

  /** Take the example article, with versions of it in some languages. @param {string[]} own */
  async #example(own) {
    const get = async (/** @type {string} */ language) => (await fetch(`static/harbour.${language}.md`)).text();
    const texts = await Promise.all([get("en"), ...own.map(get)]);
    const versions = Object.fromEntries(own.map((language, place) => [language, texts[place + 1]]));
    const targets = [...this.targets.querySelectorAll("input")].map((box) => box.value);
    this.order = { text: texts[0], format: "markdown", extract: false, targets, own: versions };
    this.#changed();
    at("go").focus();
  }

  #clear() {
    const before = this.order;
    this.order = { text: "", format: "text", extract: false, targets: before.targets, own: {} };
    this.heard.cleared();
    this.text.focus();
    this.voice.tell("cleared", {}, () => {
      this.order = before;
      this.#changed();
      this.text.focus();
    });
  }

  #changed() {
    this.#show();
    this.heard.changed();
  }

  /** Show what belongs to what is there. */
  #show() {
    const { text, own } = this.order;
    at("empty").hidden = text.trim() !== "";
    at("clear").hidden = text === "" && !Object.keys(own).length;
    // A version of one's own is not translated, whatever is ticked.
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.targets.querySelectorAll("input"))) {
      box.disabled = box.value in own;
    }
    at("extract-field").hidden = this.format.value !== "html";
    this.messages.label(at("go-text"), Object.keys(own).length ? "compare" : "translate");
  }
}

/** @param {string} id */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
