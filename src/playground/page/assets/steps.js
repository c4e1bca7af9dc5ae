// The steps of the tour: what is shown, what is done, how long it takes. Together 90 seconds.

import { act } from "./net.js";
import { isInside, look, member, messages, state } from "./state.js";
import { t } from "./words.js";

const [SAM, EVE] = [1, 2];
const id = (at) => state.people[at].id;
const as = (at, chat = state.group) => look(id(at), chat);
const say = (at, words) => act({ do: "say", who: id(at), chat: state.group, text: t(words) });
const logged = (event, since) => state.log.some((it) => it.n > since && it.id === event);
const newest = () => state.log.at(-1)?.n ?? 0;
const breaks = (how) => act({ do: "break", chat: state.group, how });

/** The notice that the bot shows to Eve. */
function notice() {
  return messages(state.group, id(EVE)).findLast((it) => it.bot && !it.deleted && it.buttons.length > 0);
}

/** Presses the button of the notice that asks to be let in. */
async function press(follow) {
  const found = notice();
  const row = found?.buttons.findIndex((keys) => keys.some((it) => !it.url)) ?? -1;
  if (row < 0) return;
  const column = found.buttons[row].findIndex((it) => !it.url);
  const deed = { do: "press", who: id(EVE), chat: state.group, message: found.id, ephemeral: found.only !== null, row, column };
  const came = await act(deed);
  if (came) follow(came);
}

/**
 * Each step: the texts `demo-tour-<name>` and `-text`, the panel that a narrow window shows, what is outlined, the
 * seconds it takes at least, and what is done. `wait(ms)` gives people time to read, `until(holds)` gives the house time;
 * both end the step when the tour is ended.
 */
export const STEPS = [
  {
    name: "hello", panel: "telegram", spot: "panel-telegram", seconds: 8,
    run: async () => as(SAM),
  },
  {
    name: "sam", panel: "telegram", spot: "messages", seconds: 9,
    run: async ({ wait }) => {
      as(SAM);
      await wait(2000);
      await say(SAM, "demo-tour-sam-says");
    },
  },
  {
    name: "eve", panel: "telegram", spot: "messages", seconds: 11,
    run: async ({ wait, until }) => {
      as(EVE);
      await wait(2000);
      await say(EVE, "demo-tour-eve-says");
      await until(() => notice() && member(state.group, id(EVE)).muted);
    },
  },
  {
    name: "early", panel: "telegram", spot: "messages", seconds: 8,
    run: async ({ wait, follow }) => {
      as(EVE);
      await wait(1500);
      await press(follow);
    },
  },
  {
    name: "join", panel: "telegram", spot: "chat-step", seconds: 10,
    run: async ({ wait, until }) => {
      as(EVE, state.channel);
      await wait(2500);
      if (!isInside(state.channel, id(EVE))) await act({ do: "join", who: id(EVE), chat: state.channel });
      await until(() => !member(state.group, id(EVE)).muted);
      as(EVE);
      await wait(1500);
      await say(EVE, "demo-tour-join-says");
    },
  },
  {
    name: "crash", panel: "house", spot: "tree", seconds: 11,
    run: async ({ wait, until }) => {
      as(SAM);
      await wait(2000);
      const since = newest();
      await breaks("crash");
      await until(() => logged("sup.child.crashed", since));
      await say(SAM, "demo-tour-crash-says");
      await until(() => logged("sup.child.restarted", since) && state.counts.in_hand === 0);
    },
  },
  {
    name: "poison", panel: "house", spot: "log", seconds: 12,
    run: async ({ wait, until }) => {
      await wait(1500);
      const since = newest();
      await breaks("poison");
      await until(() => logged("update.quarantined", since) && state.inbox.length > 0);
    },
  },
  {
    name: "cut", panel: "telegram", spot: "counts", seconds: 9,
    run: async ({ wait, until }) => {
      as(EVE);
      await wait(1500);
      await act({ do: "cut", off: true });
      await wait(1200);
      await say(EVE, "demo-tour-cut-says");
      await until(() => state.counts.at_telegram > 0);
    },
  },
  {
    name: "back", panel: "telegram", spot: "counts", seconds: 7,
    run: async ({ wait, until }) => {
      await wait(1000);
      await act({ do: "cut", off: false });
      await until(() => state.counts.at_telegram + state.counts.in_hand === 0);
    },
  },
  { name: "end", panel: "telegram", spot: "c-lost", seconds: 5, run: async () => {} },
];

/** Whether nobody has done anything yet, so that the story can be told as it is written. */
export function isFresh() {
  const said = state.chats.get(state.group)?.messages ?? [];
  const untouched = said.every((it) => it.service || it.bot || it.from === state.owner);
  const whole = state.inbox.length === 0 && !state.counts.cut && state.people.length === 4;
  return untouched && whole && !isInside(state.channel, id(EVE)) && isInside(state.group, id(EVE));
}
