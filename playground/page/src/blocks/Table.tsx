/** Tables: `table` as Slack draws it, and `data_table`, which the block library drops: sortable, a page at a time. */
import { useMemo, useState } from "react";
import type { Block } from "../wire";
import { Library } from "./Rich";
import { unescaped } from "./words";

type Cell = { type: "raw_text"; text: string } | { type: "raw_number"; value: number; text?: string } | { type: "rich_text"; elements: object[] };

interface Setting {
  align?: "left" | "center" | "right";
  is_wrapped?: boolean;
}

function CellWords({ cell }: { cell: Cell }) {
  if (cell.type === "rich_text") return <Library blocks={[cell]} />;
  return <>{cellText(cell)}</>;
}

function cellText(cell: Cell | undefined): string {
  if (!cell) return "";
  if (cell.type === "raw_number") return cell.text ?? cell.value.toLocaleString("en-US");
  // a table's text is raw: what looks escaped is shown so
  return cell.type === "raw_text" ? cell.text : cell.elements.map(deepText).join("");
}

function deepText(part: unknown): string {
  if (Array.isArray(part)) return part.map(deepText).join("");
  if (typeof part !== "object" || part === null) return "";
  const { text, elements } = part as { text?: unknown; elements?: unknown };
  return typeof text === "string" ? unescaped(text) : deepText(elements);
}

export function Table({ block }: { block: Block }) {
  const [head = [], ...rows] = block.rows as Cell[][];
  const settings = (block.column_settings as (Setting | null)[] | undefined) ?? [];
  const look = (column: number) => `${settings[column]?.align ?? "left"}${settings[column]?.is_wrapped ? " wrapped" : ""}`;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={`Table: ${head.map(cellText).join(", ")}`}>
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th key={column} scope="col" className={look(column)}>
                <CellWords cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, column) => (
                <td key={column} className={look(column)}>
                  <CellWords cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const PAGE = 10;

export function DataTable({ block }: { block: Block }) {
  const [head = [], ...rows] = block.rows as Cell[][];
  const size = (block.page_size as number | undefined) ?? PAGE;
  const named = block.row_header_column_index as number | undefined;
  const [page, setPage] = useState(0);
  const [order, setOrder] = useState<{ column: number; down: boolean } | null>(null);
  const sorted = useMemo(() => (order ? [...rows].sort((one, other) => compare(one[order.column], other[order.column]) * (order.down ? -1 : 1)) : rows), [block, order]);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const shown = sorted.slice(Math.min(page, pages - 1) * size, (Math.min(page, pages - 1) + 1) * size);
  const numeric = head.map((_, column) => rows.every((row) => row[column]?.type === "raw_number"));
  const sort = (column: number) => {
    setOrder((before) => (before?.column === column ? (before.down ? null : { column, down: true }) : { column, down: false }));
    setPage(0);
  };
  return (
    <figure className="data-table">
      <figcaption>{String(block.caption)}</figcaption>
      <div className="table-frame" tabIndex={0} role="region" aria-label={String(block.caption)}>
        <table>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th key={column} scope="col" className={numeric[column] ? "right" : "left"} aria-sort={order?.column === column ? (order.down ? "descending" : "ascending") : "none"}>
                  <button type="button" className="sort" onClick={() => sort(column)}>
                    {cellText(cell)}
                    <span aria-hidden="true">{order?.column === column ? (order.down ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, number) => (
              <tr key={number}>
                {row.map((cell, column) =>
                  column === named ? (
                    <th key={column} scope="row">
                      <CellWords cell={cell} />
                    </th>
                  ) : (
                    <td key={column} className={numeric[column] ? "right" : "left"}>
                      <CellWords cell={cell} />
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div className="pages">
          <button type="button" className="button small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span>
            Page {page + 1} of {pages}
          </span>
          <button type="button" className="button small" disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </div>
      )}
    </figure>
  );
}

function compare(one: Cell | undefined, other: Cell | undefined): number {
  if (one?.type === "raw_number" && other?.type === "raw_number") return one.value - other.value;
  return cellText(one).localeCompare(cellText(other), undefined, { numeric: true });
}
