/** Every public async function takes this last and passes it on as it is. */
export interface CallOptions {
  /** Aborts the work. The returned promise rejects with the signal's own `reason`, never wrapped. */
  readonly signal?: AbortSignal | undefined;
}
