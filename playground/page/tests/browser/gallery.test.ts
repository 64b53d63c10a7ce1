/** Everything that Slack can draw and everything that can be used, against a small app that tells what it was sent. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axe, open, Program, tooWide, Window } from "./stage";

let program: Program;
let browser: Browser;
let alice: Window;

beforeAll(async () => {
  [program, browser] = await Promise.all([Program.start(["-m", "tests.e2e.gallery"], /http/), open()]);
  alice = await Window.open(browser, program.url);
});
afterAll(async () => {
  await browser?.close();
  await program?.stop();
});
afterEach(() => alice.tidy());

describe("what is drawn", () => {
  test("escaped words stay words, and what is alive is drawn so", async () => {
    const drawn = await alice.ask("/voip blocks");
    const escaped = drawn.locator(".block-section").filter({ hasText: "escaped:" });
    expect(await escaped.textContent()).toBe("escaped: <!channel> <@U0ALICE> <https://evil.example|click> &amp;");
    expect(await escaped.locator(".mention, a, button").count()).toBe(0);
    const alive = drawn.locator(".block-section").filter({ hasText: "alive:" });
    expect(await alive.textContent()).toBe("alive: @Alice #alerts @here a link bold italic gone code 4:51:10");
    expect(await alive.locator(".mention").count()).toBe(3);
    expect(await alive.getByRole("link").getAttribute("href")).toBe("https://example.com");
  });

  test("a header's words are plain", async () => {
    expect(await (await alice.ask("/voip blocks")).getByRole("heading", { level: 3 }).first().textContent()).toBe("Everything 👋 that can be *drawn*");
  });

  test("a table's cells are plain", async () => {
    const table = (await alice.ask("/voip blocks")).locator(".block-table");
    expect(await table.locator("td").allTextContents()).toEqual(["<!channel> &lt;b&gt;", "1,214", "*Front* desk", "7"]);
  });

  test("a date is in the zone of who reads it", async () => {
    const victor = await Window.open(browser, program.url, "U0VICTOR");
    expect(await (await alice.ask("/voip blocks")).locator(".block-section time").textContent()).toBe("2026-11-24 12:00 PM");
    expect(await (await victor.ask("/voip blocks")).locator(".block-section time").textContent()).toBe("2026-11-24 5:00 PM");
    await victor.close();
  });

  test("a data table is sorted and turned over, charts and Markdown are drawn", async () => {
    await alice.ask("/voip blocks");
    const drawn = alice.answer;
    await drawn.locator(".data-table").waitFor();
    const cells = () => drawn.locator(".data-table td").allTextContents();
    expect(await cells()).toEqual(["0", "4", "8"]);
    await drawn.getByRole("button", { name: "Calls" }).click();
    await drawn.getByRole("button", { name: "Next" }).click();
    await expect.poll(cells).toEqual(["4", "5", "8"]);
    expect(await drawn.locator("[aria-sort=ascending]").count()).toBe(1);
    expect(await drawn.locator("svg rect, svg path").count()).toBeGreaterThan(3);
    await expect.poll(() => drawn.locator(".block-markdown td").allTextContents()).toEqual(["1", "2"]);
  });
});

describe("what can be used", () => {
  async function controls() {
    const drawn = await alice.ask("/voip controls");
    await drawn.locator(".actions").waitFor();
    return drawn;
  }
  /** What the app says that it got. */
  const got = (words: string) => alice.messages.filter({ hasText: words }).last().waitFor();

  test("buttons, at once or after a confirmation", async () => {
    const drawn = await controls();
    await drawn.getByRole("button", { name: "Go" }).click();
    await got('used go: {"value": "1"}');
    await drawn.getByRole("button", { name: "End", exact: true }).click();
    await alice.page.getByRole("button", { name: "Keep it" }).click();
    await drawn.getByRole("button", { name: "End", exact: true }).click();
    expect(await alice.page.getByRole("dialog").textContent()).toContain("It ends everything.");
    await alice.page.getByRole("button", { name: "End it" }).click();
    await got('used end: {"value": "2"}');
    expect(await alice.messages.filter({ hasText: "used end" }).count()).toBe(1);
  });

  test.each([
    ["More actions", "Mute 7 days", "used overflow:"],
    ["A place", "Warehouse", "used grouped:"],
    ["A lamp", "Orange", "used lamp:"],
    ["A person", "Victor", 'used user: {"selected_user": "U0VICTOR"}'],
    ["A conversation", "#alerts", 'used conversation: {"selected_conversation": "C0ALERTS"}'],
    ["A channel", "#reports", 'used channel: {"selected_channel": "C0REPORTS"}'],
  ])("the menu %s", async (menu, choice, told) => {
    const drawn = await controls();
    await drawn.getByRole("button", { name: menu }).first().click();
    await alice.page.getByRole(menu === "More actions" ? "menuitem" : "option", { name: choice, exact: true }).click();
    await got(told);
    if (told.endsWith(":")) await got(choice);
  });

  test("a menu whose options the app makes", async () => {
    const drawn = await controls();
    await drawn.getByRole("button", { name: /A phone/ }).click();
    await alice.page.getByText("Type something to search").waitFor();
    await alice.page.keyboard.type("f");
    await alice.page.getByRole("option", { name: "Fax line" }).waitFor();
    await alice.page.keyboard.press("ArrowDown");
    await alice.page.keyboard.press("Enter");
    await got("Fax line");
  });

  test("several choices, told when the list closes", async () => {
    const drawn = await controls();
    await drawn.getByRole("button", { name: "Some lamps" }).click();
    await alice.page.getByRole("option", { name: "Red" }).click();
    await alice.page.getByRole("option", { name: "Green" }).click();
    await alice.page.keyboard.press("Escape");
    await got("used lamps:");
    expect(await drawn.locator(".chip").allTextContents()).toEqual(["Red", "Green"]);
  });

  test("choices and pickers", async () => {
    const drawn = await controls();
    await drawn.getByRole("radio", { name: "Orange" }).check();
    await got("used radio:");
    await drawn.getByRole("checkbox", { name: "Green" }).check();
    await got("used checks:");
    await drawn.locator("input[type=date]").fill("2026-12-24");
    await got('used day: {"selected_date": "2026-12-24"}');
    await drawn.locator("input[type=time]").fill("09:30");
    await got('used time: {"selected_time": "09:30"}');
    await drawn.locator("input[type=datetime-local]").fill("2026-11-24T13:00");
    await got('used moment: {"selected_date_time": 1795543200}');
  });

  test("a form with every kind of input: what Slack and what the app refuse, and what it gets", async () => {
    await alice.composer.fill("/voip form");
    await alice.composer.press("Enter");
    const form = alice.page.getByRole("dialog");
    await form.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => form.locator(".input-wrong").allTextContents()).toEqual(Array(2).fill("Please complete this required field."));
    await form.getByLabel("Name").fill("wrong");
    await form.getByLabel("E-mail").fill("nobody");
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByText("Please enter a valid email address.").waitFor();
    await form.getByLabel("E-mail").fill("ana@example.com");
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByText("That is no name.").waitFor();
    expect(await axe(alice.page, "dialog")).toEqual([]);
    await form.getByLabel("Name").fill("Front desk");
    await form.getByLabel("Notes").fill("two\nlines");
    await form.getByLabel("Number").fill("7");
    await form.getByLabel("Link").fill("https://example.com");
    await form.getByLabel("Rich").fill("rich words");
    await form.getByRole("button", { name: /^Lamp:/ }).click();
    await alice.page.getByRole("option", { name: "Red" }).click();
    await form.getByRole("button", { name: /^Who/ }).click();
    await alice.page.getByRole("option", { name: "Victor", exact: true }).click();
    await alice.page.keyboard.press("Escape");
    await form.getByRole("button", { name: /^Phone/ }).click();
    await alice.page.keyboard.type("dock");
    await alice.page.getByRole("option", { name: "Dock" }).click();
    await form.getByRole("button", { name: /^Place/ }).click();
    await alice.page.getByRole("button", { name: "Leave it empty" }).click();
    await form.getByLabel("Day", { exact: true }).fill("2026-12-01");
    await form.getByLabel("Moment").fill("2026-11-24T12:00");
    await form.getByRole("radio", { name: "Out" }).check();
    await form.getByRole("checkbox", { name: "Tuesday" }).check();
    await form.getByRole("button", { name: "Send" }).click();
    await form.waitFor({ state: "detached" });
    await alice.go("Dialtone");
    await alice.page.getByRole("button", { name: "Messages" }).click();
    const told = alice.answer.locator("pre");
    await told.waitFor();
    const values = JSON.parse((await told.textContent()) ?? "") as Record<string, Record<string, unknown>>;
    expect(values).toMatchObject({
      name: { value: "Front desk" },
      email: { value: "ana@example.com" },
      notes: { value: "two\nlines" },
      number: { value: "7" },
      link: { value: "https://example.com" },
      lamp: { selected_option: { value: "red" } },
      lamps: { selected_options: [] },
      who: { selected_users: ["U0VICTOR"] },
      phone: { selected_option: { value: "dock" } },
      place: { selected_conversation: null },
      day: { selected_date: "2026-12-01" },
      time: { selected_time: null },
      moment: { selected_date_time: 1_795_539_600 },
      way: { selected_option: { value: "out" } },
      days: { selected_options: [{ value: "tuesday" }] },
    });
    expect(JSON.stringify(values.rich)).toContain("rich words");
  });

  test("Escape closes a list, then the form, and the app is told", async () => {
    await alice.composer.fill("/voip form");
    await alice.composer.press("Enter");
    const form = alice.page.getByRole("dialog");
    await form.getByRole("button", { name: /^Lamp:/ }).click();
    await alice.page.getByRole("listbox").waitFor();
    await alice.page.keyboard.press("Escape");
    await alice.page.getByRole("listbox").waitFor({ state: "detached" });
    expect(await form.isVisible()).toBe(true);
    await alice.page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    await alice.go("Dialtone");
    await alice.messages.filter({ hasText: "the form was closed" }).first().waitFor();
  });

  test("a form on another, and back", async () => {
    await alice.composer.fill("/voip stack");
    await alice.composer.press("Enter");
    const form = alice.page.getByRole("dialog");
    await form.getByRole("button", { name: "One more" }).click();
    await form.getByRole("heading", { name: "Above" }).waitFor();
    await form.getByRole("button", { name: "Close" }).last().click();
    await form.getByRole("heading", { name: "Below" }).waitFor();
    await form.getByRole("button", { name: "Close" }).last().click();
    await form.waitFor({ state: "detached" });
  });

  test("a shortcut from anywhere, and one of a message", async () => {
    await alice.composer.fill("/any");
    await alice.composer.press("Enter");
    await alice.page.getByRole("dialog").getByText("On top.").waitFor();
    await alice.page.keyboard.press("Escape");
    await alice.page.getByRole("dialog").waitFor({ state: "detached" });
    await alice.composer.fill("call 514 555 0161");
    await alice.composer.press("Enter");
    const mine = alice.messages.filter({ hasText: "call 514 555 0161" }).first();
    await mine.hover();
    await mine.getByRole("button", { name: "This message" }).click();
    await got("it says: call 514 555 0161");
  });

  test("the Home tab", async () => {
    await alice.go("Dialtone");
    await alice.page.getByRole("button", { name: "Home" }).click();
    await alice.page.getByRole("heading", { name: "Your Home" }).waitFor();
    expect(await axe(alice.page)).toEqual([]);
    await alice.page.getByRole("button", { name: "Refresh" }).click();
    await alice.page.getByText("Refreshed.").waitFor();
  });
});

describe("what is said", () => {
  test("in threads, and what is told to the channel too; edits in place", async () => {
    await alice.composer.fill("/voip thread");
    await alice.composer.press("Enter");
    await alice.go("alerts");
    await alice.messages.filter({ hasText: "Back: Front desk" }).waitFor();
    expect(await alice.messages.filter({ hasText: "Missing" }).count()).toBe(0);
    await alice.messages.filter({ hasText: "replied to a thread" }).filter({ hasText: "It is back" }).waitFor();
    await alice.page.getByRole("button", { name: /1 reply/ }).click();
    const thread = alice.page.getByRole("complementary", { name: "Thread" });
    await thread.getByRole("textbox").fill("@dialtone thanks");
    await thread.getByRole("textbox").press("Enter");
    await thread.getByText("you called").waitFor();
    expect(await axe(alice.page)).toEqual([]);
  });

  test("to others only", async () => {
    const victor = await Window.open(browser, program.url, "U0VICTOR");
    await alice.composer.fill("lunch, @victor?");
    await alice.composer.press("Enter");
    await victor.messages.filter({ hasText: "lunch, @Victor?" }).waitFor();
    expect(await victor.page.locator(".mention.mine").last().textContent()).toBe("@Victor");
    await victor.close();
  });

  test("by Slackbot, when nobody answered in time or there is no such command", async () => {
    await alice.composer.fill("/voip slow");
    await alice.composer.press("Enter");
    await alice.composer.fill("/nonsense");
    await alice.composer.press("Enter");
    await alice.messages.filter({ hasText: "/nonsense is not a valid command" }).waitFor();
    await alice.messages.filter({ hasText: "/voip failed with the error “operation_timeout”" }).waitFor();
  });
});

test("nothing reaches over the edge of a narrow window", async () => {
  const narrow = await Window.open(browser, program.url, "U0ALICE", { viewport: { width: 420, height: 860 } });
  await narrow.ask("/voip blocks");
  await narrow.ask("/voip controls");
  expect(await tooWide(narrow.page)).toBe(false);
  await narrow.page.getByRole("button", { name: "Phones" }).click();
  expect(await tooWide(narrow.page)).toBe(false);
  expect(await axe(narrow.page)).toEqual([]);
  await narrow.close();
});
