/** Everything the page knows, and how what it is told changes it. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { HOST_ZONE } from "./blocks/dates";
import { Wire, type Channel, type Command, type Company, type Exchange, type Json, type Line, type Message, type Person, type Persona, type Settled, type Shortcut, type Told, type View } from "./wire";

export const BOT = "U0DIALTONE";
export const SLACKBOT = "USLACKBOT";
/** What is looked at in the middle: a channel's id, or the app's Home. */
export const HOME = "home";
/** Of each way: the many looks at phones push nothing else out. */
const LINES_KEPT = 300;

export interface State {
  connected: boolean;
  wasConnected: boolean;
  title: string;
  personas: Persona[];
  commands: Command[];
  shortcuts: Shortcut[];
  hasHome: boolean;
  me: string;
  dm: string;
  people: Record<string, Person>;
  channels: Channel[];
  groups: { id: string; handle: string }[];
  /** By channel, by time. */
  messages: Record<string, Message[]>;
  unread: Record<string, number>;
  views: View[];
  home: View | null;
  company: Company | null;
  lines: Line[];
  exchanges: Record<number, Exchange>;
  place: string;
  thread: { channel: string; ts: string } | null;
  /** The last thing worth hearing, for a screen reader. */
  spoken: string;
  /** How much was sent from this window, by channel and thread. */
  sent: Record<string, number>;
}

export const conversation = (channel: string, thread = ""): string => `${channel} ${thread}`;

const NOTHING: State = {
  connected: false,
  wasConnected: false,
  title: "",
  personas: [],
  commands: [],
  shortcuts: [],
  hasHome: false,
  me: "",
  dm: "",
  people: {},
  channels: [],
  groups: [],
  messages: {},
  unread: {},
  views: [],
  home: null,
  company: null,
  lines: [],
  exchanges: {},
  place: "",
  thread: null,
  spoken: "",
  sent: {},
};

export class World {
  state: State = NOTHING;
  private listeners = new Set<() => void>();
  private readonly wire: Wire;

  constructor() {
    this.wire = new Wire(
      (said) => this.take(said),
      (connected) => this.change({ connected, wasConnected: this.state.wasConnected || connected }),
    );
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  change(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
    this.listeners.forEach((listener) => listener());
  }

  // What is told

  private take(said: Told): void {
    const state = this.state;
    switch (said.kind) {
      case "hello":
        this.change({ title: said.title, personas: said.personas, commands: said.commands, shortcuts: said.shortcuts, hasHome: said.home });
        this.be(wanted(said.personas));
        break;
      case "world": {
        const messages: Record<string, Message[]> = {};
        for (const message of said.messages) (messages[message.channel] ??= []).push(message);
        const same = said.me === state.me;
        const places = [...said.channels.map((channel) => channel.id), HOME];
        this.change({
          me: said.me,
          dm: said.dm,
          people: Object.fromEntries(said.people.map((person) => [person.id, person])),
          channels: said.channels,
          groups: said.groups,
          messages,
          unread: {},
          views: said.views,
          home: said.home,
          place: same && places.includes(state.place) ? state.place : (said.channels.find((channel) => !channel.direct)?.id ?? said.dm),
          thread: same ? state.thread : null,
          exchanges: {},
        });
        break;
      }
      case "message":
        this.put(said.message);
        break;
      case "gone":
        this.change({ messages: { ...state.messages, [said.channel]: (state.messages[said.channel] ?? []).filter((each) => each.ts !== said.ts) } });
        break;
      case "view":
        if (said.home) this.change({ home: said.view });
        else this.change({ views: said.closed ? state.views.filter((view) => view.id !== said.view.id) : replaced(state.views, said.view) });
        break;
      case "company":
        this.change({ company: said });
        break;
      case "traffic":
        this.change({ lines: said.whole ? said.lines : newest([...state.lines, ...said.lines]) });
        break;
      case "exchange":
        this.change({ exchanges: { ...state.exchanges, [said.exchange.id]: said.exchange } });
        break;
      case "settled":
        if (said.notice && said.channel) this.notice(said.channel, said.notice);
    }
  }

  private put(message: Message): void {
    const before = this.state.messages[message.channel] ?? [];
    const at = before.findIndex((each) => each.ts === message.ts);
    const after = at < 0 ? [...before, message].sort((one, other) => (one.ts < other.ts ? -1 : 1)) : before.with(at, message);
    const unseen = at < 0 && message.user !== this.state.me && message.channel !== this.state.place && !(message.thread_ts && !message.broadcast);
    this.change({
      messages: { ...this.state.messages, [message.channel]: after },
      unread: unseen ? { ...this.state.unread, [message.channel]: (this.state.unread[message.channel] ?? 0) + 1 } : this.state.unread,
      spoken: message.user === this.state.me ? this.state.spoken : `${this.name(message.user)}: ${message.text}`,
    });
  }

  /** Who sends something wants to see what becomes of it. */
  sent(where: string): void {
    this.change({ sent: { ...this.state.sent, [where]: (this.state.sent[where] ?? 0) + 1 } });
  }

  /** Something that Slackbot would say, for this window alone. */
  notice(channel: string, text: string): void {
    this.put({
      channel,
      ts: (Date.now() / 1000).toFixed(6),
      user: SLACKBOT,
      text: text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
      ephemeral: true,
      broadcast: false,
      edited: false,
      files: [],
      local: true,
    });
  }

  /** Take a private message out of this window. */
  dismiss(message: Message): void {
    this.take({ kind: "gone", channel: message.channel, ts: message.ts });
  }

  name(id: string): string {
    return id === SLACKBOT ? "Slackbot" : (this.state.people[id]?.name ?? id);
  }

  // What is done

  be(person: string): void {
    history.replaceState(null, "", `?as=${person}`);
    this.wire.say({ do: "be", person });
  }

  go(place: string): void {
    this.change({ place, thread: null, unread: { ...this.state.unread, [place]: 0 } });
    if (place === HOME) this.wire.say({ do: "home" });
  }

  openThread(thread: State["thread"]): void {
    this.change({ thread });
  }

  ask(said: Json): Promise<Settled> {
    return this.wire.ask(said);
  }

  say(said: Json): void {
    this.wire.say(said);
  }
}

/** Whom this window is to be: as its address says, else the first. */
function wanted(personas: Persona[]): string {
  const address = new URLSearchParams(location.search).get("as");
  return (personas.find((persona) => persona.id === address) ?? personas[0])?.id ?? "";
}

function replaced(views: View[], view: View): View[] {
  return views.some((each) => each.id === view.id) ? views.map((each) => (each.id === view.id ? view : each)) : [...views, view];
}

function newest(lines: Line[]): Line[] {
  const left: Partial<Record<Line["way"], number>> = {};
  return [...new Map(lines.map((line) => [line.id, line])).values()]
    .toReversed()
    .filter((line) => (left[line.way] = (left[line.way] ?? LINES_KEPT) - 1) >= 0)
    .toReversed();
}

export const WorldContext = createContext<World | null>(null);

export function useWorld(): World {
  const world = useContext(WorldContext);
  if (!world) throw new Error("outside of the world");
  return world;
}

/** A part of the state; what is chosen has to stay the same while it does not change. */
export function useKnown<T>(choose: (state: State) => T): T {
  const world = useWorld();
  return useSyncExternalStore(world.subscribe, () => choose(world.state));
}

/** The time zone of the person who reads. */
export function useZone(): string {
  return useKnown((state) => state.people[state.me]?.tz ?? HOST_ZONE);
}
