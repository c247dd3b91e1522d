import { element } from "./element.js";

/**
 * Say what made the translations, how far it can be trusted, and how a better model is got.
 *
 * @param {HTMLElement} place
 * @param {import("./result.js").Result} result
 * @param {{id: string, kind: string, targets: string[], quality: string, installed: boolean}[]} models
 * @param {import("./messages.js").Messages} messages
 */
export function showNotice(place, result, models, messages) {
  const weak = [...result.checkpoints].filter(([id]) => models.find((model) => model.id === id)?.quality === "starter");
  place.hidden = result.checkpoints.size === 0;
  place.replaceChildren(messages.label(element("strong"), "machine_heading"), " ");
  place.append(messages.label(element("span"), weak.length ? "notice_starter" : "notice_machine"));
  const better = weak.flatMap(([, languages]) => languages.map((language) => bestFor(language, models)));
  const found = [...new Set(better.filter((model) => model !== undefined && !model.installed))];
  if (!found.length) return;
  const lines = found.map((model) => `triptych models pull ${model?.id}`).join("\n");
  const how = element("details", { class: "better" }, messages.label(element("summary"), "notice_better"));
  how.append(messages.label(element("p", { class: "hint" }), "notice_how"));
  how.append(element("pre", { class: "code", translate: "no", tabindex: 0 }, lines));
  place.append(how);
}

/** @param {string} language @param {{kind: string, targets: string[], quality: string, id: string, installed: boolean}[]} models */
function bestFor(language, models) {
  return models.find(({ kind, quality, targets }) => kind === "translator" && quality === "best" && targets.includes(language));
}
