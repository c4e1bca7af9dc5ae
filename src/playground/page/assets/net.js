// To the server and from it: deeds with the page's token, and the stream of what happens.

import { toast } from "./dom.js";
import { changed, state } from "./state.js";
import { language, t } from "./words.js";

const token = document.querySelector("meta[name=token]").content;
/** Lines of the log that the page keeps. */
const LINES = 300;
/** How long we wait before we look for the server again. */
const AGAIN_MS = 1500;

/** Asks for a deed. Gives what came of it; a refusal is shown and gives `null`. */
export async function act(deed) {
  try {
    const answer = await fetch("/act", {
      method: "POST",
      headers: { "content-type": "application/json", "x-demo-token": token },
      body: JSON.stringify(deed),
    });
    const body = await answer.json().catch(() => ({ error: answer.statusText }));
    if (answer.ok) return body;
    toast(body.error, "bad");
  } catch {
    toast(t("demo-connection-lost"), "bad");
  }
  return null;
}

let lost = false;

/** Listens for ever. Whoever is too slow is told to begin anew, and then gets everything again. */
export function listen() {
  const stream = new EventSource("/live");
  for (const [kind, take] of Object.entries(TAKE)) {
    stream.addEventListener(kind, (event) => take(JSON.parse(event.data)));
  }
  const again = () => {
    stream.close();
    setTimeout(listen, AGAIN_MS);
  };
  stream.addEventListener("reload", () => {
    stream.close();
    listen();
  });
  stream.onopen = () => {
    if (lost) location.reload(); // another start has another token
  };
  stream.onerror = () => {
    if (!lost) toast(t("demo-connection-lost"), "bad");
    lost = true;
    again();
  };
}

const TAKE = {
  people(it) {
    state.people = it.people;
    const { owner, channel, group, language: spoken } = it;
    Object.assign(state, { owner, channel, group, language: spoken });
    for (const id of state.chats.keys()) if (!it.chats.includes(id)) state.chats.delete(id);
    changed("people");
    speak(spoken);
  },
  chat(it) {
    state.chats.set(it.id, it);
    changed("chats");
  },
  tree(it) {
    state.tree = it.root;
    changed("tree");
  },
  counts(it) {
    state.counts = it;
    changed("counts");
  },
  inbox(it) {
    state.inbox = it.aside;
    state.doubts = it.doubts;
    changed("inbox");
  },
  log(it) {
    if (it.n <= (state.log.at(-1)?.n ?? 0)) return;
    state.log.push(it);
    if (state.log.length > LINES) state.log.shift();
    changed("log");
  },
};

let asked = false;

/** The people of the story speak what the page speaks that was loaded last; two pages do not quarrel. */
function speak(spoken) {
  if (!asked && spoken !== language) act({ do: "speak", language });
  asked = true;
}
