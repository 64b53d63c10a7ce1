/** "Are you sure?": what an app may ask before a button or a choice counts. */
import { useState, type ReactNode } from "react";
import { Dialog } from "../Dialog";
import type { Element, TextObject } from "../wire";
import { PlainWords, Words } from "./Rich";

interface ConfirmObject {
  title: TextObject;
  text: TextObject;
  confirm: TextObject;
  deny: TextObject;
  style?: "primary" | "danger";
}

/** A function that asks first, where the element wants that; and the dialog, to be put somewhere. */
export function useConfirm(element: Element): [(then: () => void) => void, ReactNode] {
  const [waiting, setWaiting] = useState<(() => void) | null>(null);
  const confirm = element.confirm as ConfirmObject | undefined;
  const ask = (then: () => void) => (confirm ? setWaiting(() => then) : then());
  if (!confirm || !waiting) return [ask, null];
  const done = () => setWaiting(null);
  return [
    ask,
    <Dialog key="confirm" title={<PlainWords text={confirm.title.text} />} onClose={done} className="small">
      <div className="dialog-body">
        <Words text={confirm.text} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={done}>
          <PlainWords text={confirm.deny.text} />
        </button>
        <button
          type="button"
          className={`button ${confirm.style === "danger" ? "danger filled" : "primary"}`}
          onClick={() => {
            done();
            waiting();
          }}
        >
          <PlainWords text={confirm.confirm.text} />
        </button>
      </footer>
    </Dialog>,
  ];
}
