/**
 * Slack's mrkdwn as rich text, which the block library draws faithfully.
 *
 * The library has a reader of its own, for Markdown: it resolves `&lt;` before it looks for mentions, so that escaped words would come
 * alive, and it takes `4:51:10` for an emoji. Slack itself turns mrkdwn into rich text too. Pure.
 * Source: docs.slack.dev, "Formatting message text".
 */
import { get } from "../emoji";
import { dated } from "./dates";

export interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
}

export type Leaf =
  | { type: "text"; text: string; style?: Style }
  | { type: "link"; url: string; text?: string; style?: Style }
  | { type: "user"; user_id: string; style?: Style }
  | { type: "channel"; channel_id: string; style?: Style }
  | { type: "usergroup"; usergroup_id: string; style?: Style }
  | { type: "broadcast"; range: string; style?: Style }
  | { type: "date"; timestamp: number; format: string; style?: Style };

export interface Rich {
  type: "rich_text_section" | "rich_text_quote" | "rich_text_preformatted";
  elements: Leaf[];
  border?: 0 | 1;
}

export interface Reader {
  /** Links, `@everyone` and `#channel` in plain words are left alone. */
  verbatim?: boolean;
  /** The id of a channel of this name, if there is one. */
  channel?: (name: string) => string | undefined;
  zone: string;
  now: number;
}

const SAFE = /^(https?|mailto|tel|slack):/i;
const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const MARKS: Record<string, keyof Style> = { "*": "bold", _: "italic", "~": "strike", "`": "code" };
// a sign begins a format at the beginning of a word and ends it at an end; one beside a zero-width space was defused
const MARKED = /(?<![\p{L}\p{N}*_~`])([*_~`])(?![\s\u200b\u2060])((?:(?!\1).)+?|.+?)(?<![\s\u200b\u2060])\1(?![\p{L}\p{N}*_~`\u200b\u2060])/u;
const TOKEN = /\0(\d+)\0/g;
const BARE = /https?:\/\/[^\s<>|\0]+[^\s<>|\0.,;:!?)'"\]]|(?<![\p{L}\p{N}.])@(?:everyone|channel|here)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}&])#[\p{Ll}\p{N}_-]+/gu;

/** `&lt;` and its like as the signs they stand for. */
export function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** `:wave:` as the emoji it names; what names none stays. */
export function withEmoji(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}:]):([a-z0-9_+'-]+):(?!\d)/gu, (whole, name: string) => get(name) ?? whole);
}

/** Plain text as a person reads it. */
export function plainly(text: string): string {
  return withEmoji(unescaped(text));
}

/** A message's mrkdwn as rich text. */
export function rich(text: string, reader: Reader): Rich[] {
  const found: Rich[] = [];
  text
    .replaceAll("\0", "")
    .split("```")
    .forEach((part, index, parts) => {
      // an opening fence that is never closed is only three signs
      if (index % 2 && index < parts.length - 1) found.push({ type: "rich_text_preformatted", elements: leaves(part.replace(/^\n|\n$/g, ""), reader, { pre: true }) });
      else lines(index % 2 ? `\`\`\`${part}` : part, index, found, reader);
    });
  return found;
}

function lines(part: string, index: number, found: Rich[], reader: Reader): void {
  const trimmed = index ? part.replace(/^\n/, "") : part;
  if (!trimmed) return;
  let section: string[] = [];
  let quote: string[] = [];
  const flush = () => {
    if (section.length) found.push({ type: "rich_text_section", elements: leaves(section.join("\n"), reader) });
    if (quote.length) found.push({ type: "rich_text_quote", elements: leaves(quote.join("\n"), reader) });
    section = [];
    quote = [];
  };
  for (const line of trimmed.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(?!>|&gt;)(.*)$/.exec(line);
    if (quoted ? section.length : quote.length) flush();
    if (quoted) quote.push(quoted[1] ?? "");
    else section.push(line);
  }
  flush();
}

function leaves(text: string, reader: Reader, { pre = false } = {}): Leaf[] {
  const atoms: Leaf[] = [];
  const held = text.replace(/<([^<>\n]+)>/g, (whole, inside: string) => {
    const leaf = angled(inside, reader);
    return leaf ? `\0${atoms.push(leaf) - 1}\0` : whole;
  });
  const made: Leaf[] = [];
  held.split("\n").forEach((line, index) => {
    if (index) add(made, { type: "text", text: "\n" });
    if (pre) bare(line, {}, made, atoms, { ...reader, verbatim: true });
    else marked(line, {}, made, atoms, reader);
  });
  return made;
}

/** What stands in `<…>`; null: it is nothing that Slack knows. */
function angled(inside: string, reader: Reader): Leaf | null {
  const [target = "", label] = split(inside);
  if (target.startsWith("@")) return { type: "user", user_id: target.slice(1) };
  if (target.startsWith("#")) return { type: "channel", channel_id: target.slice(1) };
  if (target.startsWith("!subteam^")) return { type: "usergroup", usergroup_id: target.slice("!subteam^".length) };
  if (target.startsWith("!date^")) return date(target, label, reader);
  if (/^!(here|channel|everyone)$/.test(target)) return { type: "broadcast", range: target.slice(1) };
  if (target.startsWith("!")) return { type: "text", text: label ? unescaped(label) : `<${target}>` };
  if (SAFE.test(target)) return { type: "link", url: unescaped(target), text: plainly(label ?? target.replace(/^(mailto|tel):/, "")) };
  return null;
}

function split(inside: string): [string, string | undefined] {
  const bar = inside.indexOf("|");
  return bar < 0 ? [inside, undefined] : [inside.slice(0, bar), inside.slice(bar + 1)];
}

function date(target: string, fallback: string | undefined, reader: Reader): Leaf {
  const [, stamp = "", format = "", link] = target.split("^");
  const timestamp = Number(stamp);
  if (!/^\d+$/.test(stamp) || !format) return { type: "text", text: unescaped(fallback ?? `<${target}>`) };
  if (link && SAFE.test(link)) return { type: "link", url: link, text: dated(timestamp, unescaped(format), reader.zone, reader.now) };
  return { type: "date", timestamp, format: unescaped(format) };
}

function marked(line: string, style: Style, made: Leaf[], atoms: Leaf[], reader: Reader): void {
  const found = MARKED.exec(line);
  if (!found) return bare(line, style, made, atoms, reader);
  const [whole, sign = "", inside = ""] = found;
  bare(line.slice(0, found.index), style, made, atoms, reader);
  const inner = { ...style, [MARKS[sign] as string]: true };
  if (sign === "`") bare(inside, inner, made, atoms, { ...reader, verbatim: true });
  else marked(inside, inner, made, atoms, reader);
  marked(line.slice(found.index + whole.length), style, made, atoms, reader);
}

/** Words without marks: what stood in `<…>` comes back, and what is not verbatim is looked through for links. */
function bare(text: string, style: Style, made: Leaf[], atoms: Leaf[], reader: Reader): void {
  let from = 0;
  for (const token of text.matchAll(TOKEN)) {
    plain(text.slice(from, token.index), style, made, reader);
    add(made, styled(atoms[Number(token[1])] as Leaf, style));
    from = token.index + token[0].length;
  }
  plain(text.slice(from), style, made, reader);
}

function plain(text: string, style: Style, made: Leaf[], reader: Reader): void {
  let from = 0;
  const write = (words: string) => words && add(made, styled({ type: "text", text: style.code ? unescaped(words) : plainly(words) }, style));
  if (!reader.verbatim) {
    for (const found of text.matchAll(BARE)) {
      const leaf = lively(found[0], reader);
      if (!leaf) continue;
      write(text.slice(from, found.index));
      add(made, styled(leaf, style));
      from = found.index + found[0].length;
    }
  }
  write(text.slice(from));
}

function lively(words: string, reader: Reader): Leaf | null {
  if (words.startsWith("@")) return { type: "broadcast", range: words.slice(1) };
  if (!words.startsWith("#")) return { type: "link", url: unescaped(words), text: unescaped(words) };
  const id = reader.channel?.(words.slice(1));
  return id ? { type: "channel", channel_id: id } : null;
}

function styled(leaf: Leaf, style: Style): Leaf {
  return Object.keys(style).length ? { ...leaf, style } : leaf;
}

function add(made: Leaf[], leaf: Leaf): void {
  const last = made.at(-1);
  if (leaf.type === "text" && last?.type === "text" && JSON.stringify(last.style) === JSON.stringify(leaf.style)) last.text += leaf.text;
  else made.push(leaf.type === "text" ? { ...leaf } : leaf);
}
