/** Where blocks stand (a message, a form, the Home tab), what its controls hold meanwhile, and how they are used. */
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useWorld } from "../world";
import type { Block, Element, Json } from "../wire";

export type Where = { channel: string; ts: string } | { view: string };

export interface Surface {
  where: Where;
  held: Record<string, unknown>;
  hold: (block: Block, element: Element, choice: unknown) => void;
  /** What is wrong with an input, by its block id or its label. */
  errors: Record<string, string>;
  /** Click or choose: the bot is told, with what the other controls hold. */
  use: (block: Block, element: Element, choice?: unknown) => void;
  busy: ReadonlySet<string>;
  /** What went wrong with the last use. */
  problem: string;
}

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error("blocks outside of a surface");
  return surface;
}

export function keyOf(block: Block, element: Element): string {
  return `${block.block_id}\n${element.action_id ?? ""}`;
}

/** What the controls hold, as the playground reads it. */
export function heldOf(held: Record<string, unknown>): [string, string, unknown][] {
  return Object.entries(held).map(([key, choice]) => {
    const [block = "", action = ""] = key.split("\n");
    return [block, action, choice];
  });
}

const UNANSWERED: Record<string, string> = {
  operation_timeout: "Dialtone did not answer in time. Please try again.",
  dispatch_failed: "Dialtone did not answer. Is the bot running?",
};

/** In words, why something that was clicked came to nothing. */
export function unanswered(failed: string): string {
  return UNANSWERED[failed] ?? failed;
}

interface Props {
  where: Where;
  errors?: Record<string, string>;
  onHold?: (held: Record<string, unknown>) => void;
  children: ReactNode;
}

const NO_ERRORS = {};

export function SurfaceOf({ where, errors = NO_ERRORS, onHold, children }: Props) {
  const world = useWorld();
  const [held, setHeld] = useState<Record<string, unknown>>({});
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set<string>());
  const [problem, setProblem] = useState("");
  const current = useRef(held);
  const place = JSON.stringify(where);

  const hold = useCallback(
    (block: Block, element: Element, choice: unknown) => {
      current.current = { ...current.current, [keyOf(block, element)]: choice };
      setHeld(current.current);
      onHold?.(current.current);
    },
    [onHold],
  );
  const use = useCallback(
    (block: Block, element: Element, choice?: unknown) => {
      const key = keyOf(block, element);
      const where = JSON.parse(place) as Json;
      setBusy((before) => new Set(before).add(key));
      setProblem("");
      const asked = { do: "use", ...where, block: block.block_id, action: element.action_id, choice, held: heldOf(current.current) };
      void world.ask(asked).then((settled) => {
        setBusy((before) => new Set([...before].filter((each) => each !== key)));
        if (settled.failed) setProblem(unanswered(settled.failed));
      });
    },
    [world, place],
  );
  const surface = useMemo(
    () => ({ where: JSON.parse(place) as Where, held, hold, errors, use, busy, problem }),
    [place, held, hold, errors, use, busy, problem],
  );
  return <SurfaceContext value={surface}>{children}</SurfaceContext>;
}
