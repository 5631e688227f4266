// Running npm's own programs without a shell, the same way on every platform.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The package manager of this workspace, run with `npx` so that nothing is installed globally. */
export const PNPM = "pnpm@12.21.0";

/**
 * The environment without what an enclosing `npm run` adds to it. Settings of that run (workspace, prefix, omit, production)
 * are not meant for the programs started here; how to reach the registry is.
 */
export function cleanEnv(extra = {}) {
  const reach = /^npm_config_(registry|userconfig|globalconfig|cache|(https?_?)?proxy|noproxy|cafile|ca|strict_ssl)$/i;
  const noise = /^(npm_|pnpm_|NODE_ENV$|INIT_CWD$)/i;
  const kept = Object.entries(process.env).filter(([name]) => reach.test(name) || !noise.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/** Runs `npm` or `npx` with arguments, and answers as `spawnSync` does. */
export function runNpm(program, args, options) {
  const script = findScript(`${program}-cli.js`);
  const settings = { env: cleanEnv(), ...options };
  if (script) return spawnSync(process.execPath, [script, ...args], settings);
  // Only arguments that need no quoting are ever passed here; a .cmd file cannot be started without a shell.
  return spawnSync(program, args, { ...settings, shell: process.platform === "win32" });
}

function findScript(name) {
  const runningNpm = process.env.npm_execpath ?? "";
  const home = dirname(process.execPath);
  const folders = [
    ...(basename(runningNpm) === "npm-cli.js" ? [dirname(runningNpm)] : []),
    join(home, "node_modules", "npm", "bin"),
    join(home, "..", "lib", "node_modules", "npm", "bin"),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
