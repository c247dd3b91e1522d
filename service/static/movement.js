/**
 * The arrow keys move between sentences: left and right to a counterpart, up and down within a version; Home and
 * End to the first and last. One sentence at a time is in the tab order, and with it its button.
 */
export class Movement {
  /** @param {HTMLTableElement} table */
  constructor(table) {
    this.table = table;
    this.column = 1;
    table.addEventListener("focusin", (event) => this.#entered(/** @type {HTMLElement} */ (event.target)));
    table.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** See to it that a sentence can be reached, after the table was drawn. */
  begin() {
    if (this.table.querySelector('.sentence[tabindex="0"]')) return;
    const first = /** @type {HTMLElement | null} */ (this.table.querySelector(".sentence"));
    if (first) this.#enter(first);
  }

  /** @param {HTMLElement} target */
  #entered(target) {
    if (!target.matches(".sentence")) return;
    this.column = columnOf(target);
    this.#enter(target);
  }

  /** @param {HTMLElement} sentence */
  #enter(sentence) {
    for (const left of this.table.querySelectorAll('.sentence[tabindex="0"], .edit[tabindex="0"]')) {
      /** @type {HTMLElement} */ (left).tabIndex = -1;
    }
    sentence.tabIndex = 0;
    const button = editOf(sentence);
    if (button) button.tabIndex = 0;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const from = /** @type {HTMLElement} */ (event.target);
    if (!from.matches(".sentence") || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      editOf(from)?.click();
      return;
    }
    const to = this.#next(from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    if (!to) return;
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  /** Return where a key leads, null for nowhere, undefined for another key. @param {HTMLElement} from @param {string} key */
  #next(from, key) {
    switch (key) {
      case "ArrowDown": return this.#vertical(from, 1);
      case "ArrowUp": return this.#vertical(from, -1);
      case "ArrowRight": return horizontal(from, 1);
      case "ArrowLeft": return horizontal(from, -1);
      case "Home": return this.#all().find((each) => this.#here(each)) ?? null;
      case "End": return this.#all().findLast((each) => this.#here(each)) ?? null;
      default: return undefined;
    }
  }

  #all() {
    return /** @type {HTMLElement[]} */ ([...this.table.querySelectorAll(".sentence")]);
  }

  /** @param {HTMLElement} sentence */
  #here(sentence) {
    return columnOf(sentence) === this.column && sentence.getClientRects().length > 0;
  }

  /** @param {HTMLElement} from @param {number} step */
  #vertical(from, step) {
    const all = this.#all();
    for (let at = all.indexOf(from) + step; at >= 0 && at < all.length; at += step) {
      if (this.#here(all[at])) return all[at];
    }
    return null;
  }
}

/** @param {Element} sentence */
function columnOf(sentence) {
  return /** @type {HTMLTableCellElement} */ (sentence.closest("td")).cellIndex;
}

/** @param {HTMLElement} sentence @returns {HTMLButtonElement | null} */
function editOf(sentence) {
  const { language, index } = sentence.dataset;
  const cell = /** @type {Element} */ (sentence.closest("td"));
  return cell.querySelector(`.edit[data-language="${language}"][data-index="${index}"]`);
}

/** @param {HTMLElement} from @param {number} step */
function horizontal(from, step) {
  let cell = /** @type {Element | null} */ (from.closest("td"));
  const place = [.../** @type {Element} */ (cell).querySelectorAll(".sentence")].indexOf(from);
  while ((cell = (step > 0 ? cell?.nextElementSibling : cell?.previousElementSibling) ?? null)) {
    const sentences = /** @type {NodeListOf<HTMLElement>} */ (cell.querySelectorAll(".sentence"));
    if (sentences.length) return sentences[Math.min(place, sentences.length - 1)];
  }
  return null;
}
