
"use strict";
// The arrow keys move between sentences: left and right to a counterpart, up and down within a version.
// One sentence at a time is in the tab order. Without this script every one is, and all else works as well.
(() => {
  const table = document.querySelector(".versions");
  const all = [...table.querySelectorAll(".sentence")];
  if (!all.length) return;

  const visible = (sentence) => sentence.getClientRects().length > 0;
  const columnOf = (sentence) => sentence.closest("td").cellIndex;
  let current = all[0];
  let column = columnOf(current);

  const enter = (sentence) => {
    current.tabIndex = -1;
    current = sentence;
    current.tabIndex = 0;
  };
  for (const sentence of all) sentence.tabIndex = -1;
  enter(current);

  const vertical = (from, step) => {
    for (let at = all.indexOf(from) + step; at >= 0 && at < all.length; at += step) {
      if (columnOf(all[at]) === column && visible(all[at])) return all[at];
    }
    return null;
  };
  const horizontal = (from, step) => {
    const place = [...from.closest("td").querySelectorAll(".sentence")].indexOf(from);
    let cell = from.closest("td");
    while ((cell = step > 0 ? cell.nextElementSibling : cell.previousElementSibling)) {
      const sentences = cell.querySelectorAll(".sentence");
      if (sentences.length) return sentences[Math.min(place, sentences.length - 1)];
    }
    return null;
  };
  const moves = {
    ArrowDown: (from) => vertical(from, 1),
    ArrowUp: (from) => vertical(from, -1),
    ArrowRight: (from) => horizontal(from, 1),
    ArrowLeft: (from) => horizontal(from, -1),
    Home: () => all.find((sentence) => columnOf(sentence) === column && visible(sentence)),
    End: () => all.findLast((sentence) => columnOf(sentence) === column && visible(sentence)),
  };

  table.addEventListener("focusin", (event) => {
    const sentence = event.target.closest(".sentence");
    if (!sentence) return;
    column = columnOf(sentence);
    enter(sentence);
  });
  table.addEventListener("keydown", (event) => {
    const from = event.target.closest(".sentence");
    const move = moves[event.key];
    if (!from || !move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const to = move(from);
    if (to) {
      to.focus();
      to.scrollIntoView({ block: "nearest" });
    }
  });
})();
