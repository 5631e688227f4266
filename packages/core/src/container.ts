import { Container, type ServiceIdentifier } from "inversify";
import type { AdapterPlugin, DatasetAdapter } from "./adapter.js";
import type { StoreResolver } from "./byte-store.js";
import type { Downloader } from "./downloader.js";
import { ConfigError } from "./errors.js";

export interface HubConfig {
  readonly stores: StoreResolver;
  readonly adapters: readonly AdapterPlugin[];
  /** Fetches files, such as `createDownloader()` of `@crossprobe/storage/node`. Without it nothing can be downloaded. */
  readonly downloader?: Downloader | undefined;
}

export interface RegisteredAdapter {
  readonly plugin: AdapterPlugin;
  readonly adapter: DatasetAdapter;
}

const STORES = Symbol("StoreResolver") as ServiceIdentifier<StoreResolver>;
const ADAPTERS = Symbol("RegisteredAdapter") as ServiceIdentifier<RegisteredAdapter>;

/** What the hub needs of a container: its adapters, each made once and late, and an end. */
export interface AdapterRegistry {
  adapters(): readonly RegisteredAdapter[];
  dispose(): void;
}

/**
 * Wires one hub. A fresh container per hub: nothing is shared, so another resolver means other stores for every adapter.
 *
 * Adapters are bound unnamed and told apart by `plugin.id`, because named bindings do not show up when all are asked for.
 *
 * @throws {@link ConfigError} when two plugins have one id
 */
export function createRegistry(config: HubConfig): AdapterRegistry {
  rejectRepeatedIds(config.adapters);
  const container = new Container();
  container.bind(STORES).toConstantValue(config.stores);
  for (const plugin of config.adapters) {
    container
      .bind(ADAPTERS)
      .toResolvedValue((stores: StoreResolver) => ({ plugin, adapter: plugin.create({ stores }) }), [STORES])
      .inSingletonScope()
      .onDeactivation(({ adapter }) => adapter.dispose?.());
  }
  return {
    adapters: () => (config.adapters.length === 0 ? [] : container.getAll(ADAPTERS)),
    dispose: () => {
      if (config.adapters.length > 0) container.unbind(ADAPTERS);
    },
  };
}

function rejectRepeatedIds(adapters: readonly AdapterPlugin[]): void {
  const seen = new Set<string>();
  for (const { id } of adapters) {
    if (seen.has(id)) {
      throw new ConfigError(`two adapters are called ${id}`, {
        hint: "give each dataset one adapter with all its sources",
      });
    }
    seen.add(id);
  }
}
