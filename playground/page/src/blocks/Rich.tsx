/** Rich text, and every text of ours, as the block library draws it; who is mentioned and when it was are told by us. */
import { createContext, memo, useContext, useMemo, type ComponentProps } from "react";
import { Message as Drawn } from "slack-blocks-to-jsx";
import { BOT, useKnown, useWorld, useZone } from "../world";
import type { Block, TextObject } from "../wire";
import { useNow } from "../now";
import { dated, exactly } from "./dates";
import { plainly, rich } from "./words";

type DrawnProps = ComponentProps<typeof Drawn>;

export const ThemeContext = createContext<"light" | "dark">("light");

const SAFE = /^(https?|mailto|tel|slack):/i;

function Mention({ id }: { id: string }) {
  const world = useWorld();
  const me = useKnown((state) => state.me);
  const name = useKnown(() => world.name(id));
  return <span className={`mention${id === me || id === BOT ? " mine" : ""}`}>@{name}</span>;
}

function Place({ id }: { id: string }) {
  const world = useWorld();
  const channel = useKnown((state) => state.channels.find((each) => each.id === id));
  if (!channel) return <span className="mention">#{id}</span>;
  return (
    <button type="button" className="mention" onClick={() => world.go(id)}>
      #{channel.name}
    </button>
  );
}

function Group({ id }: { id: string }) {
  const handle = useKnown((state) => state.groups.find((each) => each.id === id)?.handle ?? id);
  return <span className="mention">@{handle}</span>;
}

function When({ seconds, format }: { seconds: number; format: string }) {
  const zone = useZone();
  // it grows old by steps, but what just arrived is not from the future
  const now = Math.max(useNow(), Date.now() / 1000);
  return (
    <time dateTime={new Date(seconds * 1000).toISOString()} title={exactly(seconds, zone)}>
      {dated(seconds, format, zone, now)}
    </time>
  );
}

// the library takes these once and for all: what they draw looks for itself what changes
const HOOKS: NonNullable<DrawnProps["hooks"]> = {
  user: ({ id }) => <Mention id={id} />,
  channel: ({ id }) => <Place id={id} />,
  usergroup: ({ id }) => <Group id={id} />,
  atChannel: () => <span className="mention broadcast">@channel</span>,
  atHere: () => <span className="mention broadcast">@here</span>,
  atEveryone: () => <span className="mention broadcast">@everyone</span>,
  date: ({ timestamp, format }) => <When seconds={Number(timestamp)} format={format} />,
  link: ({ href, children }) =>
    SAFE.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    ) : (
      <>{children}</>
    ),
};

/** Blocks that the library draws as they are. */
export const Library = memo(function Library({ blocks }: { blocks: object[] }) {
  const theme = useContext(ThemeContext);
  return <Drawn withoutWrapper name="" logo="" theme={theme} hooks={HOOKS} blocks={blocks as DrawnProps["blocks"]} className="library" />;
});

/** A text object, or bare mrkdwn. */
export function Words({ text }: { text: TextObject | string }) {
  const { text: words, type, verbatim = false } = typeof text === "string" ? { text, type: "mrkdwn" } : text;
  return type === "plain_text" ? <PlainWords text={words} /> : <Mrkdwn text={words} verbatim={verbatim} />;
}

export function PlainWords({ text }: { text: string }) {
  return <span className="plain">{plainly(text)}</span>;
}

function Mrkdwn({ text, verbatim }: { text: string; verbatim: boolean }) {
  const zone = useZone();
  const channels = useKnown((state) => state.channels);
  const now = useNow();
  // only a date with a link is written here, so the minute does not matter
  const blocks = useMemo(() => {
    const channel = (name: string) => channels.find((each) => each.name === name && !each.direct)?.id;
    return [{ type: "rich_text", block_id: "words", elements: rich(text, { verbatim, channel, zone, now }) }];
  }, [text, verbatim, channels, zone]);
  return <Library blocks={blocks as Block[]} />;
}
