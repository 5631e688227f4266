import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const candidate = fileURLToPath(new URL("../../../shared", import.meta.url));

/** Folder with the larger reference data, where this checkout has it beside itself; else those cases do not run. */
export const SHARED: string | undefined = existsSync(`${candidate}/golden`) ? candidate : undefined;
