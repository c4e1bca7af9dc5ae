// Who one is and where: the row of people and the chats of each.

import { $, arrange, face, h, toast, unseen } from "./dom.js";
import { act } from "./net.js";
import { isInside, look, member, on, person, state, unread } from "./state.js";
import { t } from "./words.js";

/** Shows both rows and keeps them up to date. */
export function begin() {
  on("people chats look", () => {
    if (state.people.length === 0) return;
    people();
    places();
  });
}

/** Title of a chat as its people see it. */
export const titleOf = (id) => (id > 0 ? t("demo-bot") : (state.chats.get(id)?.title ?? "…"));

/** What somebody is in this story, in a few words. */
function about(who) {
  const titles = { channel: titleOf(state.channel) };
  if (who === state.owner) return t("demo-who-owner");
  if (member(state.group, who).muted) return t("demo-who-muted");
  return t(isInside(state.channel, who) ? "demo-who-subscriber" : "demo-who-stranger", titles);
}

function people() {
  const chips = state.people.map((it) => {
    const mark = it.id === state.owner ? "owner" : isInside(state.channel, it.id) ? "subscriber" : "stranger";
    const muted = member(state.group, it.id).muted;
    return { id: it.id, name: it.name, about: about(it.id), looks: `chip ${mark} ${muted ? "is-muted" : ""}` };
  });
  const chip = (it) =>
    radio("person", it, () => look(it.id), [
      face(it.name, it.id),
      h("span", { class: "name" }, it.name),
      h("span", { class: "about" }, it.about),
    ]);
  refill($("people"), [...chips, { id: "more" }], (it) => (it.id === "more" ? more() : chip(it)), state.me);
}

function more() {
  const come = async () => {
    const came = await act({ do: "newcomer" });
    if (came) setTimeout(() => person(came.go) && look(came.go, state.group), 250);
  };
  return h("button", { type: "button", class: "chip more", id: "more", onclick: come, title: t("demo-who-more") }, [
    h("span", { class: "face", "aria-hidden": "true" }, "+"),
    unseen(t("demo-who-more")),
  ]);
}

function places() {
  const ids = [state.group, state.channel, state.me];
  const tabs = ids.map((id) => {
    const news = id === state.chat ? 0 : unread(id, state.me);
    return { id, name: titleOf(id), news, looks: "tab" };
  });
  const tab = (it) =>
    radio("place", it, () => look(state.me, it.id), [
      h("span", { class: "name" }, it.name),
      it.news > 0 && h("span", { class: "badge", "aria-hidden": "true" }, it.news > 99 ? "99+" : it.news),
      it.news > 0 && unseen(`, ${t("demo-unread", { count: it.news })}`),
    ]);
  refill($("places"), tabs, tab, state.chat);
}

/** A native radio button that looks like something nicer. */
function radio(name, it, choose, content) {
  const input = h("input", { type: "radio", name, value: String(it.id), class: "unseen", onchange: choose });
  input.id = `${name}${it.id}`;
  return h("label", { class: it.looks, htmlFor: input.id }, input, ...content);
}

/** Shows a row anew; what did not change stays, also under a finger, and what has the focus keeps it. */
function refill(box, values, make, chosen) {
  const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
  arrange(box, values, (it) => it.id, JSON.stringify, make);
  for (const input of box.querySelectorAll("input")) input.checked = input.value === String(chosen);
  if (focused && document.activeElement?.id !== focused) {
    (document.getElementById(focused) ?? box.querySelector(":checked"))?.focus();
  }
}

/** Asks in which chat something is to be done. */
export function choose(kind, link) {
  const dialog = $("chooser");
  const chat = kind === "channel" ? state.channel : state.group;
  $("h-chooser").textContent = t(kind === "channel" ? "demo-choose-channel" : "demo-choose-group");
  const open = async () => {
    dialog.close();
    const came = await act({ do: "open", who: state.me, link, chat });
    if (came) follow(came);
  };
  $("choices").replaceChildren(h("button", { type: "button", class: "accent", onclick: open }, titleOf(chat)));
  $("chooser-cancel").onclick = () => dialog.close();
  dialog.showModal();
}

/** Goes where a deed leads, and says what it brought. */
export function follow(came, link) {
  if (came.choose) return choose(came.choose, link);
  if (came.go) look(state.me, came.go);
  if (came.toast === "") toast(t("demo-toast-empty"));
  else if (came.toast) toast(t("demo-toast", { who: person(state.me)?.name, text: came.toast }), "good");
}
