/** Fetches, or chunks that are decoded, under way at a time: Node's thread pool has four threads. */
const LANES = 4;

/** Works on items, a few at a time. Once one has failed no other is begun, and those under way are waited for. */
export async function forEachLane<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  lanes = LANES,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    while (failure === undefined) {
      const item = items[next++];
      if (item === undefined) return;
      await work(item).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
}
