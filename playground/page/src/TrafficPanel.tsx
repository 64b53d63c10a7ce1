/** The traffic: every request in both directions, newest first, its bodies as JSON. */
import { memo, useEffect, useState } from "react";
import type { Line } from "./wire";
import { useKnown, useWorld, useZone } from "./world";

const WAYS: Record<Line["way"], [string, string]> = {
  "slack-bot": ["Slack", "bot"],
  "bot-slack": ["bot", "Slack"],
  "bot-voipms": ["bot", "VoIP.ms"],
};
const SHOWN_MOST = 200;

export function TrafficPanel() {
  const world = useWorld();
  const lines = useKnown((state) => state.lines);
  const me = useKnown((state) => state.me);
  const connected = useKnown((state) => state.connected);
  const [way, setWay] = useState("");
  useEffect(() => {
    if (connected && me) world.say({ do: "traffic" });
  }, [world, connected, me]);
  const shown = runs(lines.filter((line) => !way || line.way === way)).slice(-SHOWN_MOST);
  return (
    <div className="panel traffic">
      <label className="filter">
        Show{" "}
        <select className="field" value={way} onChange={(event) => setWay(event.target.value)}>
          <option value="">everything</option>
          {Object.entries(WAYS).map(([key, [from, to]]) => (
            <option key={key} value={key}>
              {from} → {to}
            </option>
          ))}
        </select>
      </label>
      {shown.length === 0 && <p className="empty">Nothing yet: ask the bot something.</p>}
      <ol className="exchanges" reversed>
        {shown.toReversed().map(({ line, more }) => (
          <ExchangeOf key={line.id} line={line} more={more} />
        ))}
      </ol>
    </div>
  );
}

interface Run {
  line: Line;
  /** How many more like it followed at once. */
  more: number;
}

/** Requests that are alike and follow each other (looks at phone after phone) are one entry. */
function runs(lines: Line[]): Run[] {
  const made: Run[] = [];
  for (const line of lines) {
    const last = made.at(-1);
    if (last && line.way === "bot-voipms" && ["way", "name", "ended"].every((key) => line[key as keyof Line] === last.line[key as keyof Line])) last.more += 1;
    else made.push({ line, more: 0 });
  }
  return made;
}

const ExchangeOf = memo(
  function ExchangeOf({ line, more }: Run) {
    const world = useWorld();
    const zone = useZone();
    const exchange = useKnown((state) => state.exchanges[line.id]);
    const to = useKnown((state) => (line.to ? (state.people[line.to]?.name ?? line.to) : ""));
    const [from, at] = WAYS[line.way];
    const opened = (open: boolean) => {
      if (open && !exchange) world.say({ do: "exchange", exchange: line.id });
    };
    return (
      <li>
        <details className="exchange" onToggle={(event) => opened(event.currentTarget.open)}>
          <summary>
            <span className={`way ${line.way}`}>
              {from} → {at}
            </span>
            <span className="exchange-name">
              {line.name}
              {more > 0 && <small> and {more} more like it</small>}
            </span>
            <span className={`ended${line.well ? "" : " badly"}`}>{line.ended}</span>
            <span className="exchange-at">
              {new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" }).format(line.at * 1000)}
              {to && ` · ${to}`}
            </span>
          </summary>
          {!exchange && <p className="empty">Loading …</p>}
          {exchange?.gone && <p className="empty">It is not remembered any more.</p>}
          {exchange?.private && <p className="empty">What it says is private to {to}. Be {to} to read it.</p>}
          {exchange && !exchange.gone && !exchange.private && (
            <>
              <Body title="Request" body={exchange.request} />
              <Body title="Answer" body={exchange.answer} />
            </>
          )}
        </details>
      </li>
    );
  },
  (before, after) => before.line.id === after.line.id && before.more === after.more,
);

function Body({ title, body }: { title: string; body: unknown }) {
  const words = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  return (
    <div className="body">
      <h4>{title}</h4>
      <pre tabIndex={0} aria-label={`${title} as JSON`}>
        {body === null || body === "" ? "nothing" : words}
      </pre>
    </div>
  );
}
