// Problems of which the page's own sentence says everything.
const COMPLETE = new Set(["empty-article"]);

/** What a server refuses, as its problem document says it (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {string} kind - The last part of the problem's type; "network" and "broken" are the page's own.
   * @param {number} status
   * @param {string} detail - One English line, "" for none.
   * @param {number} wait - Seconds after which to try again, 0 for unknown.
   */
  constructor(kind, status = 0, detail = "", wait = 0) {
    super(detail || kind);
    this.kind = kind;
    this.status = status;
    this.detail = detail;
    this.wait = wait;
  }

  /** @param {any} document @param {number} wait */
  static of(document, wait = 0) {
    const kind = String(document?.type ?? "").split(":").pop() || "other";
    return new Problem(kind, Number(document?.status ?? 0), String(document?.detail ?? ""), wait);
  }

  /** @param {Response} response */
  static async from(response) {
    const wait = Number(response.headers.get("Retry-After")) || 0;
    const document = await response.json().catch(() => null);
    return Problem.of({ status: response.status, ...document }, wait);
  }

  /**
   * Say it in a plain sentence; the server's own line, which names what to do, comes after it.
   *
   * @param {import("./messages.js").Messages} messages
   * @returns {{key: string, values: Record<string, number>, detail: string}}
   */
  said(messages) {
    if (this.status === 401 || this.status === 403) return { key: "key_needed", values: {}, detail: this.detail };
    if ((this.status === 429 || this.status === 503) && this.wait) {
      return { key: "error_busy", values: { n: this.wait }, detail: "" };
    }
    const key = `error_${this.kind}`;
    const known = messages.has(key);
    return { key: known ? key : "error_other", values: {}, detail: COMPLETE.has(this.kind) ? "" : this.detail };
  }
}
