/** The forms that the app opens, the topmost in sight. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Blocks } from "./blocks/Blocks";
import { PlainWords } from "./blocks/Rich";
import { heldOf, SurfaceOf, unanswered, useSurface } from "./blocks/surface";
import { Dialog } from "./Dialog";
import type { View } from "./wire";
import { useKnown, useWorld } from "./world";

const NO_ERRORS: Record<string, string> = {};

export function Modals() {
  const views = useKnown((state) => state.views);
  const top = views.at(-1);
  return top ? <Modal key={top.id} view={top} /> : null;
}

function Modal({ view }: { view: View }) {
  const world = useWorld();
  const [errors, setErrors] = useState(NO_ERRORS);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const held = useRef<Record<string, unknown>>({});
  const form = useRef<HTMLFormElement>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || !view.submit) return;
    setBusy(true);
    setProblem("");
    void world.ask({ do: "submit", view: view.id, held: heldOf(held.current) }).then((settled) => {
      setBusy(false);
      setErrors(settled.errors ?? NO_ERRORS);
      if (settled.failed && settled.failed !== "not_sent") setProblem(unanswered(settled.failed));
    });
  };
  useEffect(() => {
    if (errors !== NO_ERRORS) form.current?.querySelector<HTMLElement>("[aria-invalid], [data-invalid]")?.focus();
  }, [errors]);
  // another version of the form: what was wrong with the one before does not count
  useEffect(() => setErrors(NO_ERRORS), [view.hash]);

  const close = () => world.say({ do: "close", view: view.id });
  return (
    <Dialog title={<PlainWords text={view.title?.text ?? ""} />} onClose={close} className="modal">
      <form ref={form} className="modal-form" noValidate onSubmit={submit} aria-busy={busy}>
        <div className="dialog-body" tabIndex={0} role="group" aria-label="Contents of the form">
          <SurfaceOf where={{ view: view.id }} errors={errors} onHold={(now) => (held.current = now)}>
            <Blocks blocks={view.blocks} />
            <Unanswered />
          </SurfaceOf>
          {problem && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={close}>
            <PlainWords text={view.close?.text ?? (view.submit ? "Cancel" : "Close")} />
          </button>
          {view.submit && (
            <button type="submit" className={`button primary${busy ? " busy" : ""}`}>
              <PlainWords text={view.submit.text} />
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function Unanswered() {
  const { problem } = useSurface();
  return problem ? (
    <p className="problem" role="alert">
      {problem}
    </p>
  ) : null;
}
