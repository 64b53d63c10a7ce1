/** Emoji by name: what `node-emoji` would tell, from a table without keywords. */
import names from "virtual:emoji-names";

/** Names that Slack has and the table spells otherwise. */
const SLACK: Record<string, string> = {
  "+1": "👍",
  "-1": "👎",
  thumbsup: "👍",
  thumbsdown: "👎",
  red_circle: "🔴",
  large_orange_circle: "🟠",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  large_blue_circle: "🔵",
  large_purple_circle: "🟣",
  white_circle: "⚪",
  phone: "☎️",
};

export function get(name: string): string | undefined {
  return Object.hasOwn(SLACK, name) ? SLACK[name] : Object.hasOwn(names, name) ? names[name] : undefined;
}

/** The function that the block library asks for: `:wave:` → 👋. */
export function emojify(text: string, { fallback = (name: string) => name }: { fallback?: (name: string) => string } = {}): string {
  return text.replace(/:([a-z0-9_+'-]+)(?:::skin-tone-\d)?:/gi, (_, name: string) => get(name.toLowerCase()) ?? fallback(name));
}
