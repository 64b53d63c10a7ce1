// by their files: their names stand for the small modules beside this one
import Markdown, { type Options } from "../../node_modules/react-markdown/index.js";
import gfm from "../../node_modules/remark-gfm/index.js";

export default function MarkdownLoaded(props: Options) {
  return <Markdown {...props} remarkPlugins={[gfm]} />;
}
