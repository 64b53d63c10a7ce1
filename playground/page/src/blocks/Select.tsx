/** Select menus of every kind, one choice or many: a button that opens a list with a field to search it. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Popover } from "../Popover";
import { BOT, useKnown, useWorld } from "../world";
import type { Block, Element } from "../wire";
import { asOption, groupsOf, initially, isMany, matches, placeholderOf, type Group, type Option } from "./options";
import { PlainWords } from "./Rich";
import { keyOf, useSurface } from "./surface";

interface Props {
  block: Block;
  element: Element;
  label: string;
  id?: string;
  described?: string;
  invalid?: boolean;
  /** Called when the choice is made: at once, or for many when the list closes. */
  onChosen?: (choice: unknown) => void;
}

const WAIT_MS = 150;

export function Select({ block, element, label, id, described, invalid, onChosen }: Props) {
  const { held, hold } = useSurface();
  const many = isMany(element);
  const external = element.type.endsWith("external_select");
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState<unknown>(null);
  const key = keyOf(block, element);
  const choice = key in held ? held[key] : initially(element);
  const known = useGroups(element);
  const [found, loading] = useSuggested(block, element, open && external, typed);
  const groups = external ? found : known;
  const chosen = useMemo(() => chosenOptions(choice, external, known), [choice, external, known]);

  const show = () => {
    setOpened(choice);
    setTyped("");
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    if (many && JSON.stringify(opened) !== JSON.stringify(choice)) onChosen?.(choice);
  };
  // the browser then goes on from the button
  const leave = () => {
    button.current?.focus();
    close();
  };
  const pick = (option: Option) => {
    const value = external ? option : option.value;
    if (many) {
      const before = (choice as unknown[] | null) ?? [];
      const without = before.filter((each) => valueOf(each) !== option.value);
      const most = (element.max_selected_items as number | undefined) ?? Infinity;
      if (without.length === before.length && before.length >= most) return;
      hold(block, element, without.length === before.length ? [...before, value] : without);
    } else {
      hold(block, element, value);
      setOpen(false);
      button.current?.focus();
      onChosen?.(value);
    }
  };

  const clear = () => {
    hold(block, element, null);
    setOpen(false);
    button.current?.focus();
    onChosen?.(null);
  };

  const words = chosen.map((option) => option.text.text);
  const spoken = `${label}: ${words.join(", ") || placeholderOf(element, "Choose an option")}`;
  return (
    <span className="select">
      <button
        ref={button}
        id={id}
        type="button"
        className="select-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={spoken}
        aria-describedby={described}
        data-invalid={invalid || undefined}
        onClick={() => (open ? close() : show())}
      >
        <span className={words.length ? "select-chosen" : "select-chosen nothing"}>
          {words.length ? words.map((each, index) => <Chip key={index} words={each} many={many} />) : <PlainWords text={placeholderOf(element, "Choose an option")} />}
        </span>
        <span aria-hidden="true" className="chevron" />
      </button>
      {open && (
        <Popover anchor={button} onClose={close} className="list-popover">
          {Boolean(block.optional) && !many && chosen.length > 0 && (
            <button type="button" className="button small clear" onClick={clear}>
              Leave it empty
            </button>
          )}
          <OptionList label={label} groups={groups} chosen={chosen} many={many} typed={typed} onType={setTyped} onPick={pick} onLeave={leave} search={!external} wait={waiting(element, external, typed, loading)} />
        </Popover>
      )}
    </span>
  );
}

function Chip({ words, many }: { words: string; many: boolean }) {
  return many ? (
    <span className="chip">
      <PlainWords text={words} />
    </span>
  ) : (
    <PlainWords text={words} />
  );
}

function waiting(element: Element, external: boolean, typed: string, loading: boolean): string {
  const least = leastOf(element);
  if (external && typed.length < least) return `Type ${least === 1 ? "something" : `${least} letters`} to search`;
  return loading ? "Searching …" : "";
}

function leastOf(element: Element): number {
  return (element.min_query_length as number | undefined) ?? 3;
}

function valueOf(choice: unknown): unknown {
  return typeof choice === "object" && choice !== null ? (choice as Option).value : choice;
}

function chosenOptions(choice: unknown, external: boolean, groups: Group[]): Option[] {
  const list = choice === null || choice === undefined ? [] : Array.isArray(choice) ? choice : [choice];
  if (external) return list as Option[];
  const all = groups.flatMap((group) => group.options);
  return list.flatMap((value) => all.find((option) => option.value === value) ?? []);
}

/** What the page itself knows to offer: the options of the app, people, or places. */
function useGroups(element: Element): Group[] {
  const people = useKnown((state) => state.people);
  const channels = useKnown((state) => state.channels);
  return useMemo(() => {
    const option = (text: string, value: string): Option => ({ text: { type: "plain_text", text }, value });
    const everybody = Object.values(people).filter((person) => !person.bot || person.id === BOT);
    const places = channels.filter((channel) => !channel.direct).map((channel) => option(`#${channel.name}`, channel.id));
    if (element.type.endsWith("users_select")) return [{ label: "", options: everybody.map((person) => option(person.name, person.id)) }];
    if (element.type.endsWith("channels_select")) return [{ label: "", options: places }];
    if (element.type.endsWith("conversations_select")) {
      const direct = channels.filter((channel) => channel.direct).map((channel) => option("Dialtone", channel.id));
      return [
        { label: "Channels", options: places },
        { label: "Direct messages", options: direct },
      ];
    }
    return groupsOf(element);
  }, [element, people, channels]);
}

/** What the app suggests for what was typed, a moment after typing stopped; and whether it is being asked. */
function useSuggested(block: Block, element: Element, wanted: boolean, typed: string): [Group[], boolean] {
  const world = useWorld();
  const { where } = useSurface();
  const [found, setFound] = useState<Group[]>([]);
  const [loading, setLoading] = useState(false);
  useEffect(() => {
    if (!wanted || typed.length < leastOf(element)) {
      setFound([]);
      setLoading(false);
      return;
    }
    let late = false;
    setLoading(true);
    const timer = setTimeout(() => {
      void world.ask({ do: "suggest", ...where, block: block.block_id, action: element.action_id, words: typed }).then((settled) => {
        if (late) return;
        setFound(settled.suggested ? groupsOf(settled.suggested).map((group) => ({ ...group, options: group.options.map((each) => asOption({ ...each })) })) : []);
        setLoading(false);
      });
    }, WAIT_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [wanted, typed, world, where, block.block_id, element]);
  return [found, loading];
}

interface ListProps {
  label: string;
  groups: Group[];
  chosen: Option[];
  many: boolean;
  typed: string;
  onType: (typed: string) => void;
  onPick: (option: Option) => void;
  onLeave: () => void;
  /** The page narrows the list itself. */
  search: boolean;
  /** Why there is nothing yet. */
  wait: string;
}

function OptionList({ label, groups, chosen, many, typed, onType, onPick, onLeave, search, wait }: ListProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const shown = groups
    .map((group) => ({ ...group, options: search ? group.options.filter((option) => matches(option.text.text, typed)) : group.options }))
    .filter((group) => group.options.length);
  const flat = shown.flatMap((group) => group.options);
  const [at, setAt] = useState(() => Math.max(0, flat.findIndex((option) => option.value === chosen[0]?.value)));
  const active = Math.min(at, flat.length - 1);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    // in braces: a browser may answer with a promise, which React would take for a way to clean up
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);

  const key = (event: KeyboardEvent) => {
    const option = flat[active];
    const moves: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: flat.length - 1 };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(move, flat.length - 1)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (option) onPick(option);
    } else if (event.key === "Tab") {
      onLeave();
    }
  };

  let number = -1;
  return (
    <>
      <input
        ref={field}
        className="list-search"
        role="combobox"
        aria-label={`${label}: search`}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={flat.length ? `${id}-${active}` : undefined}
        autoComplete="off"
        placeholder="Search"
        value={typed}
        onChange={(event) => {
          onType(event.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div id={id} role="listbox" aria-label={label} aria-multiselectable={many} className="list" tabIndex={-1}>
        {shown.map((group, index) => (
          <div key={index} role={group.label ? "group" : "presentation"} aria-label={group.label || undefined}>
            {group.label && (
              <div className="list-label" role="presentation">
                <PlainWords text={group.label} />
              </div>
            )}
            {group.options.map((option) => {
              const place = ++number;
              const selected = chosen.some((each) => each.value === option.value);
              return (
                <div
                  key={option.value}
                  id={`${id}-${place}`}
                  role="option"
                  aria-selected={selected}
                  className={`list-option${place === active ? " active" : ""}`}
                  onPointerMove={() => setAt(place)}
                  onClick={() => onPick(option)}
                >
                  <span className="list-words">
                    <PlainWords text={option.text.text} />
                    {option.description && (
                      <small>
                        <PlainWords text={option.description.text} />
                      </small>
                    )}
                  </span>
                  {selected && <span aria-hidden="true">✓</span>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {!flat.length && (
        <div className="list-nothing" role="status">
          {wait || "Nothing found"}
        </div>
      )}
    </>
  );
}
