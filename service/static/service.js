import { Problem } from "./problem.js";

const KEY = "triptych-key";

/** The HTTP interface of the server that this page came from. */
export class Service {
  /** Remember an API key until the tab is closed. @param {string} key */
  useKey(key) {
    sessionStorage.setItem(KEY, key);
  }

  /** @returns {Promise<{source: string, targets: string[], alignable: string[]}>} */
  async languages() {
    return (await this.#get("v1/languages")).json();
  }

  /** @returns {Promise<{id: string, kind: string, targets: string[], quality: string, installed: boolean}[]>} */
  async models() {
    return (await this.#get("v1/models")).json();
  }

  /** Return what this server offers: its paths, and the media types a translation can be had in. */
  async offers() {
    const document = await (await this.#get("openapi.json")).json();
    const content = document.paths["/v1/translate"]?.post?.responses?.["200"]?.content ?? {};
    return { paths: new Set(Object.keys(document.paths)), forms: new Set(Object.keys(content)) };
  }

  /**
   * Translate or compare; yields lines as docs/api.md describes them. Throws Problem.
   *
   * @param {string} path
   * @param {object} body
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<any>}
   */
  async *stream(path, body, signal) {
    const response = await this.#post(path, body, "application/x-ndjson", signal);
    let ended = false;
    try {
      for await (const line of lines(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body))) {
        if (line.type === "problem") throw Problem.of(line.problem);
        ended = line.type === "end";
        yield line;
      }
    } catch (error) {
      throw error instanceof TypeError ? new Problem("broken") : error;
    }
    if (!ended) throw new Problem("broken");
  }

  /** Have a result in a form. Throws Problem. @param {string} path @param {object} body @param {string} accept */
  async file(path, body, accept) {
    return (await this.#post(path, body, accept)).blob();
  }

  /**
   * Have the server read a file. Throws Problem, with status 404 where it reads none.
   *
   * @param {File} file
   * @returns {Promise<{text: string, format: string, name: string}>}
   */
  async document(file) {
    const body = new FormData();
    body.append("file", file);
    return (await this.#fetch("v1/documents", { method: "POST", body })).json();
  }

  /**
   * Keep an approved translation in the translation memory. Throws Problem, 404 where there is none.
   *
   * @param {{source: string, target: string, text: string}} unit
   */
  async remember(unit) {
    await this.#fetch("v1/memory", {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(unit),
    });
  }

  /** Take an approved translation out of the translation memory. Throws Problem. @param {{source: string, target: string}} unit */
  async forget(unit) {
    await this.#fetch(`v1/memory?${new URLSearchParams(unit)}`, { method: "DELETE" });
  }

  /** @param {string} path */
  #get(path) {
    return this.#fetch(path, {});
  }

  /** @param {string} path @param {object} body @param {string} accept @param {AbortSignal} [signal] */
  #post(path, body, accept, signal) {
    const headers = { "Content-Type": "application/json", Accept: accept };
    return this.#fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  }

  /** @param {string} path @param {RequestInit} options */
  async #fetch(path, options) {
    const key = sessionStorage.getItem(KEY);
    const headers = new Headers(options.headers);
    if (key) headers.set("Authorization", `Bearer ${key}`);
    let response;
    try {
      response = await fetch(path, { ...options, headers });
    } catch (error) {
      throw error instanceof TypeError ? new Problem("network") : error;
    }
    if (!response.ok) throw await Problem.from(response);
    return response;
  }
}

/**
 * Yield the lines of a stream of NDJSON, parsed.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @returns {AsyncGenerator<any>}
 */
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = /** @type {string} */ (parts.pop());
    for (const part of parts) if (part) yield JSON.parse(part);
  }
  if (rest) throw new Problem("broken");
}
