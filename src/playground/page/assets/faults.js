// What breaks and what came of it: the buttons, the numbers, the quarantine.

import { $, arrange, h, toast } from "./dom.js";
import { act } from "./net.js";
import { titleOf } from "./places.js";
import { on, state } from "./state.js";
import { t } from "./words.js";

/** Listens to the buttons and keeps the numbers up to date. */
export function begin() {
  $("faults").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.getAttribute("aria-busy") !== "true") press(button);
  });
  on("counts", counts);
  on("inbox people chats", lists);
}

/** What each button asks for, and what is said when it is done. */
const DEEDS = {
  crash: () => [{ do: "break", chat: state.chat, how: "crash" }, "demo-broken"],
  stall: () => [{ do: "break", chat: state.chat, how: "stall" }, "demo-broken"],
  poison: () => [{ do: "break", chat: state.chat, how: "poison" }, "demo-broken"],
  cut: () => [{ do: "cut", off: !state.counts.cut }, state.counts.cut ? "demo-back-told" : "demo-cut-told"],
  restart: () => [{ do: "restart" }, "demo-restart-told"],
  over: () => [{ do: "start_over" }, "demo-over-told"],
};

async function press(button) {
  const [deed, told] = DEEDS[button.dataset.fault]();
  button.setAttribute("aria-busy", "true");
  const came = await act(deed);
  button.removeAttribute("aria-busy");
  if (came) toast(t(told));
}

function counts() {
  const it = state.counts;
  const waiting = it.at_telegram + it.in_hand;
  number("n-accepted", it.accepted);
  number("n-done", it.done);
  number("n-waiting", waiting);
  number("n-aside", it.set_aside);
  number("n-lost", it.lost);
  $("c-waiting").title = t("demo-waiting-where", { telegram: it.at_telegram, house: it.in_hand });
  $("c-waiting").classList.toggle("some", waiting > 0);
  $("c-lost").classList.toggle("some", it.lost > 0);
  $("alarm").hidden = !it.cut && it.open && it.in_hand === 0;
  document.body.classList.toggle("is-cut", it.cut);
  const cut = document.querySelector("[data-fault=cut]");
  cut.querySelector("b").textContent = t(it.cut ? "demo-cut-back" : "demo-cut");
  cut.querySelector("span").textContent = t(it.cut ? "demo-cut-back-hint" : "demo-cut-hint");
  cut.classList.toggle("on", it.cut);
}

function number(id, value) {
  const node = $(id);
  if (node.textContent !== String(value)) node.textContent = String(value);
}

/** What waits for a person: each list is there only when it has something. */
function lists() {
  list("inbox", state.inbox, (it) => it.update, aside);
  list("doubts", state.doubts, (it) => it.id, doubt);
}

function list(id, rows, key, make) {
  const box = $(`${id}-box`);
  const had = box.contains(document.activeElement);
  box.hidden = rows.length === 0;
  arrange($(id), rows, key, (it) => JSON.stringify(it) + titleOf(it.chat), make);
  const lost = had && (box.hidden || document.activeElement === document.body);
  if (lost) (box.hidden ? $("faults") : box).querySelector("button")?.focus();
}

function aside(it) {
  const update = it.update;
  const settle = (again) => () => act({ do: "inbox", update, again });
  return row(it, t("demo-inbox-row", { update, crashes: it.crashes }), it.cause, [
    [t("demo-inbox-again"), t("demo-inbox-again-which", { update }), settle(true)],
    [t("demo-inbox-drop"), t("demo-inbox-drop-which", { update }), settle(false)],
  ]);
}

function doubt(it) {
  const names = { method: it.method, chat: titleOf(it.chat) };
  const settle = (again) => () => act({ do: "doubt", id: it.id, again });
  return row(it, it.method, it.why, [
    [t("demo-doubts-again"), t("demo-doubts-again-which", names), settle(true)],
    [t("demo-inbox-drop"), t("demo-doubts-drop-which", names), settle(false)],
  ]);
}

function row(it, what, why, buttons) {
  const button = ([words, label, press], at) =>
    h("button", { type: "button", class: at > 0 ? "quiet" : "", "aria-label": label, onclick: press }, words);
  return h("li", {}, [
    h("p", {}, h("b", {}, titleOf(it.chat)), " ", what),
    h("p", { class: "why" }, why),
    h("div", { class: "row" }, buttons.map(button)),
  ]);
}
