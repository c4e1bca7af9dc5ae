// Clicks through the page of `majordomo demo` as people would, and lets axe-core look at it: both themes, both
// languages, wide and as narrow as a phone. Run: `node test.js path/to/majordomo [path/to/chromium]`.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [binary, browserPath = "/usr/bin/chromium", pictures] = process.argv.slice(2);
/** How long anything may take. */
const LIMIT = 15_000;
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The demo as a child process, with the address that it prints. */
async function demo() {
  const child = spawn(binary, ["demo"], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+\//);
      if (found) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
    setTimeout(() => reject(new Error("the demo printed no address")), LIMIT);
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    return { code: await ended, said: () => said };
  };
  return { url, stop };
}

/** A page in a fresh browser profile; whatever it complains about fails the test. */
async function open(browser, url, { viewport = WIDE, lang = "en", theme = "light", motion = "reduce" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: motion });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (it) => it.type() === "error" && !expected(it) && page.complaints.push(it.text()));
  page.on("request", (it) => it.url().startsWith(url) || page.complaints.push(`loads ${it.url()}`));
  await page.goto(`${url}?lang=${lang}`);
  await page.waitForSelector("body[data-ready]");
  return page;
}

/** A refused deed is answered with 409, which the browser notes. */
const expected = (it) => it.text().includes("409");

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

const be = (page, name) => page.locator("#people .chip").filter({ has: page.locator(".name", { hasText: name }) }).click();
const go = (page, title) => page.locator("#places .tab", { hasText: title }).click();
const break_ = (page, name) => page.locator(`[data-fault=${name}]`).click();
const number = async (page, id) => Number(await page.locator(`#n-${id}`).textContent());
const message = (page, words) => page.locator(".message", { hasText: words }).last();

async function say(page, words) {
  await page.fill("#words", words);
  await page.press("#words", "Enter");
}

/** Waits until a question about the page is answered with yes. */
async function until(page, what, ask) {
  const end = Date.now() + LIMIT;
  while (!(await ask())) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await page.waitForTimeout(60);
  }
}

/** Everything that was accepted is done, and nothing is lost. */
async function whole(page) {
  await until(page, "everything is done", async () => (await number(page, "waiting")) === 0);
  assert.equal(await number(page, "accepted"), await number(page, "done"));
  assert.equal(await number(page, "lost"), 0);
}

const TESTS = {
  async "a stranger is stopped, joins, and may write"(page) {
    await be(page, "Eve");
    await say(page, "hello, who wants to buy a watch?");
    await message(page, "who wants to buy").and(page.locator(".deleted")).waitFor();
    const notice = message(page, "please join");
    await notice.getByText("Only you see this").waitFor();
    await page.locator("#cannot").getByText("muted").waitFor();
    await be(page, "Sam");
    assert.equal(await page.locator(".message", { hasText: "please join" }).count(), 0, "others do not see the notice");
    await be(page, "Eve");
    await notice.getByRole("button", { name: "I have joined" }).click();
    await page.locator(".toast", { hasText: "Not there yet" }).waitFor();
    await notice.getByRole("button", { name: "News" }).first().click();
    await page.getByRole("heading", { name: "News" }).waitFor();
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await go(page, "Readers");
    await page.locator("#cannot").waitFor({ state: "hidden" });
    await say(page, "Thank you!");
    await message(page, "Thank you!").and(page.locator(":not(.deleted)")).waitFor();
    await whole(page);
  },

  async "people edit, delete, send photos, leave and come"(page) {
    await be(page, "Sam");
    await say(page, "first");
    const edit = page.getByRole("button", { name: "Edit: first" });
    await edit.focus();
    await edit.press("Enter");
    await say(page, "second");
    await message(page, "second").getByText("edited").waitFor();
    const unsay = page.getByRole("button", { name: "Delete: second" });
    await unsay.focus();
    await unsay.press("Enter");
    await message(page, "second").and(page.locator(".deleted")).waitFor();
    await page.getByRole("button", { name: "Send a photo" }).click();
    await page.getByRole("img", { name: "wristwatch" }).waitFor();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.locator("#cannot", { hasText: "not in this chat" }).waitFor();
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await page.locator("#cannot").waitFor({ state: "hidden" });
    await be(page, "Leo");
    await go(page, "Majordomo");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator(".message.bot").first().waitFor();
    await whole(page);
  },

  async "the bot draws a chart and opens its panel"(page) {
    await be(page, "Ann");
    await go(page, "Readers");
    await say(page, "/stats");
    const chart = page.locator("img.chart").last();
    await chart.waitFor();
    assert.ok(await chart.evaluate((it) => it.decode().then(() => it.naturalWidth > 100)));
    await say(page, "/protection");
    await page.locator(".message.bot .key").last().waitFor();
    await whole(page);
  },

  async "a deep link asks for a chat and leads there"(page) {
    await be(page, "Ann");
    await go(page, "Majordomo");
    await say(page, "/help");
    await page.getByRole("button", { name: /Add me to a group/ }).last().click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    assert.deepEqual(await findings(page), []);
    await dialog.getByRole("button", { name: "Readers" }).click();
    await page.getByRole("heading", { name: "Readers" }).waitFor();
    await whole(page);
  },

  async "an actor crashes and comes back, and so does one that hangs"(page) {
    await be(page, "Sam");
    for (const [fault, event] of [["crash", "sup.child.crashed"], ["stall", "sup.child.stuck"]]) {
      await break_(page, fault);
      await page.locator("#log .line", { hasText: event }).last().waitFor();
      await say(page, `are you there after the ${fault}?`);
      await page.locator("#tree .life").first().waitFor();
    }
    await page.locator("#log .line", { hasText: "sup.child.restarted" }).last().waitFor();
    await page.locator("#inbox li").first().waitFor();
    await whole(page);
    await page.getByRole("button", { name: /Drop update/ }).first().click();
    await page.locator("#inbox-box").waitFor({ state: "hidden" });
  },

  async "poison is set aside, whole"(page) {
    await break_(page, "poison");
    await page.locator("#inbox li", { hasText: "drill" }).waitFor();
    assert.equal(await number(page, "aside"), 1);
    await whole(page);
    await page.getByRole("button", { name: /Drop update/ }).click();
    await page.locator("#inbox-box").waitFor({ state: "hidden" });
  },

  async "Telegram goes away and comes back, and the house closes and opens"(page) {
    await be(page, "Ann");
    await break_(page, "cut");
    await say(page, "/why");
    await until(page, "something waits", async () => (await number(page, "waiting")) > 0);
    await break_(page, "cut");
    await whole(page);
    await break_(page, "restart");
    await page.locator(".toast", { hasText: "was restarted" }).waitFor();
    await say(page, "/protection");
    await whole(page);
  },

  async "everything can be reached and done by keyboard"(page) {
    await page.reload();
    await page.waitForSelector("body[data-ready]");
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the chat" }).and(page.locator(":focus")).waitFor();
    await page.locator("#people input:checked").focus();
    const before = await page.locator("#words").getAttribute("aria-label");
    await page.keyboard.press("ArrowRight");
    await until(page, "another person", async () => (await page.locator("#words").getAttribute("aria-label")) !== before);
    assert.equal(await page.evaluate(() => document.activeElement.name), "person", "the focus stays in the row");
    await page.locator("[data-fault=poison]").focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("#log .line", { hasText: "sup.child.crashed" }).last().waitFor();
    await whole(page);
  },

  async "the tour tells its story, and can be paused, hurried and ended"(page) {
    await page.locator("#tour-again").click();
    const step = page.locator("#tour-step");
    await step.getByText("Step 1 of").waitFor();
    await page.locator("#tour-pause").click();
    await page.locator("#tour-pause", { hasText: "Go on" }).waitFor();
    for (let at = 2; at <= 10; at++) {
      await page.locator("#tour-next").click();
      await step.getByText(`Step ${at} of`).waitFor();
    }
    await page.getByRole("heading", { name: "Lost: nothing" }).waitFor();
    await page.locator("#tour-next").click();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.locator("#tour").waitFor({ state: "hidden" });
    assert.ok((await number(page, "accepted")) > 10);
    assert.equal(await number(page, "aside"), 1);
    await whole(page);
  },
};

/** What axe-core finds, in words. */
async function findings(page) {
  // A script of ours would need the page's permission; the test's own world does not.
  await page.evaluate(`(() => { ${axe}; window.axe = axe; })()`);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/** Every look of the page, with something of everything on it. */
async function looks(browser, url) {
  for (const viewport of [WIDE, PHONE]) {
    for (const theme of ["light", "dark"]) {
      for (const lang of ["en", "ru"]) {
        const page = await open(browser, url, { viewport, theme, lang });
        const name = `${viewport.width} ${theme} ${lang}`;
        if (await page.locator("#tour-later").isVisible()) assert.deepEqual(await findings(page), [], `${name}, offer`);
        for (const half of viewport === PHONE ? ["telegram", "house"] : ["telegram"]) {
          if (viewport === PHONE) await page.locator(`[data-show=${half}]`).click();
          assert.deepEqual(await findings(page), [], `${name}, ${half}`);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= viewport.width, `${name}, ${half}: ${width} px wide`);
          if (pictures) await page.screenshot({ path: `${pictures}/${viewport.width}-${theme}-${lang}-${half}.png` });
        }
        await close(page);
        console.log(`ok    ${name}`);
      }
    }
  }
}

/** The tour on a phone. */
async function tour(browser, url) {
  const page = await open(browser, url, { viewport: PHONE, theme: "dark", lang: "ru" });
  await page.locator("#tour-take").click();
  await page.locator("#tour-step", { hasText: "Шаг 1" }).waitFor();
  assert.deepEqual(await findings(page), [], "the tour");
  await page.keyboard.press("Escape");
  await page.locator("#tour").waitFor({ state: "hidden" });
  await close(page);
}

/** A world with something of everything: deleted, seen by one only, set aside, cut off. */
async function furnish(page) {
  await break_(page, "over");
  await page.locator(".toast", { hasText: "begins again" }).waitFor();
  await be(page, "Eve");
  await say(page, "hello, who wants to buy a watch?");
  await message(page, "please join").waitFor();
  await break_(page, "poison");
  await page.locator("#inbox li").waitFor();
  await page.locator(".message", { hasText: "drill" }).first().waitFor();
  await break_(page, "crash");
  await page.locator("#tree .life").first().waitFor();
  await break_(page, "cut");
  await page.locator("[data-fault=cut].on").waitFor();
}

const running = await demo();
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
try {
  const page = await open(browser, running.url);
  await page.locator("#tour-later").click();
  for (const [name, test] of Object.entries(TESTS)) {
    await test(page);
    console.log(`ok    ${name}`);
  }
  await furnish(page);
  await close(page);
  await looks(browser, running.url);
  await tour(browser, running.url);
} finally {
  await browser.close();
  const { code, said } = await running.stop();
  console.log(said().trim().split("\n").at(-1).trim());
  assert.equal(code, 0, "the demo ends well");
}
