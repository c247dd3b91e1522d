/** How far a translation is: a bar, a line, and for screen readers a word at every quarter. */
export class Progress {
  /** @param {import("./messages.js").Messages} messages @param {import("./voice.js").Voice} voice */
  constructor(messages, voice) {
    this.messages = messages;
    this.voice = voice;
    this.box = /** @type {HTMLElement} */ (document.getElementById("working"));
    this.bar = /** @type {HTMLProgressElement} */ (document.getElementById("progress"));
    this.text = /** @type {HTMLElement} */ (document.getElementById("progress-text"));
    this.quarter = 0;
  }

  /** Begin with work whose length is not known. @param {string} key */
  begin(key) {
    this.box.hidden = false;
    this.bar.removeAttribute("value");
    this.quarter = 0;
    this.messages.label(this.text, key);
    this.voice.murmur(this.messages.say(key));
  }

  /** @param {{done: number, total: number}} state */
  show({ done, total }) {
    this.bar.max = total;
    this.bar.value = done;
    this.messages.label(this.text, done < total ? "progress" : "finishing", { done, total });
    const quarter = Math.floor((4 * done) / total);
    if (quarter > this.quarter) {
      this.quarter = quarter;
      this.voice.murmur(this.text.textContent ?? "");
    }
  }

  end() {
    this.box.hidden = true;
  }
}
