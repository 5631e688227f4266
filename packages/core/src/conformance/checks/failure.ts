import { expect } from "vitest";
import type { DatasetAdapter } from "../../adapter.js";
import type { ByteStore, StoreResolver } from "../../byte-store.js";
import type { CallOptions } from "../../call-options.js";
import { StoreError } from "../../errors.js";
import type { AdapterCheck, AdapterSubject } from "../adapter-subject.js";
import { recordingStores } from "../recording-store.js";
import { collect, expectDataError, knownRef, withAdapter } from "./assert.js";

/** Unreachable is not absent, and an abort is the caller's own. */
export const failureChecks: readonly AdapterCheck[] = [
  {
    name: "failure > an unreachable store is a store error, not an absence",
    needs: [],
    run: async (subject) => {
      const adapter = subject.plugin.create({ stores: unreachable(subject.stores()) });
      try {
        const session = knownRef(subject, subject.known.session.ref, "session");
        await expectDataError(collect(adapter.sessions({})), "store", "sessions");
        await expectDataError(adapter.probes(session), "store", "probes");
      } finally {
        adapter.dispose?.();
      }
    },
  },
  {
    name: "failure > what failed once is asked again",
    needs: [],
    run: async (subject) => {
      let isDown = true;
      const adapter = subject.plugin.create({ stores: unreachable(subject.stores(), () => isDown) });
      try {
        await expectDataError(collect(adapter.sessions({})), "store", "sessions");
        isDown = false;
        expect((await collect(adapter.sessions({}))).length).toBe(subject.known.sessions);
      } finally {
        adapter.dispose?.();
      }
    },
  },
  {
    name: "abort > a call that begins aborted rejects with the caller's reason",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        for (const [what, call] of questions(subject, adapter)) {
          const reason = new Error(`stop ${what}`);
          const outcome = await call({ signal: AbortSignal.abort(reason) }).catch((error: unknown) => error);
          expect(outcome, what).toBe(reason);
        }
      }),
  },
  {
    name: "abort > during a read it rejects with the caller's reason and reaches the store",
    needs: [],
    run: async (subject) => {
      for (const name of questions(subject, null).map(([what]) => what)) {
        const controller = new AbortController();
        const reason = new Error(`stop ${name}`);
        const stores = recordingStores(stalling(subject.stores(), () => controller.abort(reason)));
        const adapter = subject.plugin.create({ stores });
        try {
          const call = questions(subject, adapter).find(([what]) => what === name)?.[1];
          const outcome = await call?.({ signal: controller.signal }).catch((error: unknown) => error);
          expect(outcome, name).toBe(reason);
          const seen = stores.calls.map(({ signal }) => signal).filter((signal) => signal !== undefined);
          expect(
            seen.some(({ aborted }) => aborted),
            `${name}: the store's signal is aborted`,
          ).toBe(true);
        } finally {
          adapter.dispose?.();
        }
      }
    },
  },
];

type Question = readonly [what: string, call: (options: CallOptions) => Promise<unknown>];

/** One call for each thing that the adapter can be asked. With null, only the names are of use. */
function questions(subject: AdapterSubject, adapter: DatasetAdapter | null): readonly Question[] {
  const session = knownRef(subject, subject.known.session.ref, "session");
  const probe = knownRef(subject, subject.known.probe.ref, "probe");
  const { capabilities } = subject.plugin;
  const ask = (call: (adapter: DatasetAdapter) => Promise<unknown>) =>
    adapter === null ? Promise.resolve() : call(adapter);
  const all: readonly (Question | null)[] = [
    ["sessions", (options) => ask((a) => collect(a.sessions({}, options)))],
    ["probes", (options) => ask((a) => a.probes(session, options))],
    capabilities.channels ? ["channels", (options) => ask((a) => a.channels(probe, options))] : null,
    capabilities.units ? ["units", (options) => ask((a) => a.units(probe, options))] : null,
    capabilities.spikes ? ["spikes", (options) => ask((a) => a.spikes(probe, options))] : null,
    capabilities.events ? ["events", (options) => ask((a) => a.events(session, {}, options))] : null,
    capabilities.movement ? ["movement", (options) => ask((a) => a.movement(session, options))] : null,
    capabilities.files ? ["files", (options) => ask((a) => collect(a.files({ refs: [session] }, options)))] : null,
    capabilities.lfp ? ["lfp", (options) => ask((a) => a.lfp(probe, options))] : null,
  ];
  return all.filter((question) => question !== null);
}

function wrap(stores: StoreResolver, layer: (store: ByteStore) => ByteStore): StoreResolver {
  return { open: (url) => layer(stores.open(url)) };
}

function unreachable(stores: StoreResolver, isDown: () => boolean = () => true): StoreResolver {
  const down = (key: string) => new StoreError(`no answer for ${key}`, { url: key, retryable: true });
  return wrap(stores, (store) => ({
    url: store.url,
    size: async (key, options) => (isDown() ? Promise.reject(down(key)) : store.size(key, options)),
    read: async (key, options) => (isDown() ? Promise.reject(down(key)) : store.read(key, options)),
    ...(store.list && {
      list: async function* (prefix: string, options?: CallOptions) {
        if (isDown()) throw down(prefix);
        if (store.list) yield* store.list(prefix, options);
      },
    }),
  }));
}

/** The first call that carries a signal never answers until that signal aborts; `onStall` is told once it hangs. */
function stalling(stores: StoreResolver, onStall: () => void): StoreResolver {
  const hang = (options?: CallOptions) =>
    new Promise<never>((_, reject) => {
      const signal = options?.signal;
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      setTimeout(onStall, 5);
    });
  return wrap(stores, (store) => ({
    url: store.url,
    size: async (_key, options) => hang(options),
    read: async (_key, options) => hang(options),
    ...(store.list && {
      // biome-ignore lint/correctness/useYield: it hangs before the first key, which is the point
      list: async function* (_prefix: string, options?: CallOptions) {
        await hang(options);
      },
    }),
  }));
}
