import { defineConfig } from "vitest/config";

/** Tests against reference programs in Python: `npm run interop`. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["test/interop/**/*.interop.test.ts"], testTimeout: 120_000, pool: "threads" },
});
