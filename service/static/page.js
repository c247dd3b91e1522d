import { Downloads } from "./downloads.js";
import { Draft } from "./draft.js";
import { Editor } from "./editor.js";
import { Messages } from "./messages.js";
import { Movement } from "./movement.js";
import { showNotice } from "./notice.js";
import { Problem } from "./problem.js";
import { Progress } from "./progress.js";
import { request } from "./request.js";
import { Result } from "./result.js";
import { Service } from "./service.js";
import { Source } from "./source.js";
import { Table } from "./table.js";
import { Voice } from "./voice.js";

const COOKIE = "triptych-language";

/** The page: where its parts are put together, and what leads from one to the other. */
class Page {
  constructor() {
    const data = JSON.parse(at("data").textContent ?? "");
    this.source = data.source;
    this.messages = new Messages(data.messages, document.documentElement.lang);
    this.service = new Service();
    this.draft = new Draft();
    this.voice = new Voice(this.messages, (key) => {
      this.service.useKey(key);
      this.meet();
    });
    const parts = { messages: this.messages, service: this.service, voice: this.voice, languages: data.languages };
    this.form = new Source(parts, {
      changed: () => this.#keepOrder(),
      ordered: () => this.#start(),
      cleared: () => this.#cleared(),
    });
    this.table = new Table(/** @type {HTMLTableElement} */ (at("versions")), this.messages, data.languages);
    this.movement = new Movement(this.table.table);
    this.progress = new Progress(this.messages, this.voice);
    this.downloads = new Downloads(parts);
    new Editor(this.table, this.messages, (place, text) => this.#edited(place, text));
    /** @type {Result | null} */
    this.result = null;
    /** @type {import("./types.js").Order | null} */
    this.order = null;
    /** @type {{id: string, kind: string, targets: string[], quality: string, installed: boolean}[]} */
    this.models = [];
    this.work = new AbortController();
    this.hasMemory = true;
    this.#listen();
  }

  /** Ask the server what it has, and take up what the reader left. */
  async meet() {
    const [languages, models, offers] = await Promise.allSettled([
      this.service.languages(), this.service.models(), this.service.offers(),
    ]);
    if (languages.status === "rejected") this.voice.complain(asProblem(languages.reason));
    const order = this.form.order;
    this.form.offer(languages.status === "fulfilled" ? languages.value.targets : ["es", "ru"]);
    if (models.status === "fulfilled") this.models = models.value;
    if (offers.status === "fulfilled") {
      this.downloads.forms = offers.value.forms.add("application/json");
      this.hasMemory = offers.value.paths.has("/v1/memory");
      if (offers.value.paths.has("/v1/documents")) this.form.offerFiles();
    }
    this.#takeUp(order);
    document.documentElement.dataset.ready = "";
  }

  /** @param {import("./types.js").Order} typed - What was written while the server was asked. */
  #takeUp(typed) {
    if (typed.text || this.result) {
      this.form.order = { ...typed, targets: this.form.order.targets };
      return;
    }
    const order = this.draft.order();
    if (order) this.form.order = order;
    const kept = this.draft.result();
    if (!kept) return;
    this.order = kept.order;
    this.result = new Result(/** @type {any} */ (kept.result));
    if (this.draft.atArticle()) at("return").hidden = false;
    else this.#return();
  }

  #listen() {
    at("change").addEventListener("click", () => this.#back());
    at("return").addEventListener("click", () => {
      this.#return();
      at("result-heading").focus();
    });
    at("stop").addEventListener("click", () => this.work.abort());
    at("again").addEventListener("click", () => this.#start());
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-interface]"))) {
      button.addEventListener("click", () => this.#speak(button.dataset.interface ?? "en"));
    }
    at("only-problems").addEventListener("change", (event) => {
      const { checked } = /** @type {HTMLInputElement} */ (event.target);
      this.table.table.classList.toggle("only-problems", checked);
    });
  }

  /** @param {string} language */
  #speak(language) {
    document.cookie = `${COOKIE}=${language}; max-age=31536000; samesite=lax`;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-interface]"))) {
      button.setAttribute("aria-pressed", String(button.dataset.interface === language));
    }
    this.messages.speak(language);
  }

  #keepOrder() {
    const room = this.draft.keepOrder(this.form.order);
    this.messages.label(at("kept"), room ? "kept" : "too_long_to_keep");
  }

  #cleared() {
    this.draft.forget();
    this.result = null;
    at("return").hidden = true;
    this.voice.calm();
  }

  async #start() {
    const order = this.form.order;
    this.voice.calm();
    this.voice.hush();
    if (!order.text.trim()) {
      this.voice.warn("no_article");
      this.form.text.focus();
      return;
    }
    if (!order.targets.length && !Object.keys(order.own).length) {
      this.voice.warn("no_targets");
      /** @type {HTMLElement | null} */ (this.form.targets.querySelector("input"))?.focus();
      return;
    }
    this.work.abort();
    this.work = new AbortController();
    const { signal } = this.work;
    const { path, body } = request(order, this.source);
    const before = this.result;
    this.result = null;
    this.order = order;
    at("again").hidden = true;
    try {
      await this.#work(path, body, before, signal);
    } catch (error) {
      this.#failed(error, before, signal);
    }
  }

  /**
   * Have a translation or a comparison made, and show its sentences as they come.
   *
   * @param {string} path
   * @param {object} body
   * @param {Result | null} before
   * @param {AbortSignal} signal
   */
  async #work(path, body, before, signal) {
    const compared = path === "v1/compare";
    this.#busy(compared ? "comparing" : "reading");
    for await (const line of this.service.stream(path, body, signal)) {
      if (line.type === "article") {
        this.result = Result.begun(line, before, compared);
        if (!Object.keys(line.targets).length) continue; // nothing to watch: the versions are there at the end
        this.#show();
        this.table.draw(this.result);
        showNotice(at("notice"), this.result, this.models, this.messages);
        at("result-heading").focus();
        continue;
      }
      const result = /** @type {Result} */ (this.result);
      result.take(line);
      if (line.type === "sentence") {
        this.table.arrive(line);
        this.progress.show(result.progress);
        this.movement.begin();
      }
    }
    const watched = this.table.rows.length > 0;
    this.#show();
    this.#finished(/** @type {Result} */ (this.result));
    if (!watched) at("result-heading").focus();
  }

  /** Show that the server is at work, before there is anything to read. @param {string} key */
  #busy(key) {
    at("source").hidden = true;
    at("result").hidden = false;
    for (const part of ["downloads", "filter", "legend", "notice"]) at(part).hidden = true;
    at("counts").textContent = "";
    this.table.clear();
    this.progress.begin(key);
    at("stop").focus();
  }

  /** Show the last result again. */
  #return() {
    this.voice.calm();
    this.#show();
    this.#finished(/** @type {Result} */ (this.result));
  }

  #show() {
    at("source").hidden = true;
    at("result").hidden = false;
    this.draft.keepView("result");
    /** @type {HTMLInputElement} */ (at("only-problems")).checked = false;
    this.table.table.classList.remove("only-problems");
  }

  /** @param {Result} result */
  #finished(result) {
    this.progress.end();
    this.table.draw(result);
    this.movement.begin();
    showNotice(at("notice"), result, this.models, this.messages);
    at("signature").textContent = result.state.signature;
    at("legend").hidden = false;
    this.downloads.offer(/** @type {import("./types.js").Order} */ (this.order), result);
    this.#count();
    this.#keepResult();
    this.voice.murmur(`${this.messages.say("done")} ${at("counts").textContent}`);
  }

  /** @param {unknown} error @param {Result | null} before @param {AbortSignal} signal */
  #failed(error, before, signal) {
    if (signal !== this.work.signal) return; // another one has begun since
    this.progress.end();
    const begun = this.result && this.table.rows.length && !at("result").hidden;
    if (begun && this.result && !this.result.state.whole) {
      const { done, total } = this.result.progress;
      this.messages.label(at("counts"), "stopped", { done, total });
      at("again").hidden = false;
      at("again").focus();
    } else {
      this.result = before;
      this.#back();
    }
    if (!(error instanceof DOMException && error.name === "AbortError")) this.voice.complain(asProblem(error));
  }

  #back() {
    this.work.abort();
    at("result").hidden = true;
    at("source").hidden = false;
    this.draft.keepView("article");
    at("return").hidden = !this.result?.state.whole;
    this.form.text.focus();
  }

  #count() {
    const result = /** @type {Result} */ (this.result);
    const { problems } = result;
    const counts = at("counts");
    const parts = [this.#part("rows", result.state.rows.length), " · "];
    parts.push(problems ? this.#part("to_check", problems) : this.#part("nothing_to_check", 0));
    delete counts.dataset.message;
    counts.replaceChildren(...parts);
    const filter = at("filter");
    filter.hidden = !problems;
    if (!problems) this.table.table.classList.remove("only-problems");
  }

  /** @param {string} key @param {number} n */
  #part(key, n) {
    return this.messages.label(document.createElement("span"), key, { n });
  }

  /** @param {{language: string, index: number, row: number}} place @param {string | null} text */
  async #edited({ language, index, row }, text) {
    const result = /** @type {Result} */ (this.result);
    result.setEdit(language, index, text);
    this.table.refresh(row);
    this.movement.begin();
    if (result.state.whole) this.#count();
    this.downloads.showEdits(result);
    this.#keepResult();
    const source = result.text(result.source, index);
    const unit = { source: source ?? "", target: language };
    try {
      if (!this.hasMemory) this.voice.tell(text === null ? "restored" : "saved_here");
      else if (text === null) {
        this.voice.tell("restored");
        await this.service.forget(unit);
      } else {
        await this.service.remember({ ...unit, text });
        this.voice.tell("saved_memory");
      }
    } catch (error) {
      const none = error instanceof Problem && [404, 405].includes(error.status);
      if (none && text === null) return; // it was not in the memory
      this.voice.tell(none ? "saved_here" : "memory_failed");
      if (!none) this.voice.complain(asProblem(error));
    }
  }

  #keepResult() {
    const { order, result } = this;
    if (!order || !result?.state.whole) return;
    const room = this.draft.keepResult(order, result.state);
    if (!room) this.voice.tell("too_long_to_keep");
  }
}

/** @param {unknown} error @returns {Problem} */
function asProblem(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem("other");
}

/** @param {string} id */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

new Page().meet();
