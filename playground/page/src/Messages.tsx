/** The messages of a place or of a thread, newest at the bottom and in sight. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { dayOf } from "./blocks/dates";
import { MessageRow } from "./MessageRow";
import { useNow } from "./now";
import type { Message } from "./wire";
import { conversation, useKnown, useZone } from "./world";

const NONE: Message[] = [];
const CLOSELY_SECONDS = 300;
const NEAR_PIXELS = 120;

export function useMessages(channel: string): Message[] {
  return useKnown((state) => state.messages[channel] ?? NONE);
}

interface Props {
  channel: string;
  label: string;
  /** Only this thread. */
  thread?: string;
}

export function Messages({ channel, label, thread }: Props) {
  const all = useMessages(channel);
  const zone = useZone();
  const now = useNow();
  const sent = useKnown((state) => state.sent[conversation(channel, thread)]);
  const shown = useMemo(
    () => all.filter((message) => (thread ? message.ts === thread || message.thread_ts === thread : !message.thread_ts || message.broadcast || message.thread_ts === message.ts)),
    [all, thread],
  );
  const replies = useMemo(() => {
    const found = new Map<string, Message[]>();
    for (const message of all) {
      if (message.thread_ts && message.thread_ts !== message.ts) found.set(message.thread_ts, [...(found.get(message.thread_ts) ?? []), message]);
    }
    return found;
  }, [all]);
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(false);

  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
    setBelow(false);
  };
  useLayoutEffect(() => {
    atEnd.current = true;
    toEnd();
  }, [channel, thread, sent]);
  const last = shown.at(-1)?.ts;
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else setBelow(true);
  }, [last]);
  // blocks grow after they were put there: charts, fonts, answers that take the place of "Looking …"
  useEffect(() => {
    if (!inner.current) return;
    const grown = new ResizeObserver(() => atEnd.current && toEnd());
    grown.observe(inner.current);
    return () => grown.disconnect();
  }, []);
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PIXELS;
    if (atEnd.current) setBelow(false);
  };

  return (
    <div className="messages-frame">
      <div ref={box} className="messages" role="log" aria-label={label} tabIndex={0} onScroll={scrolled}>
        <div ref={inner}>
          {shown.length === 0 && <p className="empty">Nothing has been written here yet.</p>}
          {shown.map((message, index) => {
            const before = shown[index - 1];
            const day = dayOf(Number(message.ts), zone, now);
            const newDay = !before || dayOf(Number(before.ts), zone, now) !== day;
            const follows = !newDay && before.user === message.user && !before.ephemeral && !message.broadcast && Number(message.ts) - Number(before.ts) < CLOSELY_SECONDS;
            return (
              <div key={message.ts}>
                {newDay && !thread && (
                  <div className="day" role="separator" aria-label={day}>
                    <span>{day}</span>
                  </div>
                )}
                <MessageRow message={message} follows={follows} replies={replies.get(message.ts)} inThread={Boolean(thread)} />
              </div>
            );
          })}
        </div>
      </div>
      {below && (
        <button type="button" className="to-end" onClick={toEnd}>
          ↓ New messages
        </button>
      )}
    </div>
  );
}
