/** What the page and the playground say to each other over the WebSocket; `playground/page_window.py` is the other side. */

export type Json = Record<string, unknown>;

export interface Persona {
  id: string;
  name: string;
  role: string;
}
export interface Command {
  command: string;
  description: string;
  usage_hint: string;
}
export interface Shortcut {
  name: string;
  type: "global" | "message";
  callback_id: string;
  description: string;
}
export interface Person {
  id: string;
  name: string;
  handle: string;
  tz: string | null;
  bot: boolean;
}
export interface Channel {
  id: string;
  name: string;
  private: boolean;
  shared: boolean;
  direct: boolean;
  bot: boolean;
  members: number;
}
export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  verbatim?: boolean;
}
/** A block as Slack sends it; each kind reads what it knows. */
export interface Block extends Json {
  type: string;
  block_id: string;
}
/** An element of a block. */
export interface Element extends Json {
  type: string;
  action_id?: string;
}
export interface FileOf {
  id: string;
  name: string;
  title: string;
  size: number;
}
export interface Message {
  channel: string;
  ts: string;
  user: string;
  text: string;
  blocks?: Block[];
  ephemeral: boolean;
  thread_ts?: string;
  broadcast: boolean;
  edited: boolean;
  files: FileOf[];
  /** Said by the page itself, in the place of Slackbot. */
  local?: boolean;
}
export interface View {
  id: string;
  hash: string;
  type: "modal" | "home";
  title?: TextObject;
  submit?: TextObject | null;
  close?: TextObject | null;
  blocks: Block[];
  previous_view_id: string | null;
}

export interface PhoneLine {
  login: string;
  name: string;
  extension: string;
  lamp: "on" | "partly" | "going" | "off" | "none";
  word: string;
  until?: number;
  plugged: boolean | null;
}
export interface Site {
  name: string;
  /** What VoIP.ms sees its phones behind, or empty. */
  address: string;
  fixed: boolean;
  lines: PhoneLine[];
}
export interface Company {
  name: string;
  balance: string;
  api: string;
  api_words: string;
  sites: Site[];
  pops: { pop: string; name: string; down: boolean }[];
}

export interface Line {
  id: number;
  way: "slack-bot" | "bot-slack" | "bot-voipms";
  name: string;
  at: number;
  ended: string;
  well: boolean;
  to: string;
}
export interface Exchange {
  id: number;
  request?: unknown;
  answer?: unknown;
  private?: string;
  gone?: boolean;
}

/** What came of something that was asked. */
export interface Settled {
  kind: "settled";
  id: number;
  failed: string;
  errors?: Record<string, string>;
  notice?: string;
  channel?: string;
  words?: string;
  suggested?: { options?: Json[]; option_groups?: Json[] } | null;
}

export type Told =
  | { kind: "hello"; title: string; personas: Persona[]; commands: Command[]; shortcuts: Shortcut[]; home: boolean }
  | {
      kind: "world";
      me: string;
      dm: string;
      people: Person[];
      channels: Channel[];
      groups: { id: string; handle: string }[];
      messages: Message[];
      views: View[];
      home: View | null;
    }
  | { kind: "message"; message: Message }
  | { kind: "gone"; channel: string; ts: string }
  | { kind: "view"; view: View; home: boolean; closed: boolean }
  | ({ kind: "company" } & Company)
  | { kind: "traffic"; lines: Line[]; whole: boolean }
  | { kind: "exchange"; exchange: Exchange }
  | Settled;

const AGAIN_MS = 1_000;
const LOST = "The connection to the demonstration is lost.";

/** The connection; it comes back by itself. */
export class Wire {
  private socket: WebSocket | null = null;
  private numbers = 0;
  private waiting = new Map<number, (settled: Settled) => void>();

  constructor(
    private readonly told: (said: Told) => void,
    private readonly connected: (is: boolean) => void,
  ) {
    this.open();
  }

  private open(): void {
    const socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket = socket;
    socket.onopen = () => this.connected(true);
    socket.onmessage = (event) => {
      const said = JSON.parse(String(event.data)) as Told;
      if (said.kind === "settled") this.settle(said);
      this.told(said);
    };
    socket.onclose = () => {
      this.connected(false);
      for (const id of this.waiting.keys()) this.settle({ kind: "settled", id, failed: LOST });
      setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  private settle(settled: Settled): void {
    this.waiting.get(settled.id)?.(settled);
    this.waiting.delete(settled.id);
  }

  /** Say something to which nothing is answered. */
  say(said: Json): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(said));
  }

  /** Ask for something; resolves when it is acknowledged or has failed, in words. */
  ask(said: Json): Promise<Settled> {
    const id = ++this.numbers;
    return new Promise((resolve) => {
      if (this.socket?.readyState !== WebSocket.OPEN) return resolve({ kind: "settled", id, failed: LOST });
      this.waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ ...said, id }));
    });
  }
}
