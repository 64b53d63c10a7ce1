/** Stands for `remark-gfm` in the block library, which only hands it on to the Markdown component: that loads the real one. */
export default function gfm(): undefined {
  return undefined;
}
