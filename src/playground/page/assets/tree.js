// The supervision tree, live: who runs, who fell, which life it is.

import { $, h } from "./dom.js";
import { on, state } from "./state.js";
import { t } from "./words.js";

/** How long somebody who came back is shown as such. */
const REBORN_MS = 4000;
/** Path -> the life last seen, and when it began. */
const lives = new Map();

/** Shows the tree and keeps it up to date. */
export function begin() {
  on("tree", show);
}

function show() {
  const box = $("tree");
  if (!state.tree) {
    lives.clear();
    box.replaceChildren(h("p", { class: "closed" }, t("demo-house-closed")));
    return;
  }
  box.replaceChildren(h("ul", { class: "tree" }, branch(state.tree)));
}

function branch(node) {
  const awake = /awake: (\d+), crashes: (\d+)/.exec(node.reason ?? "");
  const reborn = isReborn(node);
  const looks = ["node", `is-${node.state}`, reborn && "reborn"].filter(Boolean).join(" ");
  const line = h("div", { class: looks }, [
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("b", {}, node.title ?? node.name),
    node.title && h("span", { class: "quiet" }, node.name),
    node.state !== "running" && h("span", { class: "state" }, t(`demo-state-${node.state}`)),
    node.generation > 1 && h("span", { class: "life" }, t("demo-life", { count: node.generation })),
    awake && chats(Number(awake[1]), Number(awake[2])),
    !awake && node.reason && h("span", { class: "reason" }, node.reason),
  ]);
  const children = node.children.map(branch);
  return h("li", {}, line, children.length > 0 && h("ul", {}, children));
}

/** One light for each chat that is awake. */
function chats(awake, crashes) {
  const lights = Array.from({ length: Math.min(awake, 12) }, () => h("i", {}));
  return h("span", { class: "lights" }, [
    h("span", { "aria-hidden": "true" }, lights),
    h("span", { class: "unseen" }, t("demo-awake", { count: awake })),
    crashes > 0 && h("span", { class: "crashes" }, t("demo-crashes", { count: crashes })),
  ]);
}

/** Whether this is a new life that has just begun. */
function isReborn(node) {
  const now = performance.now();
  const known = lives.get(node.path);
  if (!known || known.life !== node.generation) {
    lives.set(node.path, { life: node.generation, since: known || node.generation > 1 ? now : -REBORN_MS });
    if (known || node.generation > 1) setTimeout(show, REBORN_MS + 50);
  }
  return node.state === "running" && now - lives.get(node.path).since < REBORN_MS;
}
