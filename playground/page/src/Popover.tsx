/** Something small that opens beside its button, above everything, within the window. */
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from "react";

interface Props {
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  className?: string;
  /** From the right edge of the button instead of its left. */
  fromRight?: boolean;
  children: ReactNode;
}

const EDGE = 8;

export function Popover({ anchor, onClose, className = "", fromRight = false, children }: Props) {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    const button = anchor.current;
    if (!element || !button) return;
    element.showPopover();
    const place = () => {
      const at = button.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = element;
      const below = innerHeight - at.bottom - EDGE;
      const top = height <= below || below > at.top ? at.bottom + 4 : Math.max(EDGE, at.top - height - 4);
      const left = fromRight ? at.right - width : at.left;
      element.style.top = `${top}px`;
      element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
      element.style.maxHeight = `${Math.max(160, (top > at.top ? innerHeight - top : at.top) - EDGE)}px`;
    };
    place();
    const grown = new ResizeObserver(place);
    grown.observe(element);
    addEventListener("resize", place);
    addEventListener("scroll", place, true);
    return () => {
      grown.disconnect();
      removeEventListener("resize", place);
      removeEventListener("scroll", place, true);
    };
  }, [anchor, fromRight]);

  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!box.current?.contains(target) && !anchor.current?.contains(target)) onClose();
    };
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, [anchor, onClose]);

  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    // the form around it stays open
    event.preventDefault();
    event.stopPropagation();
    onClose();
    anchor.current?.focus();
  };

  return (
    <div ref={box} popover="manual" className={`popover ${className}`} onKeyDown={escape}>
      {children}
    </div>
  );
}
