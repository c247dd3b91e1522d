/** Tells the reader what happened: quietly in a line below, plainly in a box above, and to screen readers. */
export class Voice {
  /** @param {import("./messages.js").Messages} messages @param {(key: string) => void} useKey */
  constructor(messages, useKey) {
    this.messages = messages;
    this.live = at("live");
    this.status = at("status");
    this.alert = at("alert");
    this.undo = /** @type {HTMLButtonElement} */ (at("undo"));
    this.timer = 0;
    at("alert-close").addEventListener("click", () => this.calm());
    at("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = /** @type {HTMLInputElement} */ (at("key"));
      if (!field.value.trim()) return;
      useKey(field.value.trim());
      field.value = "";
      this.calm();
    });
  }

  /**
   * Say something that passes; with `undo`, let it be undone.
   *
   * @param {string} key
   * @param {Record<string, string | number>} values
   * @param {(() => void) | null} undo
   */
  tell(key, values = {}, undo = null) {
    this.messages.label(this.status, key, values);
    this.undo.hidden = !undo;
    this.undo.onclick = () => {
      this.hush();
      undo?.();
    };
    /** @type {HTMLElement} */ (this.status.parentElement).classList.add("shown");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hush(), undo ? 20_000 : 8_000);
  }

  hush() {
    clearTimeout(this.timer);
    this.status.textContent = "";
    delete this.status.dataset.message;
    this.undo.hidden = true;
    /** @type {HTMLElement} */ (this.status.parentElement).classList.remove("shown");
  }

  /** Say something to screen readers alone. @param {string} text */
  murmur(text) {
    this.live.textContent = text;
  }

  /** Say what went wrong, until it is closed or something else is done. @param {import("./problem.js").Problem} problem */
  complain(problem) {
    const { key, values, detail } = problem.said(this.messages);
    this.#show(key, values, detail);
    at("key-form").hidden = problem.status !== 401 && problem.status !== 403;
  }

  /** Say that something is missing. @param {string} key @param {Record<string, string | number>} values */
  warn(key, values = {}) {
    this.#show(key, values, "");
    at("key-form").hidden = true;
  }

  calm() {
    this.alert.hidden = true;
  }

  /** @param {string} key @param {Record<string, string | number>} values @param {string} detail */
  #show(key, values, detail) {
    this.alert.hidden = false;
    this.messages.label(at("alert-text"), key, values);
    at("alert-detail").textContent = detail;
    this.alert.scrollIntoView({ block: "nearest" });
  }
}

/** @param {string} id */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
