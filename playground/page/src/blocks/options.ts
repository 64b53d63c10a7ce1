/** What a menu offers, and what a control holds before anybody touches it. Pure. */
import type { Element, Json, TextObject } from "../wire";

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
}
export interface Group {
  label: string;
  options: Option[];
}

/** The options in their groups; those without are one group without a label. */
export function groupsOf(holder: object): Group[] {
  const groups = ((holder as Json).option_groups as { label: TextObject; options: Option[] }[] | undefined) ?? [];
  const loose = ((holder as Json).options as Option[] | undefined) ?? [];
  return [...(loose.length ? [{ label: "", options: loose }] : []), ...groups.map((group) => ({ label: group.label.text, options: group.options }))];
}

export function isMany(element: Element): boolean {
  return element.type.startsWith("multi_") || element.type === "checkboxes";
}

/** What a control holds that nobody touched, in the form in which choices are sent. */
export function initially(element: Element): unknown {
  const external = element.type.endsWith("external_select");
  const option = element.initial_option as Option | undefined;
  const options = element.initial_options as Option[] | undefined;
  if (option) return external ? option : option.value;
  if (options) return external ? options : options.map((each) => each.value);
  for (const what of ["user", "conversation", "channel", "date", "time", "date_time"]) {
    for (const name of [`initial_${what}`, `initial_${what}s`]) if (element[name] !== undefined) return element[name];
  }
  return element.initial_value ?? (isMany(element) ? [] : null);
}

export function placeholderOf(element: Element, otherwise: string): string {
  return (element.placeholder as TextObject | undefined)?.text ?? otherwise;
}

/** Whether words match what was typed: every word of it begins somewhere. */
export function matches(words: string, typed: string): boolean {
  const low = words.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((part) => low.includes(part));
}

export function asOption(json: Json): Option {
  return json as unknown as Option;
}
