import { type ByteStore, type CallOptions, NotFoundError } from "@crossprobe/core";
import { openHdf5 } from "@crossprobe/formats/hdf5";
import { openNwb } from "@crossprobe/nwb";
import { type ErrataChoice, ErrataSettings } from "../errata/errata-choice.js";
import { SESSION_CACHE_BYTES, SessionFile } from "../session-file.js";
import { AllenSession, type SessionSettings } from "./allen-session.js";
import { checkUnitFilters } from "./unit-filters.js";

export interface OpenSessionOptions extends SessionSettings, CallOptions {
  /** Known defects to mend or to leave, by id; as the registry has them unless given. */
  readonly errata?: ErrataChoice | undefined;
}

/**
 * Opens a session file of Visual Coding – Neuropixels, of 2020 or 2019. Reads its header, no table; needs no cache.
 *
 * Without `channels` (the table `channels.csv` of the release) labels are those of the file. Its coordinates are then the file's too, which are
 * wrong in most released files and absent where that shows.
 *
 * @throws {@link ConfigError} for a known defect that there is not; {@link QueryError} for a filter that there is not
 * @throws {@link NotFoundError} when the store has no such file
 * @throws {@link FormatError} when it is truncated, or no NWB file; {@link UnsupportedError} for NWB 1
 * @example
 * const session = await openSessionFile(store, "session_900000001.nwb");
 * const units = await session.units();
 * const [first] = units.columns.get("id");
 * const times = await session.spikeTimes(first); // seconds
 * await session.close();
 */
export async function openSessionFile(
  store: ByteStore,
  key: string,
  options: OpenSessionOptions = {},
): Promise<AllenSession> {
  const { signal, errata, ...settings } = options;
  const chosen = new ErrataSettings(errata);
  checkUnitFilters(settings.filters ?? {});
  const file = await openHdf5(store, key, { cacheBytes: SESSION_CACHE_BYTES, signal });
  if (!file) {
    throw new NotFoundError(`There is no session file ${key} in ${store.url}.`, {
      hint: "Look at the name, or download it.",
    });
  }
  try {
    return new AllenSession(new SessionFile({ file, nwb: await openNwb(file, { signal }) }, chosen), settings);
  } catch (error) {
    await file.close();
    throw error;
  }
}
