// The open chat: its head, its messages.

import { $, arrange, atEnd, face, stick, toEnd } from "./dom.js";
import { message } from "./message.js";
import { act } from "./net.js";
import { titleOf } from "./places.js";
import { isInside, markSeen, member, messages, on, state } from "./state.js";
import { t } from "./words.js";

let shown = "";

/** Shows the open chat and keeps it up to date. */
export function begin() {
  on("look chats people", () => {
    if (state.me === 0) return;
    head();
    body();
  });
  stick($("messages"));
  $("chat-step").addEventListener("click", () => {
    const inside = isInside(state.chat, state.me);
    act({ do: inside ? "leave" : "join", who: state.me, chat: state.chat });
  });
}

function head() {
  const id = state.chat;
  const chat = state.chats.get(id);
  const kind = id > 0 ? "private" : id === state.channel ? "channel" : "group";
  const count = chat?.members.filter((it) => isInside(id, it.id)).length ?? 0;
  const crowd = { private: "", channel: t("demo-subscribers", { count }), group: t("demo-members", { count }) }[kind];
  const muted = id < 0 && member(id, state.me).muted;
  $("chat-title").textContent = titleOf(id);
  const parts = [muted ? t("demo-muted") : "", t(`demo-kind-${kind}`), crowd];
  $("chat-about").textContent = parts.filter(Boolean).join(" · ");
  const look = face(titleOf(id), id);
  $("chat-face").className = look.className;
  $("chat-face").textContent = look.textContent;
  const step = $("chat-step");
  step.hidden = kind === "private" || member(id, state.me).standing === "owner";
  step.textContent = t(isInside(id, state.me) ? "demo-leave" : "demo-join");
  step.className = isInside(id, state.me) ? "quiet" : "accent";
}

function body() {
  const box = $("messages");
  const place = `${state.me} ${state.chat}`;
  const moved = place !== shown;
  const follow = moved || atEnd(box);
  // Another chat is no news: it is read by whoever goes there, not announced.
  if (moved) box.setAttribute("aria-live", "off");
  const seen = messages(state.chat, state.me);
  arrange(
    box,
    seen.length > 0 ? seen : [null],
    (it) => (it ? `${it.only === null ? "m" : "e"}${it.id}` : "none"),
    (it) => `${state.me}${JSON.stringify(it)}`,
    message,
  );
  if (follow) toEnd(box);
  markSeen(state.chat, state.me);
  if (moved) setTimeout(() => box.setAttribute("aria-live", "polite"), 400);
  shown = place;
}
