/** Times as Slack writes them, in the zone of the person who reads. Pure. Source: docs.slack.dev, "Date formatting". */

export const HOST_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

type Parts = Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;

/** The wall clock of a zone at an instant. */
export function wall(seconds: number, zone: string): Parts {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = Object.fromEntries(format.formatToParts(seconds * 1000).map((part) => [part.type, Number(part.value)]));
  return parts as Parts;
}

/** The instant at which the clocks of a zone show this (`2026-11-03T08:00`), in seconds. */
export function instant(local: string, zone: string): number | null {
  const asUtc = Date.parse(`${local}Z`) / 1000;
  if (Number.isNaN(asUtc)) return null;
  let guess = asUtc;
  for (let turn = 0; turn < 2; turn++) guess = asUtc - (wallAsUtc(guess, zone) - guess);
  return guess;
}

/** The other way round: what `<input type="datetime-local">` shows. */
export function local(seconds: number, zone: string): string {
  return new Date(wallAsUtc(seconds, zone) * 1000).toISOString().slice(0, 16);
}

function wallAsUtc(seconds: number, zone: string): number {
  const at = wall(seconds, zone);
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second) / 1000;
}

function dayNumber(seconds: number, zone: string): number {
  return Math.floor(wallAsUtc(seconds, zone) / 86_400);
}

function written(seconds: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(seconds * 1000);
}

function ordinal(day: number): string {
  const tens = day % 100;
  const sign = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${sign}`;
}

function pretty(seconds: number, zone: string, now: number, otherwise: string): string {
  const days = dayNumber(seconds, zone) - dayNumber(now, zone);
  return ({ "-1": "yesterday", "0": "today", "1": "tomorrow" } as Record<string, string>)[String(days)] ?? otherwise;
}

function ago(seconds: number, now: number): string {
  const span = Math.round(now - seconds);
  const size = Math.abs(span);
  const units: [number, string][] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  const [unit, name] = units.find(([least]) => size >= least) ?? [1, "second"];
  const count = Math.floor(size / unit);
  const words = `${count} ${name}${count === 1 ? "" : "s"}`;
  return span < 0 ? `in ${words}` : `${words} ago`;
}

/** What a `<!date^…>` shows: each `{token}` of its format filled in. */
export function dated(seconds: number, format: string, zone: string, now: number): string {
  const at = wall(seconds, zone);
  const pad = (value: number) => String(value).padStart(2, "0");
  const long = `${written(seconds, zone, { weekday: "long" })}, ${written(seconds, zone, { month: "long" })} ${ordinal(at.day)}, ${at.year}`;
  const medium = `${written(seconds, zone, { month: "long" })} ${ordinal(at.day)}, ${at.year}`;
  const short = written(seconds, zone, { month: "short", day: "numeric", year: "numeric" });
  const tokens: Record<string, string> = {
    date_num: `${at.year}-${pad(at.month)}-${pad(at.day)}`,
    date_slash: `${pad(at.month)}/${pad(at.day)}/${at.year}`,
    date: medium,
    date_pretty: pretty(seconds, zone, now, medium),
    date_short: short,
    date_short_pretty: pretty(seconds, zone, now, short),
    date_long: long,
    date_long_full: long,
    date_long_pretty: pretty(seconds, zone, now, long),
    day_divider_pretty: pretty(seconds, zone, now, `${written(seconds, zone, { weekday: "long" })}, ${written(seconds, zone, { month: "long" })} ${ordinal(at.day)}`),
    time: written(seconds, zone, { hour: "numeric", minute: "2-digit" }),
    time_secs: written(seconds, zone, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: ago(seconds, now),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name: string) => tokens[name] ?? whole);
}

/** The whole instant, for who wants to know exactly. */
export function exactly(seconds: number, zone: string): string {
  return written(seconds, zone, { dateStyle: "full", timeStyle: "long" });
}

export function clock(seconds: number, zone: string): string {
  return written(seconds, zone, { hour: "numeric", minute: "2-digit" });
}

/** The day as the divider between messages says it. */
export function dayOf(seconds: number, zone: string, now: number): string {
  const day = dated(seconds, "{day_divider_pretty}", zone, now);
  return day.charAt(0).toUpperCase() + day.slice(1);
}
