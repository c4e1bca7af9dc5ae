// The page begins here: texts first, then its parts, then the stream.

import * as composer from "./composer.js";
import * as faults from "./faults.js";
import * as log from "./log.js";
import * as net from "./net.js";
import * as panels from "./panels.js";
import * as places from "./places.js";
import { lookAgain, on, state, until } from "./state.js";
import * as talk from "./talk.js";
import * as theme from "./theme.js";
import * as tour from "./tour.js";
import * as tree from "./tree.js";
import * as words from "./words.js";

theme.begin();
for (const link of document.querySelectorAll(".langs a")) {
  if (link.lang === words.language) link.setAttribute("aria-current", "true");
}
await words.load();
for (const part of [places, talk, composer, tree, log, faults, panels]) part.begin();
on("people", () => {
  // After a new beginning somebody who came later is gone.
  if (state.me !== 0 && !state.people.some((it) => it.id === state.me)) lookAgain();
});
net.listen();
await until(() => state.people.length > 0 && state.chats.has(state.group), 60_000);
await until(() => state.language === words.language && state.counts.open, 8_000);
lookAgain();
tour.begin();
document.body.dataset.ready = "true";
