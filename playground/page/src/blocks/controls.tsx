/** What can be clicked, chosen or filled in, one component for each kind of element. */
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { Popover } from "../Popover";
import { useZone } from "../world";
import type { Block, Element, TextObject } from "../wire";
import { useConfirm } from "./confirm";
import { instant, local } from "./dates";
import { groupsOf, initially, placeholderOf, type Option } from "./options";
import { PlainWords, Words } from "./Rich";
import { Select } from "./Select";
import { keyOf, useSurface } from "./surface";

interface Props {
  block: Block;
  element: Element;
  /** What it is called where it has no label of its own. */
  label: string;
  described?: string;
  invalid?: boolean;
  /** The id that its visible label is for. */
  id?: string;
  /** In an input block: a choice tells the bot only if the block says so. */
  quiet?: boolean;
}

const PICKED: Record<string, string> = { datepicker: "Pick a date", timepicker: "Pick a time", datetimepicker: "Pick a date and time" };

/** One element, whatever it is. */
export function Control(props: Props) {
  const { block, element, label, quiet } = props;
  const { use } = useSurface();
  const [ask, dialog] = useConfirm(element);
  const chosen = quiet ? undefined : (choice: unknown) => ask(() => use(block, element, choice));
  const inner = controlOf({ ...props, label: named(element, label), chosen });
  return (
    <>
      {inner}
      {dialog}
    </>
  );
}

function named(element: Element, label: string): string {
  return label || (element.placeholder as TextObject | undefined)?.text || PICKED[element.type] || "Choose";
}

type Chosen = Props & { chosen?: (choice: unknown) => void };

function controlOf(props: Chosen) {
  const { element } = props;
  switch (element.type) {
    case "button":
    case "workflow_button":
      return <Button {...props} />;
    case "overflow":
      return <Overflow {...props} />;
    case "radio_buttons":
    case "checkboxes":
      return <Choices {...props} />;
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return <Picker {...props} />;
    case "file_input":
      return <p className="not-here">Files cannot be sent from this page.</p>;
    default:
      if (element.type.endsWith("_select")) {
        return <Select block={props.block} element={element} label={props.label} id={props.id} described={props.described} invalid={props.invalid} onChosen={props.chosen} />;
      }
      if (element.type.endsWith("_input")) return <TextInput {...props} />;
      return <p className="not-here">{element.type} is not drawn here.</p>;
  }
}

function Button({ block, element, chosen }: Chosen) {
  const { busy } = useSurface();
  const waits = busy.has(keyOf(block, element));
  const text = (element.text as TextObject).text;
  const look = `button ${(element.style as string | undefined) ?? ""}${waits ? " busy" : ""}`;
  const said = element.accessibility_label as string | undefined;
  if (element.url) {
    return (
      <a className={look} href={String(element.url)} target="_blank" rel="noopener noreferrer" aria-label={said} onClick={() => chosen?.(null)}>
        <PlainWords text={text} />
      </a>
    );
  }
  return (
    <button type="button" className={look} aria-label={said} aria-busy={waits} onClick={() => !waits && chosen?.(null)}>
      <PlainWords text={text} />
    </button>
  );
}

function Overflow({ element, chosen }: Chosen) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const options = groupsOf(element).flatMap((group) => group.options);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const move = (event: KeyboardEvent) => {
    const all = items();
    const now = all.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = { ArrowDown: (now + 1) % all.length, ArrowUp: (now - 1 + all.length) % all.length, Home: 0, End: all.length - 1 };
    const next = to[event.key];
    if (event.key === "Tab") setOpen(false);
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  };
  const pick = (option: Option) => {
    setOpen(false);
    button.current?.focus();
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    chosen?.(option.value);
  };
  return (
    <span className="overflow">
      <button ref={button} type="button" className="button overflow-button" aria-haspopup="menu" aria-expanded={open} aria-label="More actions" onClick={() => setOpen(!open)}>
        <span aria-hidden="true">⋯</span>
      </button>
      {open && (
        <Popover anchor={button} onClose={() => setOpen(false)} fromRight>
          <div
            ref={(element) => {
              if (element && !list.current) requestAnimationFrame(() => items()[0]?.focus());
              list.current = element;
            }}
            role="menu"
            aria-label="More actions"
            className="menu"
            onKeyDown={move}
          >
            {options.map((option) => (
              <button key={option.value} type="button" role="menuitem" className="menu-item" onClick={() => pick(option)}>
                <PlainWords text={option.text.text} />
                {option.description && (
                  <small>
                    <PlainWords text={option.description.text} />
                  </small>
                )}
              </button>
            ))}
          </div>
        </Popover>
      )}
    </span>
  );
}

function Choices({ block, element, label, described, chosen }: Chosen) {
  const { held, hold } = useSurface();
  const name = useId();
  const key = keyOf(block, element);
  const many = element.type === "checkboxes";
  const choice = key in held ? held[key] : initially(element);
  const picked = (many ? (choice as string[]) : [choice]) as string[];
  const pick = (option: Option) => {
    const next = many ? (picked.includes(option.value) ? picked.filter((each) => each !== option.value) : [...picked, option.value]) : option.value;
    hold(block, element, next);
    chosen?.(next);
  };
  return (
    <div className="choices" role={many ? "group" : "radiogroup"} aria-label={label} aria-describedby={described}>
      {groupsOf(element)
        .flatMap((group) => group.options)
        .map((option) => (
          <label key={option.value} className="choice">
            <input type={many ? "checkbox" : "radio"} name={name} checked={picked.includes(option.value)} onChange={() => pick(option)} />
            <span>
              <Words text={option.text} />
              {option.description && (
                <small>
                  <Words text={option.description} />
                </small>
              )}
            </span>
          </label>
        ))}
    </div>
  );
}

const FIELD: Record<string, string> = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function Picker({ block, element, label, id, described, invalid, chosen }: Chosen) {
  const { held, hold } = useSurface();
  const zone = useZone();
  const key = keyOf(block, element);
  const choice = key in held ? held[key] : initially(element);
  const both = element.type === "datetimepicker";
  const shown = both && typeof choice === "number" ? local(choice, zone) : ((choice as string | null) ?? "");
  const pick = (typed: string) => {
    const next = typed === "" ? null : both ? instant(typed, zone) : typed;
    hold(block, element, next);
    if (next !== null) chosen?.(next);
  };
  return (
    <input
      className="field picker"
      id={id}
      type={FIELD[element.type]}
      aria-label={id ? undefined : label}
      aria-describedby={described}
      aria-invalid={invalid || undefined}
      value={shown}
      onChange={(event) => pick(event.target.value)}
    />
  );
}

const KINDS: Record<string, string> = { email_text_input: "email", url_text_input: "url" };

function TextInput({ block, element, label, id, described, invalid, chosen }: Chosen) {
  const { held, hold } = useSurface();
  const key = keyOf(block, element);
  const words = ((key in held ? held[key] : initially(element)) as string | null) ?? "";
  const type = (words: string) => {
    hold(block, element, words);
    const on = (element.dispatch_action_config as { trigger_actions_on?: string[] } | undefined)?.trigger_actions_on ?? [];
    if (on.includes("on_character_entered")) chosen?.(words);
  };
  const given = {
    id,
    className: "field",
    "aria-label": id ? undefined : label,
    "aria-describedby": described,
    "aria-invalid": invalid || undefined,
    placeholder: placeholderOf(element, ""),
    maxLength: element.max_length as number | undefined,
    autoComplete: "off",
    autoFocus: Boolean(element.focus_on_load),
    value: words,
  };
  if (element.multiline || element.type === "rich_text_input") return <textarea {...given} rows={4} onChange={(event) => type(event.target.value)} />;
  return (
    <input
      {...given}
      type={KINDS[element.type] ?? "text"}
      inputMode={element.type === "number_input" ? "decimal" : undefined}
      onChange={(event) => type(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !chosen) return;
        event.preventDefault();
        chosen(words);
      }}
    />
  );
}

