import { describe, expect, test } from "vitest";
import { dated, instant, local } from "../../src/blocks/dates";
import { plainly, rich, type Leaf, type Reader, type Rich } from "../../src/blocks/words";

const reader: Reader = { zone: "America/Toronto", now: 1_795_532_000, channel: (name) => (name === "phones" ? "C0PHONES" : undefined) };
const read = (text: string, more: Partial<Reader> = {}): Leaf[] => rich(text, { ...reader, ...more }).flatMap((part: Rich) => part.elements);
const words = (text: string): string =>
  read(text)
    .map((leaf) => ("text" in leaf ? leaf.text : `[${leaf.type}]`))
    .join("");

describe("escaped words", () => {
  test.each(["&lt;!channel&gt;", "&lt;@U0ALICE&gt;", "&lt;https://evil.example|click&gt;", "&amp;lt;!here&amp;gt;"])("%s stays text", (text) => {
    expect(read(text, { verbatim: true })).toEqual([{ type: "text", text: text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") }]);
  });

  test("what is escaped once is not unescaped twice", () => expect(words("&amp;lt;")).toBe("&lt;"));

  test("a real mention is one", () => {
    expect(read("<!channel> <@U0ALICE|alice> <#C0PHONES|phones> <!subteam^S1|@desk>").filter((leaf) => leaf.type !== "text")).toEqual([
      { type: "broadcast", range: "channel" },
      { type: "user", user_id: "U0ALICE" },
      { type: "channel", channel_id: "C0PHONES" },
      { type: "usergroup", usergroup_id: "S1" },
    ]);
  });
});

describe("formats", () => {
  test.each([
    ["*bold*", [{ type: "text", text: "bold", style: { bold: true } }]],
    ["_it_ ~no~", [{ type: "text", text: "it", style: { italic: true } }, { type: "text", text: " " }, { type: "text", text: "no", style: { strike: true } }]],
    ["*a _b_*", [{ type: "text", text: "a ", style: { bold: true } }, { type: "text", text: "b", style: { bold: true, italic: true } }]],
    ["`a *b* &lt;`", [{ type: "text", text: "a *b* <", style: { code: true } }]],
    ["100001_front_desk", [{ type: "text", text: "100001_front_desk" }]],
    ["2 * 3 * 4", [{ type: "text", text: "2 * 3 * 4" }]],
    ["*\u200bnot bold*\u200b", [{ type: "text", text: "*\u200bnot bold*\u200b" }]],
    ["*two\nlines*", [{ type: "text", text: "*two\nlines*" }]],
    ["*<https://a.example/x_y_z|here>*", [{ type: "link", url: "https://a.example/x_y_z", text: "here", style: { bold: true } }]],
  ])("%s", (text, leaves) => expect(read(text)).toEqual(leaves));

  test("a fence is preformatted, an open one is three signs", () => {
    expect(rich("a\n```\nb *c*\n```\nd", reader).map((part) => part.type)).toEqual(["rich_text_section", "rich_text_preformatted", "rich_text_section"]);
    expect(words("a ```b")).toBe("a ```b");
  });

  test("lines that begin with > are a quote", () => {
    expect(rich("a\n> b\n&gt; c\nd", reader).map((part) => [part.type, part.elements.length])).toEqual([
      ["rich_text_section", 1],
      ["rich_text_quote", 1],
      ["rich_text_section", 1],
    ]);
  });
});

describe("emoji", () => {
  test("a time is none", () => expect(plainly("4:51:10 and :wave: and :no_such:")).toBe("4:51:10 and 👋 and :no_such:"));
});

describe("words that are not verbatim", () => {
  test("come alive", () => {
    expect(read("see https://a.example/b. @everyone in #phones, not #nowhere").filter((leaf) => leaf.type !== "text")).toEqual([
      { type: "link", url: "https://a.example/b", text: "https://a.example/b" },
      { type: "broadcast", range: "everyone" },
      { type: "channel", channel_id: "C0PHONES" },
    ]);
  });

  test("do not when they are", () => expect(read("https://a.example @everyone #phones", { verbatim: true })).toHaveLength(1));
});

describe("links", () => {
  test("only lead where a browser may go", () => expect(words("<javascript:alert(1)|x>")).toBe("<javascript:alert(1)|x>"));
});

describe("dates", () => {
  const noon = 1_795_539_600; // 2026-11-24 12:00 in Toronto
  test.each([
    ["{time}", "12:00 PM"],
    ["{date_num} {time_secs}", "2026-11-24 12:00:00 PM"],
    ["{date_short}", "Nov 24, 2026"],
    ["{date}", "November 24th, 2026"],
    ["{date_long}", "Tuesday, November 24th, 2026"],
    ["{date_short_pretty} at {time}", "today at 12:00 PM"],
    ["{ago}", "2 minutes ago"],
  ])("%s", (format, shown) => expect(dated(noon, format, "America/Toronto", noon + 125)).toBe(shown));

  test("are read in the reader's zone", () => expect(dated(noon, "{time}", "Europe/London", noon)).toBe("5:00 PM"));
  test("that are none show their fallback", () => expect(words("<!date^soon^{time}|later>")).toBe("later"));
  test("of a picker go there and back", () => {
    expect(instant("2026-11-24T12:00", "America/Toronto")).toBe(noon);
    expect(local(noon, "America/Toronto")).toBe("2026-11-24T12:00");
    expect(instant("2026-07-01T08:30", "Europe/London")).toBe(Date.UTC(2026, 6, 1, 7, 30) / 1000);
  });
});
