import { mkdir } from "node:fs/promises";
import { codeOf } from "./safe-path.js";

const MOST_TRIES = 100;
/** Somebody else made a folder, or took one away. */
const PASSING: ReadonlySet<string | undefined> = new Set(["EEXIST", "ENOENT"]);

/** Makes a folder and those above it. Another process may take one of them away, once it is empty, while this one makes the next. */
export async function makeFolders(path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await mkdir(path, { recursive: true });
      return;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === MOST_TRIES) throw error;
      // Of a read-only file system Node says that the folder is not there, too (20 and later); asked for this one alone, it says why.
      await mkdir(pathOf(error) ?? path).catch((cause: unknown) => {
        if (!PASSING.has(codeOf(cause))) throw cause;
      });
    }
  }
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}
