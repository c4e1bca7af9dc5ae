// The supervisor's log, line by line, newest at the end.

import { $, arrange, atEnd, h, stick, toEnd } from "./dom.js";
import { on, state } from "./state.js";
import { t } from "./words.js";

/** Shows the log and keeps it up to date. */
export function begin() {
  on("log", show);
  const box = $("log");
  stick(box);
  box.addEventListener("scroll", () => {
    if (atEnd(box)) $("log-newest").hidden = true;
  });
  $("log-newest").addEventListener("click", () => {
    toEnd(box);
    box.focus();
  });
}

function show() {
  const box = $("log");
  const follow = atEnd(box);
  arrange(box, state.log, (it) => it.n, (it) => String(it.n), line);
  if (follow) toEnd(box);
  else $("log-newest").hidden = false;
}

function line(it) {
  const part = (name, label, words) =>
    words && h("span", { class: name }, label && h("i", {}, `${label}: `), words);
  return h("p", { class: `line ${it.level}` }, [
    h("span", { class: "at" }, it.at),
    " ",
    h("span", { class: "level" }, it.level),
    " ",
    h("b", {}, it.id),
    " ",
    h("span", { class: "actor" }, it.actor),
    " ",
    part("why", "", it.reason),
    " ",
    part("fields", "", it.fields),
    " ",
    part("then", t("demo-log-next"), it.next),
    " ",
    it.level === "error" && part("then", t("demo-log-do"), it.act),
  ]);
}
