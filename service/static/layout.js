/**
 * Yield the lines of the table from top to bottom: rows by number, and between them what has no sentences
 * (code, rules), at the place where each version has it; blocks of several versions that meet share a line.
 *
 * @param {import("./types.js").Row[]} rows
 * @param {string[]} order
 * @param {Record<string, import("./types.js").Version>} versions
 * @returns {Generator<{row: number} | {blocks: Record<string, import("./types.js").Block>}>}
 */
export function* layOut(rows, order, versions) {
  /** @type {Record<string, import("./types.js").Block>[][]} */
  const standing = Array.from({ length: rows.length + 1 }, () => []);
  for (const language of order) {
    const rowOf = [];
    for (const [number, row] of rows.entries()) for (const index of row.sentences[language] ?? []) rowOf[index] = number;
    let passed = 0;
    let place = 0;
    let used = 0;
    for (const block of versions[language].blocks) {
      passed += block.sentences.length;
      if (block.sentences.length || (block.kind !== "rule" && !block.text.trim())) continue;
      const before = passed ? rowOf[passed - 1] + 1 : 0;
      used = before === place ? used : 0;
      place = before;
      const lines = standing[place];
      while (used < lines.length && Object.values(lines[used])[0].kind !== block.kind) used += 1;
      lines[used] ??= {};
      lines[used][language] = block;
      used += 1;
    }
  }
  for (const number of rows.keys()) {
    for (const blocks of standing[number]) yield { blocks };
    yield { row: number };
  }
  for (const blocks of standing[rows.length]) yield { blocks };
}

/**
 * Split a row's sentences of one version by block.
 *
 * @param {import("./types.js").Version} version
 * @param {number[]} indices
 * @returns {{block: import("./types.js").Block, indices: number[], opens: boolean}[]}
 */
export function stretches(version, indices) {
  const blockOf = blocksOf(version);
  const found = [];
  for (const index of indices) {
    const block = blockOf[index];
    if (found.at(-1)?.block === block) found.at(-1)?.indices.push(index);
    else found.push({ block, indices: [index], opens: block.sentences[0] === index });
  }
  return found;
}

/** @type {WeakMap<import("./types.js").Block[], import("./types.js").Block[]>} */
const looked = new WeakMap();

/** Return the block of each sentence, looked up once. @param {import("./types.js").Version} version */
function blocksOf({ blocks }) {
  let found = looked.get(blocks);
  if (!found) {
    found = [];
    for (const block of blocks) for (const index of block.sentences) found[index] = block;
    looked.set(blocks, found);
  }
  return found;
}
