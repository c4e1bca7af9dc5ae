// What the page knows, who looks at it, and who wants to hear of changes.

/** Everything there is. Parts come whole from the stream. */
export const state = {
  people: [],
  owner: 0,
  channel: 0,
  group: 0,
  /** What people read. */
  language: "",
  chats: new Map(),
  tree: null,
  counts: { accepted: 0, done: 0, lost: 0, at_telegram: 0, in_hand: 0, set_aside: 0, cut: false, open: true },
  inbox: [],
  doubts: [],
  log: [],
  /** Who one is, and in which chat. */
  me: 0,
  chat: 0,
};

const listeners = new Map();
/** Newest moment seen, by person and chat. */
const seen = new Map();

/** Calls `hear` when one of these topics changes. */
export function on(topics, hear) {
  for (const topic of topics.split(" ")) {
    listeners.set(topic, [...(listeners.get(topic) ?? []), hear]);
  }
}

/** Tells those who listen. */
export function changed(topic) {
  for (const hear of listeners.get(topic) ?? []) hear();
}

/** Becomes somebody, in some chat. */
export function look(me, chat = state.chat) {
  const own = chat > 0 ? me : chat;
  if (me === state.me && own === state.chat) return;
  state.me = me;
  state.chat = own;
  sessionStorage.setItem("look", JSON.stringify([me, own]));
  changed("look");
}

/** Where one was before the page was loaded again, else Sam in the group. */
export function lookAgain() {
  const [me, chat] = JSON.parse(sessionStorage.getItem("look") ?? "[0,0]");
  const known = state.people.some((it) => it.id === me);
  look(known ? me : state.people[1].id, known && chat ? chat : state.group);
}

export const person = (id) => state.people.find((it) => it.id === id);

/** How somebody stands in a chat. */
export function member(chat, who) {
  const found = state.chats.get(chat)?.members.find((it) => it.id === who);
  return found ?? { id: who, standing: "left", muted: false };
}

export const isInside = (chat, who) => ["owner", "admin", "member"].includes(member(chat, who).standing);

/** The messages of a chat that somebody sees, those that were deleted included. */
export function messages(chat, who) {
  const all = state.chats.get(chat)?.messages ?? [];
  const own = all.filter((it) => it.only === null || it.only === who);
  const hidden = new Set(own.filter((it) => it.only === who && !it.deleted).map((it) => it.hides));
  return own.filter((it) => it.only !== null || !hidden.has(it.id));
}

/** Everything in a chat was seen by somebody. */
export function markSeen(chat, who) {
  const last = messages(chat, who).at(-1);
  if (last) seen.set(`${who} ${chat}`, last.at_ms);
}

/** How many messages of others somebody has not seen. */
export function unread(chat, who) {
  const since = seen.get(`${who} ${chat}`) ?? 0;
  const news = (it) => it.at_ms > since && it.from !== who && !it.deleted && !it.service;
  return messages(chat, who).filter(news).length;
}

/** Waits until something is true of the state; says whether it became true before the limit. */
export function until(holds, limitMs) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const tick = () => {
      if (holds()) resolve(true);
      else if (performance.now() - begun > limitMs) resolve(false);
      else setTimeout(tick, 60);
    };
    tick();
  });
}
