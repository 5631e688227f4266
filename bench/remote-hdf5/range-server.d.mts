export interface RangeServer {
  readonly url: string;
  readonly counts: {
    readonly requests: number;
    readonly bytes: number;
    readonly ranges: readonly (readonly [number, number])[];
  };
  reset(): void;
  close(): Promise<void>;
}
export function startRangeServer(folder: string, options?: { readonly latencyMs?: number }): Promise<RangeServer>;
