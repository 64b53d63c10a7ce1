/** The phone company: how every phone is, and the levers that change it. */
import { memo, useState, type ReactNode } from "react";
import { clock } from "./blocks/dates";
import type { Company, Json, PhoneLine, Site } from "./wire";
import { useKnown, useWorld, useZone } from "./world";

const TROUBLES: [string, string][] = [
  ["slow", "Slow"],
  ["down", "Down"],
  ["password", "Wrong password"],
  ["limited", "Rate limited"],
];

export function CompanyPanel() {
  const company = useKnown((state) => state.company);
  const world = useWorld();
  const [said, setSaid] = useState("");
  const pull = (lever: string, args: Json = {}) => {
    void world.ask({ do: "lever", lever, ...args }).then((settled) => setSaid(settled.failed || settled.words || ""));
  };
  if (!company) return null;
  return (
    <div className="panel company">
      <p className="said" role="status">
        {said || `${company.name}: unplug something and watch the channels.`}
      </p>
      <Api company={company} pull={pull} />
      <section aria-labelledby="calls-head">
        <h3 id="calls-head">Calls</h3>
        <div className="levers">
          <Lever onPull={() => pull("call", { direction: "in" })}>Call in</Lever>
          <Lever onPull={() => pull("call", { direction: "in", disposition: "NO ANSWER" })}>Missed call</Lever>
          <Lever onPull={() => pull("call", { direction: "out" })}>Call out</Lever>
          <Lever onPull={() => pull("busy")}>A busy hour</Lever>
          <Lever danger onPull={() => pull("attack")}>
            An attack on an expensive destination
          </Lever>
        </div>
      </section>
      <Balance company={company} pull={pull} />
      <h3>Phones by site</h3>
      {company.sites.map((site) => (
        <SiteOf key={site.name} site={site} pull={pull} />
      ))}
      <section aria-labelledby="pops-head">
        <h3 id="pops-head">POPs</h3>
        <ul className="lines">
          {company.pops.map((pop) => (
            <li key={pop.pop} className="line">
              <Lamp lamp={pop.down ? "off" : "on"} word={pop.down ? "Down" : "Up"} />
              <span className="line-name">{pop.name}</span>
              <Lever small label={`${pop.down ? "Bring up" : "Take down"} ${pop.name}`} onPull={() => pull("pop", { pop: pop.pop })}>
                {pop.down ? "Bring up" : "Take down"}
              </Lever>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

type Pull = (lever: string, args?: Json) => void;

function Lever({ children, label, onPull, small = false, danger = false, pressed }: { children: ReactNode; label?: string; onPull: () => void; small?: boolean; danger?: boolean; pressed?: boolean }) {
  return (
    <button type="button" className={`button${small ? " small" : ""}${danger ? " danger" : ""}`} aria-label={label} aria-pressed={pressed} onClick={onPull}>
      {children}
    </button>
  );
}

function Lamp({ lamp, word }: { lamp: PhoneLine["lamp"]; word: string }) {
  return (
    <span className="lamp-word">
      <span className={`lamp ${lamp}`} aria-hidden="true" />
      {word}
    </span>
  );
}

function Api({ company, pull }: { company: Company; pull: Pull }) {
  return (
    <section aria-labelledby="api-head">
      <h3 id="api-head">VoIP.ms API</h3>
      <Lamp lamp={company.api ? "off" : "on"} word={company.api_words} />
      <div className="levers">
        {TROUBLES.map(([trouble, word]) => (
          <Lever key={trouble} pressed={company.api === trouble} onPull={() => pull("api", { trouble: company.api === trouble ? "" : trouble })}>
            {word}
          </Lever>
        ))}
        {company.api && <Lever onPull={() => pull("api", { trouble: "" })}>Heal</Lever>}
      </div>
    </section>
  );
}

function Balance({ company, pull }: { company: Company; pull: Pull }) {
  const [amount, setAmount] = useState("");
  return (
    <section aria-labelledby="balance-head">
      <h3 id="balance-head">Balance: ${company.balance}</h3>
      <form
        className="levers"
        onSubmit={(event) => {
          event.preventDefault();
          if (amount.trim()) pull("balance", { amount: amount.trim() });
          setAmount("");
        }}
      >
        <input className="field short" inputMode="decimal" aria-label="New balance in dollars" placeholder="4.20" value={amount} onChange={(event) => setAmount(event.target.value)} />
        <button type="submit" className="button">
          Set
        </button>
        <Lever onPull={() => pull("balance", { amount: "4.20" })}>Nearly empty</Lever>
      </form>
    </section>
  );
}

const SiteOf = memo(
  function SiteOf({ site, pull }: { site: Site; pull: Pull }) {
    const counted = site.lines.filter((line) => line.lamp !== "none");
    const on = counted.filter((line) => line.lamp === "on" || line.lamp === "partly" || line.lamp === "going").length;
    const name = site.name || "In a drawer";
    return (
      <details className="site" open={site.name === "Head office"}>
        <summary>
          <span className="site-name">{name}</span>
          <span className="site-count">{counted.length ? `${on} of ${counted.length} registered` : "no phone registers"}</span>
        </summary>
        {site.address && <p className="site-address">Seen by VoIP.ms at {site.address}</p>}
        {site.fixed && counted.length > 1 && (
          <div className="levers">
            <Lever small label={`Unplug all: ${name}`} onPull={() => pull("unplug", { site: site.name })}>
              Unplug all
            </Lever>
            <Lever small label={`Cut the power: ${name}`} onPull={() => pull("cut", { site: site.name })}>
              Cut the power
            </Lever>
            <Lever small label={`Plug all in: ${name}`} onPull={() => pull("plug", { site: site.name })}>
              Plug all in
            </Lever>
          </div>
        )}
        <ul className="lines">
          {site.lines.map((line) => (
            <Phone key={line.login} line={line} pull={pull} />
          ))}
        </ul>
      </details>
    );
  },
  (before, after) => JSON.stringify(before.site) === JSON.stringify(after.site),
);

function Phone({ line, pull }: { line: PhoneLine; pull: Pull }) {
  const zone = useZone();
  const name = line.name || line.login;
  return (
    <li className="line">
      <Lamp lamp={line.lamp} word={line.until ? `${line.word}, until ${clock(line.until, zone)}` : line.word} />
      <span className="line-name" title={`${name}, ${line.login}`}>
        <bdi>{name}</bdi>
        {line.extension && <small> {line.extension}</small>}
      </span>
      {line.plugged !== null && (
        <Lever small label={`${line.plugged ? "Unplug" : "Plug in"} ${name}`} onPull={() => pull(line.plugged ? "unplug" : "plug", { login: line.login })}>
          {line.plugged ? "Unplug" : "Plug in"}
        </Lever>
      )}
    </li>
  );
}
