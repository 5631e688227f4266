import type { DatasetAdapter } from "./adapter.js";
import type { ByteStore } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";
import type { Download, Downloader, DownloadOptions, DownloadPlan, DownloadResult, FileVerdict } from "./downloader.js";
import { isDataError, QueryError } from "./errors.js";
import type { Notice } from "./model/provenance.js";
import type { CompanionFile, RemoteFile } from "./model/remote-file.js";

/** A planned download of a hub: the downloader's results, then what each dataset wants beside its files. */
export class HubDownload implements Download {
  readonly plan: DownloadPlan;
  readonly notices: Notice[] = [];
  readonly #downloader: Downloader;
  readonly #options: DownloadOptions;
  readonly #adapterOf: (dataset: string) => DatasetAdapter | undefined;
  #isBegun = false;

  constructor(
    downloader: Downloader,
    plan: DownloadPlan,
    options: DownloadOptions,
    adapterOf: (dataset: string) => DatasetAdapter | undefined,
  ) {
    this.plan = plan;
    this.#downloader = downloader;
    this.#options = options;
    this.#adapterOf = adapterOf;
  }

  /** A function of its own, so that it can be taken out of the object. */
  readonly results = (): AsyncIterable<DownloadResult> => this.#results();

  async examine(file: RemoteFile, options?: CallOptions): Promise<FileVerdict> {
    const adapter = file.source === null ? undefined : this.#adapterOf(file.source.dataset);
    if (adapter?.examine === undefined) return { file, verdict: "unexamined", error: null };
    try {
      await adapter.examine(this.#downloader.open(this.plan.to), file, options);
      return { file, verdict: "readable", error: null };
    } catch (error) {
      const isVerdict = ["format", "schema", "unsupported"].some((code) => isDataError(error) && error.code === code);
      if (!isVerdict || !isDataError(error)) throw error;
      return { file, verdict: "unreadable", error };
    }
  }

  async *#results(): AsyncIterable<DownloadResult> {
    if (this.#isBegun) throw new QueryError("this download was begun before", { hint: "plan another one" });
    this.#isBegun = true;
    const there: RemoteFile[] = [];
    for await (const result of this.#downloader.run(this.plan, this.#options)) {
      if (result.status === "fetched" || result.status === "present") there.push(result.file);
      yield result;
    }
    if (there.length > 0) await this.#publishCompanions(there);
  }

  async #publishCompanions(there: readonly RemoteFile[]): Promise<void> {
    const datasets = [...new Set(there.flatMap(({ source }) => (source === null ? [] : [source.dataset])))];
    const { signal } = this.#options;
    for (const dataset of datasets) {
      const adapter = this.#adapterOf(dataset);
      if (adapter?.companions === undefined) continue;
      const files = there.filter(({ source }) => source?.dataset === dataset);
      const make = async (folder: ByteStore): Promise<readonly CompanionFile[]> => {
        const made = await adapter.companions?.(folder, files, { signal });
        this.notices.push(...(made?.notices ?? []));
        return made?.files ?? [];
      };
      await this.#downloader.publish(this.plan.to, make, { signal });
    }
  }
}
