import { defineConfig } from "vitest/config";

/** Unit tests run from the sources (`source` condition); worker threads and the command run from `dist`. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.external.test.ts", "**/*.interop.test.ts"],
    testTimeout: 30_000,
    pool: "threads",
  },
});
