// One message: words with their marks, pictures, buttons.

import { $, face, h, toast } from "./dom.js";
import { act } from "./net.js";
import { edit } from "./composer.js";
import { follow } from "./places.js";
import { state } from "./state.js";
import { clock, language, t } from "./words.js";

/** A message as a node; `null` is an empty chat, `old` the node it takes the place of. */
export function message(it, old) {
  if (it === null) return h("p", { class: "nothing" }, t("demo-empty"));
  if (it.service) return h("p", { class: "service" }, t(`demo-day-${it.service[0]}`, { who: it.service[1] }));
  const mine = it.from === state.me || (it.from === 0 && state.me === state.owner && state.chat === state.channel);
  const looks = ["message", mine && "mine", it.bot && "bot", it.deleted && "deleted", it.only && "only", !old && "new"];
  return h("article", { class: looks.filter(Boolean).join(" ") }, [
    !mine && face(it.name, it.from || state.chat),
    h("div", { class: "bubble" }, [
      top(it),
      it.reply && h("blockquote", {}, h("b", {}, it.reply[0]), " ", it.reply[1]),
      picture(it),
      it.text && h("p", { class: "words" }, words(it)),
      below(it, mine),
      buttons(it),
    ]),
  ]);
}

function top(it) {
  return h("header", {}, [
    h("span", { class: "unseen" }, t("demo-says", { who: it.name, time: clock(it.at_ms) })),
    h("b", { class: "name", "aria-hidden": "true" }, it.name),
    it.only && h("span", { class: "mark" }, t("demo-only-you")),
    it.forwarded && h("span", { class: "mark" }, t("demo-forwarded")),
    it.deleted && h("span", { class: "mark gone" }, t("demo-deleted")),
  ]);
}

function below(it, mine) {
  const may = mine && !it.deleted && !it.only;
  const text = it.text.slice(0, 40) || t("demo-photo");
  const tools = may && [
    it.text && !it.content && h("button", {
      type: "button", class: "tiny", "aria-label": t("demo-edit-which", { text }), onclick: () => edit(it),
    }, t("demo-edit")),
    h("button", {
      type: "button", class: "tiny", "aria-label": t("demo-unsay-which", { text }), onclick: () => unsay(it),
    }, t("demo-unsay")),
  ];
  return h("footer", {}, [
    tools,
    it.edited && h("span", {}, t("demo-edited")),
    h("time", { dateTime: new Date(it.at_ms).toISOString(), "aria-hidden": "true" }, clock(it.at_ms)),
  ]);
}

function unsay(it) {
  act({ do: "unsay", who: state.me, chat: state.chat, message: it.id });
  $("words").focus();
}

function picture(it) {
  if (!it.content) return null;
  const shown = it.file && ["image/png", "image/jpeg"].includes(it.file.mime) && it.bot;
  if (it.content === "photo") {
    const own = { src: "/photo.svg", alt: t("demo-photo-sent"), width: 320, height: 200, class: "photo" };
    const drawn = shown && { src: `/file/${it.file.id}`, alt: it.text || t("demo-photo"), class: "photo chart" };
    return h("img", drawn || own);
  }
  if (it.content === "document" && it.file) {
    const words = t("demo-file", { name: it.file.name });
    return h("a", { class: "document", href: `/file/${it.file.id}`, download: it.file.name }, words);
  }
  return h("p", { class: "content" }, t("demo-content", { kind: it.content }));
}

/** The words with links, commands and marks; offsets count UTF-16 units, as strings here do. */
function words(it) {
  const nodes = [];
  let at = 0;
  for (const mark of [...it.entities].sort((a, b) => a.offset - b.offset)) {
    if (mark.offset < at) continue;
    nodes.push(it.text.slice(at, mark.offset));
    at = mark.offset + mark.length;
    nodes.push(marked(mark, it.text.slice(mark.offset, at), it));
  }
  nodes.push(it.text.slice(at));
  return nodes;
}

function marked(mark, text, it) {
  const link = (url) => h("button", { type: "button", class: "link", onclick: () => open(url) }, text);
  const say = () => act({ do: "say", who: state.me, chat: state.chat, text });
  switch (mark.type) {
    case "bold":
      return h("b", {}, text);
    case "text_mention":
      return h("b", { class: "person" }, text);
    case "italic":
      return h("em", {}, text);
    case "code":
    case "pre":
      return h("code", {}, text);
    case "text_link":
      return link(mark.url);
    case "mention":
      return link(`https://t.me/${text.slice(1)}`);
    case "bot_command":
      return it.bot ? h("button", { type: "button", class: "link", onclick: say }, text) : h("code", {}, text);
    case "date_time":
      return moment(mark, text);
    default:
      return text;
  }
}

function moment(mark, text) {
  const at = new Date((mark.unix_time ?? 0) * 1000);
  if (!mark.unix_time) return text;
  const shown = at.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  return h("time", { dateTime: at.toISOString() }, shown);
}

function buttons(it) {
  if (it.buttons.length === 0 || it.deleted) return null;
  const rows = it.buttons.map((row, r) => {
    const keys = row.map((key, column) => {
      const press = (event) => (key.url ? open(key.url) : pressed(event.currentTarget, it, r, column));
      const arrow = key.url && h("span", { class: "away", "aria-hidden": "true" }, "↗");
      return h("button", { type: "button", class: "key", onclick: press }, key.text, arrow);
    });
    return h("div", { class: "keys" }, keys);
  });
  return h("div", { class: "board" }, rows);
}

async function pressed(key, it, row, column) {
  if (key.getAttribute("aria-busy") === "true") return;
  key.setAttribute("aria-busy", "true");
  const who = state.me;
  const deed = { do: "press", who, chat: state.chat, message: it.id, ephemeral: it.only !== null, row, column };
  const came = await act(deed);
  key.removeAttribute("aria-busy");
  if (came && who === state.me) follow(came);
  else if (came?.toast) toast(came.toast);
  if (!key.isConnected && document.activeElement === document.body) $("messages").focus();
}

async function open(url) {
  const came = await act({ do: "open", who: state.me, link: url });
  if (came) follow(came, url);
}
