/** The whole bot in the page, as `make demo` shows it. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axe, open, Program, python, tooWide, Window } from "./stage";

let program: Program;
let browser: Browser;
let alice: Window;
let client: { email: string; password: string };

beforeAll(async () => {
  const known = "import json; from playground.company import founded; c = next(iter(founded(seed=1).clients.values())); print(json.dumps({'email': c.email, 'password': c.password}))";
  client = JSON.parse(python(known)) as typeof client;
  [program, browser] = await Promise.all([Program.start(["bot.py", "demo"], /Still running/), open()]);
  alice = await Window.open(browser, program.url);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await program?.stop();
});
afterEach(() => alice.tidy());

/** What each command is asked, and what its answer has to say; a command that is not here is asked alone. */
const SAYS: Record<string, [string, RegExp]> = {
  "/voip": ["help", /You are: *admin|admin/],
  "/voip-help": ["calls", /calls/],
  "/voip-status": ["", /registered/],
  "/voip-accounts": ["", /57 sub-accounts/],
  "/voip-voicemail": ["1001", /The PIN is never shown/],
  "/voip-calls": ["yesterday", /calls/],
  "/voip-numbers": ["", /numbers/],
  "/voip-balance": ["", /\$112\.19/],
  "/voip-packages": ["", /packages/],
  "/voip-clients": ["", /10 clients/],
  "/voip-client-calls": ["Birch month", /Birch Dental/],
  "/voip-whoami": ["", /admin/],
  "/voip-doctor": ["", /everything works/],
};

async function commands(): Promise<string[]> {
  await alice.composer.fill("/");
  const names = await alice.page.locator(".offer-name").allTextContents();
  await alice.composer.fill("");
  return names.filter((name) => name.startsWith("/"));
}

test("the first view is under a megabyte, and nothing may be loaded from elsewhere or stand inline", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => sizes.push(response.body().then((body) => body.length, () => 0)));
  const first = await page.goto(program.url);
  await page.locator("#composer textarea").waitFor();
  expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  const policy = first?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain("unsafe");
  await context.close();
});

test("each command is offered with its hint and answers", async () => {
  const all = await commands();
  expect(all).toEqual(expect.arrayContaining(Object.keys(SAYS)));
  for (const command of all) {
    const [words, says] = SAYS[command] ?? ["", /./];
    const answer = await alice.ask(`${command} ${words}`.trim());
    await expect.poll(() => answer.textContent(), { message: command }).toMatch(says);
    // some open a form as well
    await alice.page.waitForTimeout(150);
    await alice.closeForms();
  }
});

test("a shortcut opens a form in which to ask", async () => {
  await alice.composer.fill("/Ask");
  await alice.page.locator(".offer.active").filter({ hasText: "Ask Dialtone" }).waitFor();
  await alice.composer.press("Enter");
  await alice.page.getByRole("dialog").getByRole("textbox").waitFor();
});

test("a table comes as a CSV in the direct messages", async () => {
  const answer = await alice.ask("/voip calls yesterday");
  await answer.getByRole("button", { name: "CSV" }).click();
  await alice.go("Dialtone");
  const file = alice.page.locator(".file").last();
  await file.waitFor();
  const [download] = await Promise.all([alice.page.waitForEvent("download"), file.click()]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  const lines = (await readFile(await download.path(), "utf8")).split("\r\n");
  expect(lines[0]).toMatch(/^\ufeff.*,/);
  expect(lines.length).toBeGreaterThan(20);
});

describe("the login form", () => {
  async function sent(password: string) {
    await alice.composer.fill("/voip-client-login");
    await alice.composer.press("Enter");
    const form = alice.page.getByRole("dialog");
    await form.getByLabel("E-mail").fill(client.email);
    await form.getByLabel("Password").fill(password);
    await form.getByLabel("Password").press("Enter");
    return form;
  }
  test("says that a wrong password is not valid", async () => {
    const form = await sent("not-the-password");
    await form.getByText("Not valid").waitFor();
    expect(await axe(alice.page, "dialog")).toEqual([]);
  });
  test("says that the right one is, and shows it nowhere, in the traffic neither", async () => {
    const form = await sent(client.password);
    await form.getByText(/^\s*Valid/).waitFor();
    await alice.page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    await alice.page.getByRole("button", { name: "The traffic" }).click();
    const submission = alice.page.locator(".exchange").filter({ hasText: "view_submission" }).first();
    await submission.locator("summary").click();
    await submission.getByText('"value": "••••••"').waitFor();
    expect(await alice.page.content()).not.toContain(client.password);
    expect(await axe(alice.page, ".side")).toEqual([]);
    await alice.page.getByRole("button", { name: "The phone company" }).click();
  });
  test("shows what is missing where it is missing", async () => {
    const form = await sent("");
    await form.locator(".input-wrong").waitFor();
    expect(await form.getByLabel("Password").getAttribute("aria-invalid")).toBe("true");
  });
});

describe("two windows with different people", () => {
  test("see what is shared, and each only their own private answers", async () => {
    const victor = await Window.open(browser, program.url, "U0VICTOR");
    const stan = await Window.open(browser, program.url, "U0STAN");
    const mine = await alice.ask("/voip balance");
    const ts = await mine.getAttribute("data-ts");
    const shared = await alice.ask("/voip numbers");
    await shared.getByRole("button", { name: "Share to channel" }).click();
    const seen = victor.messages.filter({ hasText: "Shared by" }).last();
    await seen.filter({ hasText: "numbers" }).waitFor();
    await mine.getByText("Only visible to you").waitFor();
    expect(await victor.page.locator(`[data-ts="${ts}"]`).count()).toBe(0);
    expect(await victor.page.locator(".sidebar").textContent()).toContain("alerts");
    expect(await stan.page.locator(".sidebar .place").allTextContents()).toEqual(["#with-partner", "Dialtone"]);
    const refused = await victor.ask("/voip packages");
    expect(await refused.textContent()).toContain("needs the role operator");
    expect(await alice.messages.filter({ hasText: "needs the role operator" }).count()).toBe(0);
    await victor.close();
    await stan.close();
  });
});

test("a mention is answered where it was asked, a direct message in private", async () => {
  const answer = await alice.ask("@dialtone whoami");
  expect(await answer.textContent()).toContain("Only visible to you");
  await alice.go("Dialtone");
  const direct = await alice.ask("accounts frontdesk");
  expect(await direct.textContent()).toContain("100001_frontdesk");
});

test("Home says how things are", async () => {
  await alice.go("Dialtone");
  await alice.page.getByRole("button", { name: "Home" }).click();
  const home = alice.page.getByRole("region", { name: "Home" });
  await home.getByRole("heading").first().waitFor();
  await home.getByText("you are: admin").waitFor();
  expect(await axe(alice.page, "main")).toEqual([]);
});

test("the keyboard alone is enough", async () => {
  const { page } = alice;
  await page.reload();
  await alice.composer.waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to writing");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("/voip-ca");
  await page.locator(".offer.active").filter({ hasText: "/voip-calls" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type("yesterday missed");
  const before = await alice.messages.count();
  await page.keyboard.press("Enter");
  await expect.poll(() => alice.messages.count()).toBeGreaterThan(before);
  const csv = alice.answer.getByRole("button", { name: "CSV" });
  await csv.waitFor();
  // back from where one types to the newest answer's last buttons
  let focused = "";
  for (let steps = 0; steps < 12 && focused !== "CSV"; steps++) {
    await page.keyboard.press("Shift+Tab");
    focused = (await page.evaluate(() => document.activeElement?.textContent)) ?? "";
  }
  expect(focused).toBe("CSV");
  expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe("solid");
  await page.keyboard.press("Enter");
  await alice.messages.filter({ hasText: "in your direct messages" }).last().waitFor();
});

test("a phone that is unplugged is told in the channel, and its message changes in place when it is back", async () => {
  const panel = alice.page.getByRole("complementary", { name: "The phone company" });
  await panel.getByRole("button", { name: "Unplug Kitchen", exact: true }).click();
  await alice.go("alerts");
  const alert = alice.messages.filter({ hasText: "Kitchen" }).last();
  await alert.filter({ hasText: /Missing: Kitchen/ }).waitFor({ timeout: 40_000 });
  expect(await axe(alice.page, "main")).toEqual([]);
  await alert.getByRole("button", { name: "Acknowledge" }).click();
  await panel.getByRole("button", { name: "Plug in Kitchen", exact: true }).click();
  await alice.messages.filter({ hasText: /Back: Kitchen/ }).first().waitFor({ timeout: 40_000 });
  expect(await alice.messages.filter({ hasText: /Missing: Kitchen/ }).count()).toBe(0);
});

test("what is unplugged is seen by the bot, and an API that is down too", async () => {
  const panel = alice.page.getByRole("complementary", { name: "The phone company" });
  await panel.getByRole("button", { name: "Unplug Front desk", exact: true }).click();
  await panel.getByRole("button", { name: "Plug in Front desk", exact: true }).waitFor();
  expect(await panel.locator(".line").filter({ hasText: "Front desk 101" }).textContent()).toContain("Unplugged");
  expect(await (await alice.ask("/voip status 101")).textContent()).toMatch(/[Nn]ot registered/);
  await panel.getByRole("button", { name: "Plug in Front desk", exact: true }).click();
  await panel.getByRole("button", { name: "Wrong password" }).click();
  await panel.getByText("The password is refused").first().waitFor();
  expect(await (await alice.ask("/voip balance")).textContent()).toMatch(/password/i);
  await panel.getByRole("button", { name: "Heal" }).click();
  await panel.getByRole("button", { name: "Nearly empty" }).click();
  await panel.getByText("Balance: $4.20").waitFor();
  expect(await (await alice.ask("/voip balance")).textContent()).toContain("$4.20");
  await panel.getByRole("button", { name: "An attack" }).click();
  await panel.getByRole("status").filter({ hasText: "45 calls" }).waitFor();
});

describe("what one looks at", () => {
  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 420],
    ["dark", 420],
  ] as const)("in %s colours, %i wide, has no serious fault and fits", async (colorScheme, width) => {
    const window = await Window.open(browser, program.url, "U0OLGA", { colorScheme, viewport: { width, height: 860 } });
    await window.ask("/voip calls yesterday");
    expect(await axe(window.page)).toEqual([]);
    expect(await tooWide(window.page)).toBe(false);
    await window.close();
  });

  test("is light or dark as one likes, and stays so", async () => {
    const { page } = alice;
    await page.getByRole("button", { name: "Use the dark colours" }).click();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(26, 29, 33)");
    await page.reload();
    await page.getByRole("button", { name: "Use the light colours" }).click();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
    await alice.composer.waitFor();
  });
});
