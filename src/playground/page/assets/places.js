// Who one is and where: the row of people and the chats of each.

import { $, face, h, toast, unseen } from "./dom.js";
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
  const titles = { channel: titleOf(state.channel), group: titleOf(state.group) };
  if (who === state.owner) return t("demo-who-owner");
  if (member(state.group, who).muted) return t("demo-who-muted", titles);
  return t(isInside(state.channel, who) ? "demo-who-subscriber" : "demo-who-stranger", titles);
}

function people() {
  const chips = state.people.map((it) => {
    const words = about(it.id);
    const mark = it.id === state.owner ? "owner" : isInside(state.channel, it.id) ? "subscriber" : "stranger";
    const muted = member(state.group, it.id).muted;
    return radio("person", it.id, it.id === state.me, () => look(it.id), `chip ${mark} ${muted ? "is-muted" : ""}`, [
      face(it.name, it.id),
      h("span", { class: "name" }, it.name),
      h("span", { class: "about" }, words),
    ]);
  });
  keepFocus($("people"), () => {
    $("people").replaceChildren(...chips, more());
  });
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
    return radio("place", id, id === state.chat, () => look(state.me, id), "tab", [
      h("span", { class: "name" }, titleOf(id)),
      news > 0 && h("span", { class: "badge", "aria-hidden": "true" }, news > 99 ? "99+" : news),
      news > 0 && unseen(`, ${t("demo-unread", { count: news })}`),
    ]);
  });
  keepFocus($("places"), () => $("places").replaceChildren(...tabs));
}

/** A native radio button that looks like something nicer. */
function radio(name, value, checked, choose, looks, content) {
  const input = h("input", { type: "radio", name, value: String(value), checked, class: "unseen", onchange: choose });
  input.id = `${name}${value}`;
  return h("label", { class: looks, htmlFor: input.id }, input, ...content);
}

/** What has the focus keeps it while its box is filled anew. */
function keepFocus(box, fill) {
  const id = box.contains(document.activeElement) ? document.activeElement.id : "";
  fill();
  if (id) (document.getElementById(id) ?? box.querySelector(":checked"))?.focus();
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
