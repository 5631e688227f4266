import { describe, it } from "vitest";
import type { ByteStore } from "../byte-store.js";
import { ConfigError } from "../errors.js";
import { byteStoreCases, LARGE_BYTES } from "./checks/byte-store.js";

/** An implementation of {@link ByteStore}, to be held to what the contract means. */
export interface ByteStoreSubject {
  /** Names the implementation in the report. */
  readonly name: string;
  /**
   * A store that holds exactly these keys, opened anew for every check. A key `a/b` makes `a` a directory where there are
   * directories.
   */
  open(entries: ReadonlyMap<string, Uint8Array>): Promise<OpenedStore> | OpenedStore;
  /** Checks that it cannot take, each with the reason as a sentence. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[] | undefined;
}

export interface OpenedStore {
  readonly store: ByteStore;
  /** Ends what the store needs, such as a server. */
  close?(): Promise<void> | void;
}

/** One demand on every byte store. `run` rejects when the subject does not meet it. */
export interface ByteStoreCheck {
  readonly name: string;
  run(subject: ByteStoreSubject): Promise<void>;
}

/** Everything that is asked of every byte store, by name. */
export const BYTE_STORE_CHECKS: readonly ByteStoreCheck[] = Object.entries(byteStoreCases).map(([name, check]) => ({
  name,
  async run(subject) {
    const entries = sampleEntries();
    const opened = await subject.open(entries);
    try {
      await check(opened.store, entries);
    } finally {
      await opened.close?.();
    }
  },
}));

/**
 * Holds a byte store to its contract, as a vitest suite. What is left out carries its reason in the output.
 *
 * @throws {@link ConfigError} when a skip names no check or gives no reason
 * @example
 * testByteStore({ name: "memory", open: (entries) => ({ store: new MemoryStore("memory://suite/", entries) }) });
 */
export function testByteStore(subject: ByteStoreSubject): void {
  const skips = new Map((subject.skip ?? []).map(({ test, reason }) => [test, reason]));
  for (const [test, reason] of skips) {
    if (!BYTE_STORE_CHECKS.some(({ name }) => name === test)) {
      throw new ConfigError(`no check is called ${JSON.stringify(test)}`, { hint: "take a name of BYTE_STORE_CHECKS" });
    }
    if (reason.trim().length < 10) {
      throw new ConfigError(`the skip of ${JSON.stringify(test)} gives no reason`, { hint: "say why it cannot hold" });
    }
  }
  describe(`byte store ${subject.name}`, () => {
    for (const check of BYTE_STORE_CHECKS) {
      const reason = skips.get(check.name);
      if (reason === undefined) it(check.name, () => check.run(subject));
      else it.skip(`${check.name} — skipped: ${reason}`, () => undefined);
    }
  });
}

/** Keys whose spelling means something to a URL or a file system, an empty value, one larger than a socket's buffer. */
function sampleEntries(): Map<string, Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return new Map([
    ["a.bin", Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251)],
    ["empty", new Uint8Array(0)],
    ["large.bin", Uint8Array.from({ length: LARGE_BYTES }, (_, i) => (i ^ (i >> 8)) & 0xff)],
    ["dir/b.txt", text("b")],
    ["dir-sibling/b.txt", text("sibling")],
    ["dir/sub/#2024-05-06#/odd name+%25&é🧠.npy", text("odd")],
    ["dir/sub/c", text("c")],
    ["Ｚ", text("wide")],
    ["🧠", text("brain")],
  ]);
}
