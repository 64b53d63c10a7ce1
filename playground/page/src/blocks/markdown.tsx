/** Stands for `react-markdown` in the block library: the same component, loaded when the first `markdown` block is drawn. */
import { lazy, Suspense, type ComponentProps } from "react";

const Loaded = lazy(() => import("./markdown-loaded"));

export default function Markdown(props: ComponentProps<typeof Loaded>) {
  return (
    <Suspense fallback={<p>{props.children}</p>}>
      <Loaded {...props} />
    </Suspense>
  );
}
