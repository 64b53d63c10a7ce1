import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { search } from "node-emoji";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Emoji by their names and nothing else of them: their keywords alone would be a third of the page. */
function emojiNames(): Plugin {
  const names = "virtual:emoji-names";
  return {
    name: "emoji-names",
    resolveId: (id) => (id === names ? `\0${names}` : null),
    load: (id) =>
      id === `\0${names}` ? `export default ${JSON.stringify(Object.fromEntries(search("").map((each) => [each.name, each.emoji])))}` : null,
  };
}

/** The licences of what is taken along but not as code, which the bundler does not see. */
function moreLicences(): Plugin {
  const parts = { "Lato": "@fontsource/lato/LICENSE", "emojilib (names of emoji)": "emojilib/LICENSE" };
  const texts = Object.entries(parts).map(([name, path]) => `## ${name}\n\n${readFileSync(here(`node_modules/${path}`), "utf8").trim()}\n`);
  return {
    name: "more-licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences-more.txt", source: texts.join("\n") });
    },
  };
}

export default defineConfig({
  plugins: [emojiNames(), moreLicences()],
  resolve: {
    alias: [
      { find: /^node-emoji$/, replacement: here("src/emoji.ts") },
      // the parser of `markdown` blocks is loaded when the first one is drawn
      { find: /^react-markdown$/, replacement: here("src/blocks/markdown.tsx") },
      { find: /^remark-gfm$/, replacement: here("src/blocks/gfm.ts") },
    ],
  },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // a strict Content-Security-Policy: nothing inline
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    license: { fileName: "licences.txt" },
    // the same names in every build: what is committed can be compared with what is built
    rolldownOptions: {
      output: { entryFileNames: "page.js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
  test: { environment: "node", testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
} as Parameters<typeof defineConfig>[0]);
