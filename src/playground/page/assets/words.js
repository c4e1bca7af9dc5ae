// The texts of the catalogue, in the language of the page.

let texts = {};

/** Loads them; must be done before the first `t`. */
export async function load() {
  const answer = await fetch(`/words.json?lang=${language}`);
  texts = await answer.json();
}

/** The language of the page: `en` or `ru`. */
export const language = document.documentElement.lang;

/** A text; `{name}` in it is the argument of that name. */
export function t(key, given = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? String(given[name]) : whole));
}

/** Whether there is such a text. */
export const has = (key) => key in texts;

/** A time of day as people here write it. */
export const clock = (ms) =>
  new Date(ms).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
