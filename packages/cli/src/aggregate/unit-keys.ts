import { formatRef, type Notice, type Unit } from "@crossprobe/core";

/** HDF5 names hold at most this many bytes here. */
const LONGEST = 255;

/**
 * Keys of units across probes, each once: the UUID of the unit where it has one that no unit before it had, else its reference, `/`
 * written as `%2F`.
 *
 * What has no key of its own is counted: units without a UUID, and UUIDs that come again.
 */
export class UnitKeys {
  readonly #taken = new Set<string>();
  #withoutUuid = 0;
  #repeated = 0;
  #firstRepeated = "";

  keyOf({ uuid, ref }: Pick<Unit, "uuid" | "ref">): string {
    const isUsable = uuid !== null && isName(uuid);
    if (isUsable && !this.#taken.has(uuid)) return this.#take(uuid);
    if (isUsable) {
      this.#repeated++;
      this.#firstRepeated ||= uuid;
    } else this.#withoutUuid++;
    return this.#take(formatRef(ref).replaceAll("%", "%25").replaceAll("/", "%2F"));
  }

  get counts(): { readonly withoutUuid: number; readonly repeatedUuids: number } {
    return { withoutUuid: this.#withoutUuid, repeatedUuids: this.#repeated };
  }

  get notices(): readonly Notice[] {
    const where = "units";
    const without = "units have no UUID: their key is their reference, / written as %2F";
    const repeated = `units have the UUID of another, such as ${this.#firstRepeated}: the first keeps it, the others' key is their reference`;
    return [
      { code: "units-without-uuid", message: without, count: this.#withoutUuid, where },
      { code: "repeated-uuids", message: repeated, count: this.#repeated, where },
    ].filter(({ count }) => count > 0);
  }

  #take(key: string): string {
    this.#taken.add(key);
    return key;
  }
}

/** Whether a text can be the name of a group: psyfun and others take it as a path. */
function isName(text: string): boolean {
  return text !== "" && text !== "." && !/[/\0]/u.test(text) && Buffer.byteLength(text) <= LONGEST;
}
