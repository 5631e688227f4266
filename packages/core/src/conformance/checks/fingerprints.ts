import { expect } from "vitest";
import type { DatasetAdapter, ProbeFingerprint } from "../../adapter.js";
import type { ByteStore, StoreResolver } from "../../byte-store.js";
import type { CallOptions } from "../../call-options.js";
import { formatRef } from "../../model/ref.js";
import type { AdapterCheck, AdapterSubject } from "../adapter-subject.js";
import { type RecordedCall, recordingStores } from "../recording-store.js";
import { collect, knownRef, withAdapter } from "./assert.js";

/** What tells readings of a probe's tables apart. An adapter without `fingerprints` passes: its tables are read again each time. */
export const fingerprintChecks: readonly AdapterCheck[] = [
  {
    name: "fingerprints > one for each probe, the same when asked again, without a look into signals",
    needs: [],
    run: async (subject) => {
      const [first, calls] = await ask(subject);
      if (first === undefined) return;
      expect((await ask(subject))[0], "asked again").toEqual(first);
      for (const [name, fingerprint] of first) if (fingerprint === "") expect.fail(`${name}: "" is no fingerprint`);
      expect([...first.keys()].sort(), "probes with a fingerprint").toEqual(await probeNames(subject));
      const signals = calls.filter(({ key, bytes }) => bytes > 0 && subject.signalKeys.test(key));
      expect(signals.map(({ key }) => key)).toEqual([]);
    },
  },
  {
    name: "fingerprints > are other ones when a table of the probe is written again",
    needs: ["channels", "units"],
    run: async (subject) => {
      const [before, calls] = await ask(subject);
      const name = subject.known.probe.ref;
      // Without a fingerprint the tables are read again anyway.
      if (typeof before?.get(name) !== "string") return;
      const opened = new Set(calls.filter(({ bytes }) => bytes > 0).map(nameOf));
      const files = (await tableFiles(subject)).filter((file) => !opened.has(file));
      for (const file of files) {
        const [after] = await ask(subject, rewritten(subject.stores(), file));
        expect(after?.get(name), `${name} after ${file} was written again`).not.toBe(before.get(name));
      }
    },
  },
  {
    name: "fingerprints > an abort rejects with the caller's reason",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        if (adapter.fingerprints === undefined) return;
        const reason = new Error("stop");
        const asked = collect(adapter.fingerprints({ signal: AbortSignal.abort(reason) }));
        expect(await asked.catch((error: unknown) => error)).toBe(reason);
      }),
  },
];

type Fingerprints = ReadonlyMap<string, string | null>;

/** Fingerprints by written reference, as a fresh adapter gives them, and what it asked its stores. */
async function ask(
  subject: AdapterSubject,
  stores: StoreResolver = subject.stores(),
): Promise<readonly [Fingerprints | undefined, readonly RecordedCall[]]> {
  const recorded = recordingStores(stores);
  return withStores(subject, recorded, async (adapter) => {
    if (adapter.fingerprints === undefined) return [undefined, []];
    const rows: ProbeFingerprint[] = await collect(adapter.fingerprints());
    const found = new Map(rows.map(({ probe, fingerprint }) => [formatRef(probe), fingerprint]));
    expect(found.size, "probes with one fingerprint each").toBe(rows.length);
    return [found, recorded.calls];
  });
}

async function withStores<Value>(
  { plugin }: AdapterSubject,
  stores: StoreResolver,
  body: (adapter: DatasetAdapter) => Promise<Value>,
): Promise<Value> {
  const adapter = plugin.create({ stores });
  try {
    return await body(adapter);
  } finally {
    adapter.dispose?.();
  }
}

async function probeNames(subject: AdapterSubject): Promise<string[]> {
  return withAdapter(subject, async (adapter) => {
    const names: string[] = [];
    for await (const { ref } of adapter.sessions({})) {
      for (const probe of await adapter.probes(ref)) names.push(formatRef(probe.ref));
    }
    return names.sort();
  });
}

const nameOf = ({ store, key }: Pick<RecordedCall, "store" | "key">) => store + key;

/** Files that the tables of the known probe are read from. */
async function tableFiles(subject: AdapterSubject): Promise<readonly string[]> {
  const stores = recordingStores(subject.stores());
  return withStores(subject, stores, async (adapter) => {
    const probe = knownRef(subject, subject.known.probe.ref, "probe");
    await adapter.channels(probe);
    await adapter.units(probe);
    return [...new Set(stores.calls.filter(({ bytes }) => bytes > 0).map(nameOf))];
  });
}

/** The stores after a file was written again with other bytes of the same length: as far as a store can tell. */
function rewritten(stores: StoreResolver, file: string): StoreResolver {
  return {
    open: (url) => {
      const store = stores.open(url);
      const isIt = (key: string) => store.url + key === file;
      const stat = store.stat?.bind(store);
      const modified = store.modified?.bind(store);
      const list = store.list?.bind(store);
      const changed: ByteStore = {
        url: store.url,
        size: (key, options) => store.size(key, options),
        read: (key, options) => store.read(key, options),
        ...(list && { list }),
        ...(stat && {
          stat: async (key: string, options?: CallOptions) => {
            const state = await stat(key, options);
            return state?.validator !== undefined && isIt(key) ? { ...state, validator: '"written-again"' } : state;
          },
        }),
        ...(modified && {
          modified: async (key: string, options?: CallOptions) => {
            const time = await modified(key, options);
            return time !== undefined && isIt(key) ? "written again" : time;
          },
        }),
      };
      return changed;
    },
  };
}
