import { describe, expect, it, vi } from "vitest";
import type { AdapterPlugin } from "./adapter.js";
import { memoryStores } from "./conformance/memory-facts.js";
import { memoryPlugin } from "./conformance/memory-plugin.js";
import { recordingStores } from "./conformance/recording-store.js";
import { createHub } from "./hub.js";
import { parseRef, ref } from "./model/ref.js";

const renamed = (plugin: AdapterPlugin, id: string): AdapterPlugin => ({ ...plugin, id });
const hubOf = (...adapters: AdapterPlugin[]) => createHub({ stores: memoryStores(), adapters });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "resolved",
    (error: { code?: string }) => error.code,
  );

describe("hub", () => {
  it("makes each adapter once, late, and reads nothing until asked", async () => {
    const stores = recordingStores(memoryStores());
    const plugin = memoryPlugin();
    const create = vi.fn(plugin.create);
    const hub = createHub({ stores, adapters: [{ ...plugin, create }] });
    expect([create.mock.calls.length, stores.calls.length]).toEqual([0, 0]);
    await hub.describe("memory");
    await hub.describe("memory");
    expect(create.mock.calls.length).toBe(1);
  });

  it("disposes of the adapters that it made, and of no other", () => {
    const dispose = vi.fn();
    const plugin = memoryPlugin();
    const disposable = {
      ...plugin,
      create: (deps: Parameters<AdapterPlugin["create"]>[0]) => Object.assign(plugin.create(deps), { dispose }),
    };
    const unused = hubOf(disposable);
    unused.dispose();
    expect(dispose).not.toHaveBeenCalled();
    const used = hubOf(disposable);
    used.datasets();
    used.dispose();
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it("says with each file where its dataset's files come from, and nowhere where its plugin does not say", async () => {
    const plugin = memoryPlugin();
    const file = {
      id: null,
      source: null,
      urls: ["https://a.example/x"],
      absent: null,
      path: "x",
      size: 1,
      digests: [],
    };
    const create = (deps: Parameters<AdapterPlugin["create"]>[0]) =>
      Object.assign(plugin.create(deps), {
        files: async function* () {
          yield file;
        },
      });
    const hostsFrom = async (fileHosts?: readonly string[]) => {
      const hub = hubOf({ ...plugin, create, fileHosts });
      const found = [];
      for await (const each of hub.files({ refs: [ref("memory", "session", 1)] })) found.push(each);
      return found;
    };
    expect(await hostsFrom(["https://a.example"])).toEqual([{ ...file, hosts: ["https://a.example"] }]);
    expect(await hostsFrom()).toEqual([{ ...file, hosts: [] }]);
  });

  it("tells a caller without types what it wants instead of a text, a session or an unknown type of event", async () => {
    const hub = hubOf(memoryPlugin());
    const sessions = [];
    for await (const session of hub.sessions()) sessions.push(session);
    const untyped = (value: unknown) => value as never;
    await expect(hub.probes(untyped("memory:session:1"))).rejects.toMatchObject({
      code: "query",
      message: '"memory:session:1" is a text, not a session reference',
      hint: "make a reference of it with parseRef",
    });
    await expect(hub.probes(untyped(sessions[0]))).rejects.toMatchObject({ code: "query", hint: "pass its ref" });
    const [session] = sessions;
    await expect(
      hub.events(session?.ref ?? ref("memory", "session", 1), { types: [untyped("stimulus")] }),
    ).rejects.toMatchObject({ code: "query", message: 'no event is of type "stimulus"' });
  });

  it("says that it has been disposed of, and may be disposed of twice", async () => {
    const hub = hubOf(memoryPlugin());
    hub.dispose();
    hub.dispose();
    expect(await codeOf(hub.probes(ref("memory", "session", "s1")))).toBe("query");
    expect(() => hub.datasets()).toThrow(/disposed of/);
  });

  it("refuses two adapters of one name", () => {
    expect(() => hubOf(memoryPlugin(), memoryPlugin())).toThrow(/two adapters are called memory/);
  });

  it("lists the sessions of every dataset, or of one, or those named", async () => {
    const hub = hubOf(memoryPlugin(), renamed(memoryPlugin(), "other"));
    const count = async (filter?: Parameters<typeof hub.sessions>[0]) => {
      let sessions = 0;
      for await (const _ of hub.sessions(filter)) sessions++;
      return sessions;
    };
    expect(await count()).toBe(4);
    expect(await count({ dataset: "memory" })).toBe(2);
    expect(await count({ refs: [ref("memory", "session", "s1")] })).toBe(1);
    expect(await count({ subject: "A-2" })).toBe(2);
    await expect(count({ dataset: "absent" })).rejects.toThrow(/no dataset "absent"/);
  });

  it("sends a reference to its dataset, and refuses another kind or dataset", async () => {
    const hub = hubOf(memoryPlugin());
    expect((await hub.channels(ref("memory", "probe", "s1/p1"))).rows.length).toBe(12);
    expect(await codeOf(hub.channels(ref("absent", "probe", "s1/p1")))).toBe("query");
    expect(await codeOf(hub.probes(parseRef("memory:probe:s1/p1") as never))).toBe("query");
  });

  it("answers for a modality that the dataset lacks without asking its adapter", async () => {
    const hub = hubOf(memoryPlugin(["lfp", "movement"]));
    expect(await codeOf(hub.lfp(ref("memory", "probe", "s1/p1")))).toBe("unsupported");
    expect(await codeOf(hub.movement(ref("memory", "session", "s1")))).toBe("unsupported");
  });

  it("finds the probe of a unit, and says when there is none", async () => {
    const plugin = memoryPlugin();
    const hub = hubOf({
      ...plugin,
      create: (deps) => {
        const adapter = plugin.create(deps);
        const probes = adapter.probes.bind(adapter);
        return Object.assign(adapter, {
          probes: async (...args: Parameters<typeof probes>) => (await probes(...args)).slice(0, 1),
        });
      },
    });
    expect(await hub.probeOf(ref("memory", "unit", "s1/p1/2"))).toEqual(ref("memory", "probe", "s1/p1"));
    expect(await codeOf(hub.probeOf(ref("memory", "unit", "s1/p1/99")))).toBe("not-found");
  });
});
