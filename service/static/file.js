import { Problem } from "./problem.js";

const FORMATS = { txt: "text", text: "text", md: "markdown", markdown: "markdown", html: "html", htm: "html", xhtml: "html" };

/** A file that cannot be read here; `key` names the message that says why. */
export class UnreadableFile extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * Read an article from a file: text, Markdown and HTML here, anything else by way of the server.
 *
 * Throws UnreadableFile or Problem.
 *
 * @param {File} file
 * @param {import("./service.js").Service} service
 * @returns {Promise<{text: string, format: string}>}
 */
export async function readFile(file, service) {
  const extension = file.name.toLowerCase().split(".").pop() ?? "";
  const format = FORMATS[/** @type {keyof typeof FORMATS} */ (extension)];
  if (!format) return converted(file, service);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return { text, format };
  } catch {
    throw new UnreadableFile("error_not_utf8");
  }
}

/** @param {File} file @param {import("./service.js").Service} service */
async function converted(file, service) {
  try {
    return await service.document(file);
  } catch (error) {
    const none = error instanceof Problem && [404, 405, 406, 415].includes(error.status);
    throw none ? new UnreadableFile("error_file_kind") : error;
  }
}

/**
 * Guess how a text is written: HTML by its tags, Markdown by its headings, links and emphasis.
 *
 * @param {string} text
 * @returns {"text" | "markdown" | "html"}
 */
export function guessedFormat(text) {
  if (/^\s*(<!doctype html|<html\b|<(article|body|main|div|p|h[1-6])\b[^>]*>)/i.test(text)) return "html";
  if (/^#{1,6} \S/m.test(text) || /\]\([^)\s]+\)/.test(text) || /\*\*\S[^*\n]*\*\*/.test(text)) return "markdown";
  return "text";
}
