/**
 * Blocks, one after the other. What stands in them is drawn by the block library; what can be used, tables, and the frames of texts are ours:
 * the library's controls tell nobody that they were clicked.
 */
import { memo, useId } from "react";
import type { Block, Element, TextObject } from "../wire";
import { Control } from "./controls";
import { Library, PlainWords, Words } from "./Rich";
import { useSurface } from "./surface";
import { DataTable, Table } from "./Table";

export const Blocks = memo(function Blocks({ blocks }: { blocks: Block[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <div key={block.block_id || index} className={`block block-${block.type}`}>
          <One block={block} />
        </div>
      ))}
    </div>
  );
});

function One({ block }: { block: Block }) {
  switch (block.type) {
    case "header":
      return (
        <h3>
          <PlainWords text={(block.text as TextObject).text} />
        </h3>
      );
    case "section":
      return <Section block={block} />;
    case "context":
      return <Context block={block} />;
    case "actions":
      return (
        <div className="actions">
          {(block.elements as Element[]).map((element, index) => (
            <Control key={element.action_id ?? index} block={block} element={element} label="" />
          ))}
        </div>
      );
    case "input":
      return <Input block={block} />;
    case "divider":
      return <hr />;
    case "table":
      return <Table block={block} />;
    case "data_table":
      return <DataTable block={block} />;
    case "image":
      return <Picture alt={String(block.alt_text)} title={(block.title as TextObject | undefined)?.text} />;
    case "video":
    case "file":
      return <p className="not-here">A {block.type} is not loaded: this page asks no other host.</p>;
    default:
      return DRAWN.has(block.type) ? <Library blocks={[block]} /> : <p className="not-here">A block of the type {block.type} is not drawn here.</p>;
  }
}

const DRAWN = new Set(["rich_text", "markdown", "data_visualization", "alert", "card", "carousel", "container", "plan", "task_card", "context_actions"]);

function Section({ block }: { block: Block }) {
  const text = block.text as TextObject | undefined;
  const fields = (block.fields as TextObject[] | undefined) ?? [];
  const accessory = block.accessory as Element | undefined;
  return (
    <div className="section">
      <div className="section-words">
        {text && <Words text={text} />}
        {fields.length > 0 && (
          <div className="fields">
            {fields.map((field, index) => (
              <div key={index} className="field-of">
                <Words text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory && (
        <div className="accessory">
          {accessory.type === "image" ? <Picture alt={String(accessory.alt_text)} small /> : <Control block={block} element={accessory} label={text ? shortly(text.text) : ""} />}
        </div>
      )}
    </div>
  );
}

/** The first words of a section name the control beside it. */
function shortly(text: string): string {
  return text
    .replace(/<[^>]*>|[*_~`]/g, "")
    .split("\n", 1)
    .join("")
    .slice(0, 60);
}

function Context({ block }: { block: Block }) {
  return (
    <div className="context">
      {(block.elements as (TextObject & Element)[]).map((element, index) =>
        (element.type as string) === "image" ? <Picture key={index} alt={String(element.alt_text)} small /> : <Words key={index} text={element} />,
      )}
    </div>
  );
}

/** Pictures lie on other hosts, which this page does not ask: their words stand for them. */
function Picture({ alt, title, small = false }: { alt: string; title?: string; small?: boolean }) {
  return (
    <figure className={`picture${small ? " small" : ""}`}>
      <div role="img" aria-label={alt} title={alt}>
        <span aria-hidden="true">{small ? "▣" : `▣ ${alt}`}</span>
      </div>
      {title && (
        <figcaption>
          <PlainWords text={title} />
        </figcaption>
      )}
    </figure>
  );
}

function Input({ block }: { block: Block }) {
  const { errors } = useSurface();
  const id = useId();
  const label = (block.label as TextObject).text;
  const hint = (block.hint as TextObject | undefined)?.text;
  const wrong = errors[block.block_id] ?? errors[label];
  const described = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={`input${wrong ? " wrong" : ""}`}>
      <label className="input-label" htmlFor={id}>
        <PlainWords text={label} />
        {Boolean(block.optional) && <span className="optional"> (optional)</span>}
      </label>
      <Control block={block} element={block.element as Element} label={label} id={id} described={described} invalid={Boolean(wrong)} quiet={!block.dispatch_action} />
      {wrong && (
        <p id={`${id}-wrong`} className="input-wrong">
          {wrong}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="input-hint">
          <PlainWords text={hint} />
        </p>
      )}
    </div>
  );
}
