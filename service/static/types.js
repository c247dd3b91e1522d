// What travels between the modules, for editors and readers; there is nothing here to run.

/**
 * @typedef {{kind: string, level: number, sentences: number[], text: string}} Block
 *   `text` is what a block without sentences (code) shows.
 * @typedef {{text: string, before: string, block: number, score?: number, flags: string[]}} Sentence
 *   `before` stands between it and the sentence before it in its block.
 * @typedef {{origin: "given" | "machine", checkpoint: string, format: string, blocks: Block[],
 *   sentences: (Sentence | null)[]}} Version
 *   A sentence that has not been translated yet is null.
 * @typedef {{sentences: Record<string, number[]>, score: number | null}} Row
 * @typedef {{row: number, language: string, kind: string, severity: string, reason: string, code: string,
 *   values: Record<string, string | number>}} Finding
 * @typedef {Record<string, Record<number, string>>} Edits
 *   By language, by number of the sentence: what a person wrote.
 * @typedef {{text: string, format: string, extract: boolean, targets: string[], own: Record<string, string>}} Order
 *   What the reader wants: an article, the languages, and versions of their own.
 */

export {};
