/** One message: who, when, its blocks or words, its files, and the thread beneath it. */
import { memo, useState } from "react";
import { Avatar } from "./Avatar";
import { Blocks } from "./blocks/Blocks";
import { clock, dayOf, exactly } from "./blocks/dates";
import { Words } from "./blocks/Rich";
import { SurfaceOf, unanswered, useSurface } from "./blocks/surface";
import { useNow } from "./now";
import type { FileOf, Message } from "./wire";
import { BOT, SLACKBOT, useKnown, useWorld, useZone } from "./world";

interface Props {
  message: Message;
  /** It follows another of the same person closely: without a head. */
  follows?: boolean;
  replies?: Message[];
  inThread?: boolean;
}

export const MessageRow = memo(function MessageRow({ message, follows = false, replies = [], inThread = false }: Props) {
  const world = useWorld();
  const zone = useZone();
  const name = useKnown(() => world.name(message.user));
  const seconds = Number(message.ts);
  const head = !follows || message.ephemeral;
  return (
    <article className={`message${message.ephemeral ? " ephemeral" : ""}${head ? "" : " follows"}`} aria-label={`${name}, ${clock(seconds, zone)}`} data-ts={message.ts}>
      {message.ephemeral && (
        <p className="only-you">
          <span aria-hidden="true">👁 </span>Only visible to you
          <button type="button" className="link" onClick={() => world.dismiss(message)}>
            Dismiss
          </button>
        </p>
      )}
      {message.broadcast && !inThread && (
        <p className="from-thread">
          replied to a thread:{" "}
          <button type="button" className="link" onClick={() => world.openThread({ channel: message.channel, ts: message.thread_ts ?? message.ts })}>
            open it
          </button>
        </p>
      )}
      <div className="message-row">
        <div className="message-side">
          {head ? (
            <Avatar id={message.user} />
          ) : (
            <time className="hover-time" dateTime={new Date(seconds * 1000).toISOString()}>
              {clock(seconds, zone).replace(/ [AP]M$/, "")}
            </time>
          )}
        </div>
        <div className="message-main">
          {head && (
            <header className="message-head">
              <strong>{name}</strong>
              {(message.user === BOT || message.user === SLACKBOT) && <span className="app">APP</span>}
              <time dateTime={new Date(seconds * 1000).toISOString()} title={exactly(seconds, zone)}>
                {clock(seconds, zone)}
              </time>
            </header>
          )}
          <SurfaceOf where={{ channel: message.channel, ts: message.ts }}>
            {message.blocks?.length ? <Blocks blocks={message.blocks} /> : message.text && <Words text={message.text} />}
            <Problem />
          </SurfaceOf>
          {message.edited && !message.ephemeral && <span className="edited">(edited)</span>}
          {message.files.map((file) => (
            <File key={file.id} file={file} />
          ))}
          {replies.length > 0 && !inThread && <Replies message={message} replies={replies} />}
          {!message.ephemeral && <Deeds message={message} words={`${name}, ${clock(seconds, zone)}`} inThread={inThread} />}
        </div>
      </div>
    </article>
  );
});

function Problem() {
  const { problem } = useSurface();
  return problem ? (
    <p className="problem" role="alert">
      {problem}
    </p>
  ) : null;
}

/** What can be done with a message: seen when it is pointed at, or reached with the keyboard. */
function Deeds({ message, words, inThread }: { message: Message; words: string; inThread: boolean }) {
  const world = useWorld();
  const shortcuts = useKnown((state) => state.shortcuts);
  const [problem, setProblem] = useState("");
  const where = { channel: message.channel, ts: message.ts };
  return (
    <div className="deeds">
      {!inThread && (
        <button type="button" className="link" aria-label={`Reply in thread to ${words}`} onClick={() => world.openThread({ ...where, ts: message.thread_ts || message.ts })}>
          Reply in thread
        </button>
      )}
      {shortcuts
        .filter((each) => each.type === "message")
        .map((each) => (
          <button
            key={each.callback_id}
            type="button"
            className="link"
            title={each.description}
            onClick={() => void world.ask({ do: "shortcut", name: each.callback_id, ...where }).then((settled) => setProblem(settled.failed ? unanswered(settled.failed) : ""))}
          >
            {each.name}
          </button>
        ))}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Replies({ message, replies }: { message: Message; replies: Message[] }) {
  const world = useWorld();
  const zone = useZone();
  const now = useNow();
  const last = Number(replies.at(-1)?.ts);
  return (
    <button type="button" className="replies" onClick={() => world.openThread({ channel: message.channel, ts: message.ts })}>
      {[...new Set(replies.map((reply) => reply.user))].slice(0, 3).map((user) => (
        <Avatar key={user} id={user} small />
      ))}
      <span className="replies-count">
        {replies.length} {replies.length === 1 ? "reply" : "replies"}
      </span>
      <span className="replies-last">
        Last reply {dayOf(last, zone, now).replace(/^(?:Today|Yesterday)$/, (day) => day.toLowerCase())} at {clock(last, zone)}
      </span>
    </button>
  );
}

function File({ file }: { file: FileOf }) {
  const me = useKnown((state) => state.me);
  const size = file.size < 1_000 ? `${file.size} bytes` : file.size < 1_000_000 ? `${(file.size / 1_000).toFixed(1)} kB` : `${(file.size / 1_000_000).toFixed(1)} MB`;
  return (
    <a className="file" href={`/files/${file.id}/${encodeURIComponent(file.name)}?as=${me}`} download={file.name}>
      <span className="file-kind" aria-hidden="true">
        {file.name.split(".").pop()?.slice(0, 4).toUpperCase()}
      </span>
      <span className="file-words">
        <strong>{file.title}</strong>
        <small>
          Download {file.name}, {size}
        </small>
      </span>
    </a>
  );
}
