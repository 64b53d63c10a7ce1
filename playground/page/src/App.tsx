/** The page: places at the left, what is said in the middle, a thread or a panel at the right. */
import { useEffect, useState } from "react";
import { Blocks } from "./blocks/Blocks";
import { ThemeContext } from "./blocks/Rich";
import { SurfaceOf } from "./blocks/surface";
import { CompanyPanel } from "./CompanyPanel";
import { Composer } from "./Composer";
import { Messages } from "./Messages";
import { Modals } from "./Modal";
import { Sidebar } from "./Sidebar";
import { TrafficPanel } from "./TrafficPanel";
import { HOME, useKnown, useWorld } from "./world";

type Theme = "light" | "dark";
type Panel = "company" | "traffic" | "";

const WIDE = "(min-width: 1100px)";

export function App() {
  const world = useWorld();
  const me = useKnown((state) => state.me);
  const title = useKnown((state) => state.title);
  const thread = useKnown((state) => state.thread);
  const spoken = useKnown((state) => state.spoken);
  const [theme, setTheme] = useTheme();
  const [panel, setPanel] = useState<Panel>(matchMedia(WIDE).matches ? "company" : "");
  const [places, setPlaces] = useState(false);
  const show = (next: Panel) => {
    world.openThread(null);
    setPlaces(false);
    setPanel(panel === next && !thread ? "" : next);
  };
  return (
    <ThemeContext value={theme}>
      <div className={`page${thread || panel ? " with-side" : ""}${places ? " with-places" : ""}`}>
        <a className="skip" href="#composer">
          Skip to writing
        </a>
        <header className="top">
          <button type="button" className="top-button places-button" aria-expanded={places} onClick={() => setPlaces(!places)}>
            <span aria-hidden="true">☰</span> <span className="sr">Channels</span>
          </button>
          <h1>
            {title || "Dialtone"} <small>playground</small>
          </h1>
          <div className="top-right">
            <button type="button" className="top-button" aria-pressed={panel === "company" && !thread} onClick={() => show("company")}>
              <span className="long">The phone company</span>
              <span className="brief">Phones</span>
            </button>
            <button type="button" className="top-button" aria-pressed={panel === "traffic" && !thread} onClick={() => show("traffic")}>
              <span className="long">The traffic</span>
              <span className="brief">Traffic</span>
            </button>
            <button type="button" className="top-button" aria-label={`Use the ${theme === "dark" ? "light" : "dark"} colours`} onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>
              <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>
            </button>
          </div>
        </header>
        <Connection />
        <Sidebar onGo={() => setPlaces(false)} />
        {me ? <Middle /> : <main className="main" />}
        {thread ? (
          <ThreadPane />
        ) : (
          panel && (
            <aside className="side" aria-label={panel === "company" ? "The phone company" : "The traffic"}>
              <header className="side-head">
                <h2>{panel === "company" ? "The phone company" : "The traffic"}</h2>
                <button type="button" className="icon-button" aria-label="Close the panel" onClick={() => setPanel("")}>
                  <span aria-hidden="true">✕</span>
                </button>
              </header>
              {panel === "company" ? <CompanyPanel /> : <TrafficPanel />}
            </aside>
          )
        )}
        <Modals />
        <p className="sr" role="status">
          {spoken}
        </p>
      </div>
    </ThemeContext>
  );
}

function Connection() {
  const connected = useKnown((state) => state.connected);
  const before = useKnown((state) => state.wasConnected);
  if (connected || !before) return null;
  return (
    <p className="lost" role="alert">
      The demonstration has ended or cannot be reached. Start it with <code>make demo</code>; this page comes back by itself.
    </p>
  );
}

function Middle() {
  const world = useWorld();
  const place = useKnown((state) => state.place);
  const dm = useKnown((state) => state.dm);
  const channel = useKnown((state) => state.channels.find((each) => each.id === state.place));
  const hasHome = useKnown((state) => state.hasHome || state.home !== null);
  const app = place === dm || place === HOME;
  const name = app ? "Dialtone" : `#${channel?.name ?? ""}`;
  return (
    <main className="main">
      <header className="main-head">
        <h2>
          {app ? "Dialtone" : <>{channel?.private ? "🔒 " : "# "}{channel?.name}</>}
          {channel?.shared && <small>shared with another organisation</small>}
        </h2>
        {app && hasHome && (
          <div className="tabs">
            <button type="button" aria-pressed={place === HOME} onClick={() => world.go(HOME)}>
              Home
            </button>
            <button type="button" aria-pressed={place === dm} onClick={() => world.go(dm)}>
              Messages
            </button>
          </div>
        )}
      </header>
      {place === HOME ? (
        <Home />
      ) : (
        <>
          <Messages key={place} channel={place} label={`Messages in ${name}`} />
          <div id="composer">
            <Composer channel={place} label={`Message ${name}`} />
          </div>
        </>
      )}
    </main>
  );
}

function Home() {
  const home = useKnown((state) => state.home);
  return (
    <section className="home" aria-label="Home" tabIndex={0}>
      {home ? (
        <SurfaceOf key={home.id} where={{ view: home.id }}>
          <Blocks blocks={home.blocks} />
        </SurfaceOf>
      ) : (
        <p className="empty">Dialtone has not published a Home for you.</p>
      )}
    </section>
  );
}

function ThreadPane() {
  const world = useWorld();
  const thread = useKnown((state) => state.thread);
  const name = useKnown((state) => {
    const channel = state.channels.find((each) => each.id === state.thread?.channel);
    return channel?.direct ? "Dialtone" : `#${channel?.name ?? ""}`;
  });
  if (!thread) return null;
  return (
    <aside className="side thread" aria-label="Thread">
      <header className="side-head">
        <h2>
          Thread <small>{name}</small>
        </h2>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={() => world.openThread(null)}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <Messages key={thread.ts} channel={thread.channel} thread={thread.ts} label={`Thread in ${name}`} />
      <Composer channel={thread.channel} thread={thread.ts} label="Reply" />
    </aside>
  );
}

const THEME = "theme";

/** As chosen here before, else as the system has it. */
function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem(THEME) as Theme | null) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return [
    theme,
    (next) => {
      localStorage.setItem(THEME, next);
      setTheme(next);
    },
  ];
}

