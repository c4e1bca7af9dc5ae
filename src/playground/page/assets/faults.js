// What breaks and what came of it: the buttons, the numbers, the quarantine.

import { $, h, toast } from "./dom.js";
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
  on("inbox people", inbox);
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

function inbox() {
  const box = $("inbox-box");
  const had = box.contains(document.activeElement);
  box.hidden = state.inbox.length === 0;
  $("inbox").replaceChildren(...state.inbox.map(row));
  if (had) (box.hidden ? $("faults") : box).querySelector("button")?.focus();
}

function row(it) {
  const settle = (again) => () => act({ do: "inbox", update: it.update, again });
  const update = it.update;
  return h("li", {}, [
    h("p", {}, h("b", {}, titleOf(it.chat)), " ", t("demo-inbox-row", { update, crashes: it.crashes })),
    h("p", { class: "why" }, it.cause),
    h("div", { class: "row" }, [
      h("button", {
        type: "button", "aria-label": t("demo-inbox-again-which", { update }), onclick: settle(true),
      }, t("demo-inbox-again")),
      h("button", {
        type: "button", class: "quiet", "aria-label": t("demo-inbox-drop-which", { update }), onclick: settle(false),
      }, t("demo-inbox-drop")),
    ]),
  ]);
}
