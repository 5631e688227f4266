import { defineConfig } from "vitest/config";

/** Tests against the places that the datasets are published at: `npm run external`. They need a network. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["test/external/**/*.external.test.ts"], testTimeout: 120_000, pool: "threads" },
});
