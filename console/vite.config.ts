import { defineConfig } from "vitest/config";

// The page is served at the API's base path and its files below `console/`, wherever that base path is.
const FILES = "./console/";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "dist",
    target: "es2023",
    // Nothing inlined: the page's policy allows what comes from its own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Names carry no version: the API revalidates by ETag, so that a deployment shows at once.
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
  experimental: {
    renderBuiltUrl: (name, { hostType }) => (hostType === "html" ? `${FILES}${name}` : { relative: true }),
  },
  // `npm run dev` beside a running demo: FLOORSIGHT_URL is the address of its page.
  server: {
    host: "127.0.0.1",
    proxy: process.env.FLOORSIGHT_URL ? { "/api": process.env.FLOORSIGHT_URL } : {},
  },
  test: { include: ["tests/**/*.test.ts"], testTimeout: 60_000 },
});
