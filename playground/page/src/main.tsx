import "slack-blocks-to-jsx/dist/style.css";
import "./style/tokens.css";
import "./style/frame.css";
import "./style/messages.css";
import "./style/blocks.css";
import "./style/panels.css";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { World, WorldContext } from "./world";

createRoot(document.getElementById("page") as HTMLElement).render(
  <WorldContext value={new World()}>
    <App />
  </WorldContext>,
);
