// The guided tour: plays the steps, explains them, and can be paused, hurried and ended.

import { $ } from "./dom.js";
import { act } from "./net.js";
import { follow } from "./places.js";
import { panel } from "./panels.js";
import { state, until } from "./state.js";
import { STEPS, isFresh } from "./steps.js";
import { t } from "./words.js";

/** How often time is counted. */
const TICK_MS = 100;
/** How long a fresh house may take to open. */
const OPEN_MS = 15_000;
/** How long the house may take for anything in a step. */
const LIMIT_MS = 12_000;

/** Thrown within a step when the tour was ended: what would come next is not done. */
class Over extends Error {}

/** The tour that is under way. */
let now = null;

/** Offers the tour to whoever is new, and listens to its buttons. */
export function begin() {
  $("tour-take").addEventListener("click", start);
  $("tour-again").addEventListener("click", start);
  $("tour-later").addEventListener("click", () => close());
  $("tour-pause").addEventListener("click", pause);
  $("tour-next").addEventListener("click", () => now && (now.hurry = true) && now.paused && pause());
  $("tour-stop").addEventListener("click", () => close());
  $("tour").addEventListener("keydown", (event) => event.key === "Escape" && close());
  if (!sessionStorage.getItem("toured")) $("tour").hidden = false;
}

function close() {
  const had = $("tour").contains(document.activeElement);
  if (now && state.counts.cut) act({ do: "cut", off: false });
  if (now) now.over = true;
  now = null;
  spot(null);
  document.body.classList.remove("touring");
  $("tour").hidden = true;
  sessionStorage.setItem("toured", "1");
  if (had) $("tour-again").focus();
}

function pause() {
  if (!now) return;
  now.paused = !now.paused;
  $("tour-pause").textContent = t(now.paused ? "demo-tour-resume" : "demo-tour-pause");
  $("tour").classList.toggle("paused", now.paused);
}

async function start() {
  if (now) now.over = true;
  const before = now?.ended;
  const tour = { over: false, paused: false, hurry: false };
  now = tour;
  $("tour").hidden = false;
  document.body.classList.add("touring");
  $("tour").classList.remove("paused");
  $("tour-offer").hidden = true;
  $("tour-play").hidden = false;
  for (const name of ["pause", "next"]) $(`tour-${name}`).hidden = false;
  $("tour-pause").textContent = t("demo-tour-pause");
  $("tour-stop").textContent = t("demo-tour-stop");
  $("tour-pause").focus();
  await before;
  tour.ended = tell(tour);
}

async function tell(tour) {
  await prepare();
  for (const [at, step] of STEPS.entries()) {
    if (tour.over) return;
    await play(tour, step, at);
  }
  if (!tour.over) end();
}

/** A world in which somebody has done something already is begun afresh. */
async function prepare() {
  caption("", t("demo-tour-preparing"), "");
  if (!isFresh()) await act({ do: "start_over" });
  await until(() => state.counts.open && isFresh() && state.counts.at_telegram + state.counts.in_hand === 0, OPEN_MS);
}

async function play(tour, step, at) {
  tour.hurry = false;
  panel(step.panel);
  spot(step.spot);
  const place = t("demo-tour-step", { step: at + 1, steps: STEPS.length });
  caption(place, t(`demo-tour-${step.name}`), t(`demo-tour-${step.name}-text`));
  const clock = count(tour, step.seconds * 1000, at);
  const given = { follow, wait: (ms) => pass(tour, ms), until: (holds) => hold(tour, holds) };
  const over = (error) => {
    if (!(error instanceof Over)) throw error;
  };
  await Promise.all([step.run(given).catch(over), clock]);
}

/** The time of one step, with its part of the bar. */
async function count(tour, ms, at) {
  let passed = 0;
  while (!tour.over && passed < ms && !tour.hurry) {
    await sleep(TICK_MS);
    if (!tour.paused) passed += TICK_MS;
    $("tour-progress").value = ((at + Math.min(1, passed / ms)) / STEPS.length) * 1000;
  }
}

/** Time to read, which a pause stretches and a hurry skips. */
async function pass(tour, ms) {
  let passed = 0;
  while (!tour.over && passed < ms && !tour.hurry) {
    await sleep(TICK_MS);
    if (!tour.paused) passed += TICK_MS;
  }
  if (tour.over) throw new Over();
}

/** Time for the house. */
async function hold(tour, holds) {
  await until(() => tour.over || holds(), LIMIT_MS);
  if (tour.over) throw new Over();
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function caption(step, title, text) {
  $("tour-step").textContent = step;
  $("tour-title").textContent = title;
  $("tour-text").textContent = text;
}

/** The last card stays until it is closed. */
function end() {
  const had = $("tour").contains(document.activeElement);
  for (const name of ["pause", "next"]) $(`tour-${name}`).hidden = true;
  $("tour-stop").textContent = t("demo-tour-close");
  $("tour-progress").value = 1000;
  now = null;
  if (had) $("tour-stop").focus();
}

/** Outlines a part of the page. */
function spot(id) {
  document.querySelectorAll(".spot").forEach((it) => it.classList.remove("spot"));
  if (!id) return;
  $(id).classList.add("spot");
  const narrow = matchMedia("(max-width: 940px)").matches;
  if (narrow && $("panel-house").contains($(id))) $(id).closest(".card").scrollIntoView({ block: "start" });
}
