// Small hands for the document: text is always text, never markup.

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/** An element: `h("button", { class: "x", onclick: f, "aria-label": "y" }, "words", child)`. */
export function h(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name === "class" ? "className" : name] = value;
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((it) => it !== undefined && it !== null && it !== false));
  return node;
}

/** Words that only screen readers say. */
export const unseen = (words) => h("span", { class: "unseen" }, words);

/** A colour and a letter for a name. */
export function face(name, id) {
  return h("span", { class: `face tone-${Math.abs(id) % 8}`, "aria-hidden": "true" }, [...name][0] ?? "?");
}

/** Whether somebody who reads a list is at its end. */
export const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 48;

/** Keeps the end of a list in view when its box changes its size, for whoever is at the end. */
export function stick(box) {
  let stuck = true;
  let height = box.clientHeight;
  // A scroll that comes with another height was not made by a person.
  box.addEventListener("scroll", () => box.clientHeight === height && (stuck = atEnd(box)), { passive: true });
  new ResizeObserver(() => {
    height = box.clientHeight;
    if (stuck) toEnd(box);
  }).observe(box);
}

/** Shows the end of a list. */
export function toEnd(box) {
  box.scrollTop = box.scrollHeight;
}

/** Says something to everybody, for a while. */
export function toast(words, kind = "") {
  const note = h("p", { class: `toast ${kind}` }, words);
  $("toasts").append(note);
  while ($("toasts").children.length > 3) $("toasts").firstChild.remove();
  setTimeout(() => note.remove(), 7000);
}

/**
 * Makes the children of a box like a list of values: nodes of values that did not change stay, with their focus.
 * `key(it)` names a value, `same(it)` is a text that changes when the value does.
 */
export function arrange(box, values, key, same, make) {
  const old = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const nodes = values.map((it) => {
    const name = String(key(it));
    const found = old.get(name);
    const sign = same(it);
    if (found && found.sign === sign) return found;
    const node = make(it, found);
    node.dataset.key = name;
    node.sign = sign;
    return node;
  });
  const wanted = new Set(nodes);
  for (const node of [...box.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, at) => {
    if (box.children[at] !== node) box.insertBefore(node, box.children[at] ?? null);
  });
}
