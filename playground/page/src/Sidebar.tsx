/** The places of the workspace, and who this window is. */
import { Avatar } from "./Avatar";
import { BOT, HOME, useKnown, useWorld } from "./world";

export function Sidebar({ onGo }: { onGo: () => void }) {
  const world = useWorld();
  const channels = useKnown((state) => state.channels);
  const place = useKnown((state) => state.place);
  const unread = useKnown((state) => state.unread);
  const dm = useKnown((state) => state.dm);
  const go = (to: string) => {
    world.go(to);
    onGo();
  };
  const item = (id: string, label: string, sign: React.ReactNode, here: boolean) => {
    const count = unread[id] ?? 0;
    return (
      <li key={id}>
        <button type="button" className={`place${here ? " here" : ""}${count ? " unread" : ""}`} aria-current={here ? "page" : undefined} onClick={() => go(id)}>
          <span className="place-sign" aria-hidden="true">
            {sign}
          </span>
          <span className="place-name">{label}</span>
          {count > 0 && (
            <span className="badge" aria-label={`${count} new`}>
              {count > 99 ? "99+" : count}
            </span>
          )}
        </button>
      </li>
    );
  };
  return (
    <nav className="sidebar" aria-label="Channels and direct messages">
      <Who />
      <h2>Channels</h2>
      <ul>{channels.filter((channel) => !channel.direct).map((channel) => item(channel.id, channel.name, channel.private ? "🔒" : "#", place === channel.id))}</ul>
      <h2>Apps</h2>
      <ul>{item(dm, "Dialtone", <Avatar id={BOT} small />, place === dm || place === HOME)}</ul>
    </nav>
  );
}

function Who() {
  const world = useWorld();
  const me = useKnown((state) => state.me);
  const personas = useKnown((state) => state.personas);
  const others = personas.filter((persona) => persona.id !== me);
  return (
    <div className="who">
      <label>
        <span>You are</span>
        <select value={me} onChange={(event) => world.be(event.target.value)}>
          {personas.map((persona) => (
            <option key={persona.id} value={persona.id}>
              {persona.name}, {persona.role}
            </option>
          ))}
        </select>
      </label>
      <details>
        <summary>Another window</summary>
        <ul>
          {others.map((persona) => (
            <li key={persona.id}>
              <a href={`/?as=${persona.id}`} target="_blank" rel="noopener noreferrer">
                as {persona.name}, {persona.role}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
