// Brings pnpm-lock.yaml up to date with the package.json files; installs nothing. For a new package or another dependency.
//
//   node scripts/lock.mjs
import { fileURLToPath } from "node:url";
import { cleanEnv, PNPM, runNpm } from "./npm.mjs";

const { status, error } = runNpm("npx", ["--yes", PNPM, "install", "--lockfile-only", "--no-frozen-lockfile"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: cleanEnv({ CI: "true" }), // no questions
  stdio: "inherit",
});
if (error) console.error(error.message);
process.exitCode = status ?? 1;
