/** The pictures of the documentation, taken from the real program: `make screenshots`. */
import { mkdir } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, Program, ROOT, tooWide, Window } from "../browser/stage";

const FOLDER = `${ROOT}docs/pictures`;

let program: Program;
let browser: Browser;

beforeAll(async () => {
  [program, browser] = await Promise.all([Program.start(["bot.py", "demo"], /Still running/), open(), mkdir(FOLDER, { recursive: true })]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await program?.stop();
});

async function picture(window: Window, name: string): Promise<void> {
  // the pointer lies on nothing, and nothing that was typed is in the way
  await window.page.mouse.move(0, 0);
  await window.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await window.page.waitForTimeout(400);
  expect(await tooWide(window.page)).toBe(false);
  await window.page.screenshot({ path: `${FOLDER}/${name}.png` });
}

test("the answer to calls yesterday", async () => {
  const window = await Window.open(browser, program.url, "U0ALICE", { viewport: { width: 1280, height: 900 } });
  await window.page.getByRole("button", { name: "The phone company" }).click();
  const answer = await window.ask("/voip calls yesterday");
  await answer.getByRole("button", { name: "CSV" }).waitFor();
  await answer.evaluate((element) => {
    element.scrollIntoView();
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await window.page.waitForTimeout(400);
  // as far as whole rows are seen, and as wide as the table
  const clip = await answer.evaluate((element) => {
    const seen = document.querySelector("main .messages")!.getBoundingClientRect();
    const rows = [...element.querySelectorAll("tr")].map((row) => row.getBoundingClientRect()).filter((row) => row.bottom < seen.bottom - 8);
    const right = Math.max(...[...element.querySelectorAll(".table-frame")].map((frame) => frame.getBoundingClientRect().right));
    return { x: seen.left, y: seen.top, width: right + 20 - seen.left, height: (rows.at(-1)?.bottom ?? seen.bottom) - seen.top };
  });
  await window.page.screenshot({ path: `${FOLDER}/calls.png`, clip });
  await window.close();
});

test.each(["light", "dark"] as const)("the page in %s colours: a site is unplugged", async (colorScheme) => {
  const window = await Window.open(browser, program.url, "U0ALICE", { colorScheme });
  const unplug = window.page.getByRole("button", { name: "Unplug all: Head office" });
  await unplug.click();
  await window.go("alerts");
  await window.messages.filter({ hasText: /Missing: .*phones/ }).first().waitFor({ timeout: 40_000 });
  // the slowest of its looks
  await window.page.waitForTimeout(8_000);
  await picture(window, `page-${colorScheme}`);
  await window.close();
});

test("the page on a telephone", async () => {
  const window = await Window.open(browser, program.url, "U0VICTOR", { viewport: { width: 420, height: 860 } });
  await window.ask("/voip numbers");
  await picture(window, "page-narrow");
  await window.close();
});

test("the traffic", async () => {
  const window = await Window.open(browser, program.url, "U0ALICE");
  await window.ask("/voip balance");
  await window.page.getByRole("button", { name: "The traffic" }).click();
  await window.page.locator(".exchange summary").filter({ hasText: "getBalance" }).first().click();
  await picture(window, "page-traffic");
  await window.close();
});
