// What one says: the field, suggestions, the bot's keyboard, and why one cannot.

import { $, h } from "./dom.js";
import { act } from "./net.js";
import { isInside, member, messages, on, person, state } from "./state.js";
import { has, t } from "./words.js";

/** The message that is being changed. */
let changing = null;
let place = "";

/** Listens to the field and keeps what is around it up to date. */
export function begin() {
  on("look chats people", show);
  const field = $("words");
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
    if (event.key === "Escape" && changing) stopEditing();
  });
  field.addEventListener("input", grow);
  $("photo").addEventListener("click", photo);
  $("cancel").addEventListener("click", stopEditing);
}

/** Begins to change a message of one's own. */
export function edit(message) {
  changing = { chat: state.chat, message: message.id };
  $("words").value = message.text;
  $("editing").hidden = false;
  grow();
  $("words").focus();
}

function stopEditing() {
  changing = null;
  $("words").value = "";
  $("editing").hidden = true;
  grow();
  $("words").focus();
}

async function send() {
  const text = $("words").value.trim();
  if (text === "") return;
  if (changing) {
    const done = await act({ do: "edit", who: state.me, ...changing, text });
    if (done) stopEditing();
    return;
  }
  await give({ do: "say", who: state.me, chat: state.chat, text });
}

const photo = () => give({ do: "photo", who: state.me, chat: state.chat, text: $("words").value.trim() });

/** The field is empty at once, for what comes next; refused words come back if nothing else has been begun. */
async function give(deed) {
  $("words").value = "";
  grow();
  const done = await act(deed);
  if (!done && $("words").value === "") $("words").value = deed.text;
  grow();
}

/** The field grows with its words, up to a few lines. */
function grow() {
  const field = $("words");
  field.rows = Math.min(5, Math.max(1, field.value.split("\n").length));
}

function show() {
  if (state.me === 0) return;
  const why = cannot();
  const cannotNote = $("cannot");
  cannotNote.hidden = !why;
  cannotNote.textContent = why ?? "";
  $("writing").hidden = Boolean(why) && !isFresh();
  $("words").setAttribute("aria-label", t("demo-write-as", { who: person(state.me)?.name }));
  if (place !== `${state.me} ${state.chat}`) {
    place = `${state.me} ${state.chat}`;
    changing = null;
    $("editing").hidden = true;
  }
  keyboard();
  suggestions(why);
}

/** Why one cannot write here, if so. */
function cannot() {
  const who = person(state.me)?.name;
  if (isFresh()) return t("demo-cannot-start", { who });
  if (state.chat > 0) return null;
  if (state.chat === state.channel) return state.me === state.owner ? null : t("demo-cannot-channel");
  if (!isInside(state.chat, state.me)) return t("demo-cannot-outside", { who });
  return member(state.chat, state.me).muted ? t("demo-cannot-muted", { who }) : null;
}

/** Whether this is the private chat of somebody who has not pressed Start. */
function isFresh() {
  return state.chat > 0 && messages(state.chat, state.me).length === 0;
}

function keyboard() {
  const newest = messages(state.chat, state.me).findLast((it) => it.bot && !it.deleted);
  const rows = newest?.keyboard ?? [];
  $("keyboard").hidden = rows.length === 0;
  fill($("keyboard"), rows.map((row) => h("div", { class: "keys" }, row.map((it) => sayer(it, "key")))));
}

function suggestions(why) {
  const box = $("suggestions");
  if (isFresh()) return fill(box, [sayer("/start", "accent", t("demo-start"))]);
  if (why) return fill(box, []);
  const who = state.me === state.owner ? "ann" : "other";
  const where = state.chat > 0 ? "private" : state.chat === state.channel ? "channel" : "group";
  const keys = [1, 2, 3, 4].map((n) => `demo-try-${who}-${where}-${n}`).filter(has);
  fill(box, keys.map((key) => sayer(t(key), "suggestion")));
}

/** Buttons that are the same stay, with their focus. */
function fill(box, buttons) {
  const words = (all) => [...all].map((it) => it.textContent + it.className).join("\n");
  if (words(box.children) !== words(buttons)) box.replaceChildren(...buttons);
}

function sayer(text, looks, label = text) {
  const say = () => act({ do: "say", who: state.me, chat: state.chat, text });
  return h("button", { type: "button", class: looks, onclick: say }, label);
}
