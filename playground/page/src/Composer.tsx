/** Where one types: `/` offers the app's commands with their hints, `@` the people and `#` the places. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { unanswered } from "./blocks/surface";
import type { Command, Person, Shortcut } from "./wire";
import { BOT, conversation, useKnown, useWorld } from "./world";

interface Props {
  channel: string;
  label: string;
  thread?: string;
}

interface Offer {
  /** What is put there; a shortcut puts nothing there but begins at once. */
  insert: string;
  shortcut?: string;
  name: string;
  hint: string;
  words: string;
}

const OFFERS_MOST = 50;

export function Composer({ channel, label, thread }: Props) {
  const world = useWorld();
  const commands = useKnown((state) => state.commands);
  const shortcuts = useKnown((state) => state.shortcuts);
  const people = useKnown((state) => state.people);
  const channels = useKnown((state) => state.channels);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const moveTo = useRef<number | null>(null);
  const id = useId();

  const typed = text.slice(0, caret);
  const offers = closed ? [] : offersFor(typed, commands, shortcuts, people, channels.filter((each) => !each.direct).map((each) => each.name));
  const active = Math.min(at, offers.length - 1);
  const command = commands.find((each) => text.startsWith(`${each.command} `));

  useEffect(() => setText(""), [channel, thread]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 220)}px`;
    // before the next key: who types on at once must not find the caret elsewhere
    if (moveTo.current !== null) element.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = null;
  }, [text]);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);

  const send = () => {
    const words = text.trim();
    if (!words) return;
    setText("");
    setProblem("");
    world.sent(conversation(channel, thread));
    void world.ask({ do: "type", channel, text: words, ...(thread ? { thread } : {}) }).then((settled) => {
      if (settled.failed && !settled.notice && settled.failed !== "not_sent") setProblem(unanswered(settled.failed));
    });
  };
  const take = (offer: Offer) => {
    if (offer.shortcut) {
      setText("");
      void world.ask({ do: "shortcut", name: offer.shortcut }).then((settled) => setProblem(settled.failed ? unanswered(settled.failed) : ""));
      return;
    }
    const begun = typed.replace(/\S*$/, "");
    const next = `${begun}${offer.insert} ${text.slice(caret).trimStart()}`;
    const place = begun.length + offer.insert.length + 1;
    setText(next);
    setCaret(place);
    setAt(0);
    moveTo.current = place;
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const offer = offers[active];
    // a command that is whole is sent, though longer ones begin like it
    const whole = offer && typed === text && offers.some((each) => each.insert === typed.trim());
    if (offer && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      take(offer);
    } else if (offer && event.key === "Enter" && !event.shiftKey && !whole) {
      event.preventDefault();
      take(offer);
    } else if (offer && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((active + (event.key === "ArrowDown" ? 1 : offers.length - 1)) % offers.length);
    } else if (offer && event.key === "Escape") {
      event.preventDefault();
      setClosed(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div className="composer">
      {offers.length > 0 && (
        <div id={id} className="offers" role="listbox" aria-label={typed.startsWith("/") ? "Commands" : "People and channels"}>
          {offers.map((offer, index) => (
            <div
              key={offer.shortcut ?? offer.insert}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={`offer${index === active ? " active" : ""}`}
              onPointerMove={() => setAt(index)}
              onPointerDown={(event) => {
                event.preventDefault();
                take(offer);
              }}
            >
              <span className="offer-name">{offer.name}</span> {offer.hint && <span className="offer-hint">{offer.hint}</span>}
              <span className="offer-words">{offer.words}</span>
            </div>
          ))}
        </div>
      )}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <form
        className="composer-box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={field}
          rows={1}
          aria-label={label}
          placeholder={label}
          aria-autocomplete="list"
          aria-controls={offers.length ? id : undefined}
          aria-activedescendant={offers.length ? `${id}-${active}` : undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
            setClosed(false);
            setAt(0);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={key}
        />
        <button type="submit" className="send" aria-label="Send" disabled={!text.trim()}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M2 3l16 7-16 7 2.5-7z" fill="currentColor" />
          </svg>
        </button>
      </form>
      <p className="composer-hint">{command ? `${command.command} ${command.usage_hint}` : thread ? "Enter sends" : "/ for commands · @ to mention · Enter sends"}</p>
    </div>
  );
}

/** What may be meant by what was typed up to the caret. */
function offersFor(typed: string, commands: Command[], shortcuts: Shortcut[], people: Record<string, Person>, places: string[]): Offer[] {
  if (/^\/\S*$/.test(typed)) {
    const begun = typed.slice(1).toLowerCase();
    const found: Offer[] = commands
      .filter((each) => each.command.startsWith(typed) || (begun.length > 1 && each.command.includes(begun)))
      .map((each) => ({ insert: each.command, name: each.command, hint: each.usage_hint, words: each.description }));
    const quick: Offer[] = shortcuts
      .filter((each) => each.type === "global" && each.name.toLowerCase().includes(begun))
      .map((each) => ({ insert: "", shortcut: each.callback_id, name: each.name, hint: "shortcut", words: each.description }));
    return [...found, ...quick].slice(0, OFFERS_MOST);
  }
  const mention = /(?:^|\s)@([\w.-]*)$/.exec(typed)?.[1]?.toLowerCase();
  if (mention !== undefined) {
    return Object.values(people)
      .filter((person) => person.handle.startsWith(mention) || person.name.toLowerCase().startsWith(mention))
      .sort((one, other) => Number(other.id === BOT) - Number(one.id === BOT))
      .map((person) => ({ insert: `@${person.handle}`, name: `@${person.handle}`, hint: "", words: person.id === BOT ? "the bot" : person.name }));
  }
  const place = /(?:^|\s)#([\w-]*)$/.exec(typed)?.[1]?.toLowerCase();
  if (place !== undefined) return places.filter((name) => name.startsWith(place)).map((name) => ({ insert: `#${name}`, name: `#${name}`, hint: "", words: "channel" }));
  return [];
}
