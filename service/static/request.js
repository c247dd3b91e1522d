/**
 * Turn an order into what the server is asked: a comparison where there are versions of one's own, else a translation.
 *
 * @param {import("./types.js").Order} order
 * @param {string} source - The article's language.
 * @param {import("./types.js").Edits} edits
 * @param {string} [only] - A single language besides the article's own.
 * @returns {{path: string, body: Record<string, unknown>}}
 */
export function request(order, source, edits = {}, only = undefined) {
  const { text, format, extract } = order;
  const given = Object.keys(order.own).filter((language) => !only || language === only);
  const made = order.targets.filter((language) => !(language in order.own) && (!only || language === only));
  const kept = Object.fromEntries(Object.entries(edits).filter(([language]) => made.includes(language)));
  if (!given.length) {
    return { path: "v1/translate", body: { text, format, extract, source, targets: made, edits: kept } };
  }
  const own = Object.fromEntries(given.map((language) => [language, order.own[language]]));
  const versions = { [source]: text, ...own };
  return { path: "v1/compare", body: { versions, format, extract, translate_missing: made, edits: kept } };
}
