/** @typedef {import("./types.js").Version} Version */

const WEAK = 0.2; // a row's score below which its match is doubtful, as in the audit
const APPROVED = "approved"; // the flag of what comes from the translation memory
const FAULTLESS = new Set([APPROVED, "glossary"]); // flags that say how a sentence came about, not what is wrong with it

/** Versions of an article with their rows: as far as they are there, and as people have edited them. */
export class Result {
  /**
   * @param {{order: string[], versions: Record<string, Version>, rows: import("./types.js").Row[],
   *   findings: import("./types.js").Finding[], edits: import("./types.js").Edits, signature: string,
   *   whole: boolean, audited: boolean}} state
   */
  constructor(state) {
    this.state = state;
    /** All versions that there will be, in their order. */
    this.languages = state.order;
    const made = Object.values(state.versions).filter(isMade);
    /** How many sentences there are to translate, and how many are there. */
    this.progress = {
      total: made.reduce((sum, { sentences }) => sum + sentences.length, 0),
      done: made.reduce((sum, { sentences }) => sum + sentences.filter(Boolean).length, 0),
    };
  }

  /**
   * Begin with the first line of a stream.
   *
   * @param {any} line
   * @param {Result | null} before
   * @param {boolean} compared - Whether versions are compared: then the rows come with findings.
   */
  static begun(line, before, compared) {
    const targets = Object.keys(line.targets);
    const source = version(line.version);
    const versions = { [line.source]: source };
    for (const language of targets) {
      versions[language] = {
        origin: "machine",
        checkpoint: line.targets[language],
        format: source.format,
        blocks: source.blocks,
        sentences: Array(line.sentences).fill(null),
      };
    }
    const order = [line.source, ...targets];
    const rows = Array.from({ length: line.sentences }, (_, index) => ({
      sentences: Object.fromEntries(order.map((language) => [language, [index]])),
      score: null,
    }));
    const result = new Result({
      order, versions, rows, findings: [], edits: {}, signature: line.signature, whole: false, audited: compared,
    });
    result.languages = line.languages;
    result.#takeEdits(before);
    return result;
  }

  /** Take a line of a stream. @param {any} line */
  take(line) {
    const { versions, rows, findings } = this.state;
    if (line.type === "sentence") {
      versions[line.language].sentences[line.index] = {
        text: line.text, before: " ", block: line.block, score: line.score, flags: line.flags,
      };
      this.progress.done += 1;
    } else if (line.type === "version") {
      versions[line.language] = version(line.version);
    } else if (line.type === "row") {
      if (line.index === 0) rows.length = 0; // those of a comparison are others than the article's sentences
      rows[line.index] = { sentences: line.sentences, score: line.score };
    } else if (line.type === "finding") {
      findings.push(line);
    } else if (line.type === "end") {
      this.state.order = this.languages;
      this.state.signature = line.signature;
      this.state.whole = true;
    }
  }

  /** The article's own language. */
  get source() {
    return this.state.order[0];
  }

  /** @param {string} language @param {number} index */
  edit(language, index) {
    return this.state.edits[language]?.[index];
  }

  /** Return what a sentence says, as edited; null if it is not there yet. @param {string} language @param {number} index */
  text(language, index) {
    return this.edit(language, index) ?? this.state.versions[language].sentences[index]?.text ?? null;
  }

  /** Whether a person stands for a sentence, here or in the translation memory. @param {string} language @param {number} index */
  approved(language, index) {
    return this.edit(language, index) !== undefined || this.#flags(language, index).includes(APPROVED);
  }

  /** Return what looks wrong with a sentence; nothing does once a person has approved it. @param {string} language @param {number} index */
  flags(language, index) {
    return this.approved(language, index) ? [] : this.#flags(language, index).filter((flag) => !FAULTLESS.has(flag));
  }

  /** @param {string} language @param {number} index */
  #flags(language, index) {
    return this.state.versions[language].sentences[index]?.flags ?? [];
  }

  /** Put a person's translation in place, or with null take it away. @param {string} language @param {number} index @param {string | null} text */
  setEdit(language, index, text) {
    const { edits } = this.state;
    edits[language] ??= {};
    if (text === null) delete edits[language][index];
    else edits[language][index] = text;
    if (!Object.keys(edits[language]).length) delete edits[language];
  }

  /** Whether the versions of a row hardly match, and no person has seen to it. @param {number} number */
  weak(number) {
    const { rows, audited } = this.state;
    const { score, sentences } = rows[number];
    if (audited || score === null || score >= WEAK) return false;
    return Object.entries(sentences).some(
      ([language, indices]) =>
        isMade(this.state.versions[language]) && indices.some((index) => !this.approved(language, index)),
    );
  }

  /** Return the findings of a row. @param {number} number @returns {import("./types.js").Finding[]} */
  findings(number) {
    const { findings, versions, rows } = this.state;
    return findings.filter(({ row, language }) => {
      if (row !== number) return false;
      const indices = rows[row].sentences[language] ?? [];
      const approved = indices.length && indices.every((index) => this.approved(language, index));
      return !(isMade(versions[language]) && approved);
    });
  }

  /** Whether an editor should look at a row. @param {number} number */
  problem(number) {
    const { order, rows, whole } = this.state;
    const { sentences } = rows[number];
    return (
      order.some((language) => (sentences[language] ?? []).some((index) => this.flags(language, index).length)) ||
      (whole && order.some((language) => !(sentences[language] ?? []).length)) ||
      this.findings(number).length > 0 ||
      this.weak(number)
    );
  }

  /** How many rows an editor should look at. */
  get problems() {
    return this.state.rows.filter((_, number) => this.problem(number)).length;
  }

  /** The checkpoints at work, with the languages of each. @returns {Map<string, string[]>} */
  get checkpoints() {
    const found = new Map();
    for (const language of this.state.order) {
      const { origin, checkpoint } = this.state.versions[language];
      if (origin === "machine") found.set(checkpoint, [...(found.get(checkpoint) ?? []), language]);
    }
    return found;
  }

  /** Keep what people wrote for an earlier result, wherever the same sentence is translated again. @param {Result | null} before */
  #takeEdits(before) {
    if (!before) return;
    const places = new Map(this.state.versions[this.source].sentences.map((each, index) => [each?.text, index]));
    for (const [language, texts] of Object.entries(before.state.edits)) {
      if (!this.state.versions[language] || !isMade(this.state.versions[language])) continue;
      for (const [index, text] of Object.entries(texts)) {
        const place = places.get(before.state.versions[before.source].sentences[Number(index)]?.text);
        if (place !== undefined) this.setEdit(language, place, text);
      }
    }
  }
}

/** @param {Version} found */
export function isMade(found) {
  return found.origin === "machine";
}

/**
 * Take of a version what the page needs. Offsets count code points, not JavaScript's units.
 *
 * @param {any} found
 * @returns {Version}
 */
function version(found) {
  const letters = Array.from(found.text);
  const cut = (/** @type {number} */ start, /** @type {number} */ end) => letters.slice(start, end).join("");
  return {
    origin: found.origin,
    checkpoint: found.checkpoint ?? "",
    format: found.format,
    blocks: found.blocks.map((/** @type {any} */ block) => ({
      kind: block.kind,
      level: block.level,
      sentences: block.sentences,
      text: block.sentences.length ? "" : cut(block.start, block.end),
    })),
    sentences: found.sentences.map((/** @type {any} */ each, /** @type {number} */ index) => ({
      text: each.text.replace(/\s+/g, " "),
      before: cut(found.sentences[index - 1]?.end ?? each.start, each.start).replace(/\s+/g, " "),
      block: each.block,
      score: each.score,
      flags: each.flags ?? [],
    })),
  };
}
