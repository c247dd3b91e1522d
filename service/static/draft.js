const ORDER = "triptych-order";
const RESULT = "triptych-result";
const VIEW = "triptych-view";

/** What the reader has in hand, kept in this browser across reloads. */
export class Draft {
  /** @returns {import("./types.js").Order | null} */
  order() {
    return read(ORDER);
  }

  /** Keep the reader's article; return whether there was room. @param {import("./types.js").Order} order */
  keepOrder(order) {
    return write(ORDER, order);
  }

  /** @returns {{order: import("./types.js").Order, result: object} | null} */
  result() {
    return read(RESULT);
  }

  /**
   * Keep a result with what it was made from; return whether there was room.
   *
   * @param {import("./types.js").Order} order
   * @param {object} result
   */
  keepResult(order, result) {
    return write(RESULT, { order, result });
  }

  /** Whether the reader was last at the article, not at a result. */
  atArticle() {
    return read(VIEW) === "article";
  }

  /** @param {"article" | "result"} view */
  keepView(view) {
    write(VIEW, view);
  }

  forget() {
    for (const key of [ORDER, RESULT, VIEW]) remove(key);
  }
}

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null; // storage is off, or holds what is not ours: as if there were nothing
  }
}

/** @param {string} key @param {object | string} value */
function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    remove(key); // too large: an older one would be another article's
    return false;
  }
}

/** @param {string} key */
function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // storage is off: there is nothing to remove
  }
}
