import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { QueryError, StoreError } from "@crossprobe/core";

/** Folder of a download's own notes, below the folder that files go to. */
export const NOTES_FOLDER = ".crossprobe";
/** Longest part of a path on usual file systems, bytes. */
const LONGEST_PART = 255;
/** Source: Microsoft, "Naming Files, Paths, and Namespaces". */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

/**
 * Refuses a path that could leave the folder or means something else on another system: `..`, absolute ones, drives, device names, letters that
 * Windows does not allow, names that end in a dot or a space. The same rule everywhere, so that a folder can be carried from one to another.
 *
 * @throws {@link QueryError}
 */
export function checkRelativePath(path: string): void {
  const reason = refusal(path);
  if (reason === undefined) return;
  throw new QueryError(`the path ${JSON.stringify(path)} was refused: ${reason}`, {
    hint: "files go below the folder of the download, by relative paths with `/`",
  });
}

function refusal(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.startsWith("/")) return "it is absolute";
  const parts = path.split("/");
  if (parts[0]?.toLowerCase() === NOTES_FOLDER) return `${NOTES_FOLDER} holds the notes of downloads`;
  for (const part of parts) {
    if (part === "") return "it has an empty part";
    if (part === "." || part === "..") return `it has the part \`${part}\``;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
    if (/[\u0000-\u001f\u007f<>:"|?*\\]/.test(part))
      return `${JSON.stringify(part)} has a character that is no part of names`;
    if (/[. ]$/.test(part)) return `${JSON.stringify(part)} ends in a dot or a space`;
    if (DEVICE_NAME.test(part)) return `${part} is a device on Windows`;
    if (Buffer.byteLength(part) > LONGEST_PART) return `${part.slice(0, 20)}… is longer than ${LONGEST_PART} bytes`;
  }
  return undefined;
}

/** What two paths have in common that are one file somewhere: neither case nor the composition of letters counts. */
export function pathIdentity(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/**
 * The local path of a relative one, once no folder on the way and not the file itself is a link that leads elsewhere.
 *
 * @param root an existing folder; a link itself is fine, it is the user's own choice
 * @throws {@link StoreError} when something on the way is a link, or no folder
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  checkRelativePath(path);
  let place = await realpath(root);
  const parts = path.split("/");
  for (const [i, part] of parts.entries()) {
    place = join(place, part);
    const found = await lstat(place).catch(absentIsUndefined);
    if (found === undefined) return join(place, ...parts.slice(i + 1));
    const isLast = i === parts.length - 1;
    if (found.isSymbolicLink()) throw inTheWay(place, "is a link, which could lead out of the folder");
    if (isLast ? !found.isFile() : !found.isDirectory()) throw inTheWay(place, isLast ? "is no file" : "is no folder");
  }
  return place;
}

function inTheWay(place: string, what: string): StoreError {
  return new StoreError(`${place} ${what}`, { url: place, hint: "move it away, or choose another folder" });
}

/** For `catch`: what is not there is `undefined`, everything else is thrown. */
export function absentIsUndefined(error: unknown): undefined {
  if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
  throw error;
}

/** The system's code of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
