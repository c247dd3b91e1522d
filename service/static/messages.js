/** The page's texts in the language of its interface; what has been labelled follows when it changes. */
export class Messages {
  /**
   * @param {Record<string, Record<string, string>>} table - Texts by key and language.
   * @param {string} language
   */
  constructor(table, language) {
    this.table = table;
    this.language = language;
  }

  /**
   * Return a text with its {braces} filled in; `n` chooses between forms.
   *
   * @param {string} key
   * @param {Record<string, string | number>} values
   */
  say(key, values = {}) {
    const forms = this.table[key][this.language].split(" | ");
    const form = forms.length > 1 ? forms[this.#form(Number(values.n), forms.length)] : forms[0];
    return form.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  }

  /** @param {string} key */
  has(key) {
    return key in this.table;
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} options */
  number(value, options = {}) {
    return new Intl.NumberFormat(this.language, options).format(value);
  }

  /**
   * Give an element its text, now and whenever the language changes.
   *
   * @template {Element} T
   * @param {T} target
   * @param {string} key
   * @param {Record<string, string | number>} values
   * @returns {T}
   */
  label(target, key, values = {}) {
    const { dataset } = /** @type {HTMLElement} */ (/** @type {unknown} */ (target));
    dataset.message = key;
    dataset.values = JSON.stringify(values);
    target.textContent = this.say(key, values);
    return target;
  }

  /**
   * Give an element an accessible name, now and whenever the language changes.
   *
   * @template {Element} T
   * @param {T} target
   * @param {string} key
   * @param {Record<string, string | number>} values
   * @returns {T}
   */
  name(target, key, values = {}) {
    const { dataset } = /** @type {HTMLElement} */ (/** @type {unknown} */ (target));
    dataset.messageLabel = key;
    dataset.values = JSON.stringify(values);
    target.setAttribute("aria-label", this.say(key, values));
    return target;
  }

  /** @param {string} language */
  speak(language) {
    this.language = language;
    document.documentElement.lang = language;
    for (const labelled of document.querySelectorAll("[data-message], [data-message-label]")) {
      const { message, messageLabel, values } = /** @type {HTMLElement} */ (labelled).dataset;
      const filled = JSON.parse(values ?? "{}");
      if (message) labelled.textContent = this.say(message, filled);
      if (message && labelled.hasAttribute("lang")) labelled.setAttribute("lang", language); // amid an article's text
      if (messageLabel) labelled.setAttribute("aria-label", this.say(messageLabel, filled));
    }
  }

  /** Which of two or three forms a number takes: one, (few,) other. */
  #form(n, count) {
    const kind = new Intl.PluralRules(this.language).select(n);
    return kind === "one" ? 0 : kind === "few" ? 1 : count - 1;
  }
}
