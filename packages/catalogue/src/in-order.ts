/**
 * Maps items in their order, some of them at a time. Where one fails the others that were begun are left to end, and their failures
 * are not reported.
 */
export async function* inOrder<Item, Value>(
  items: AsyncIterable<Item>,
  lanes: number,
  map: (item: Item) => Promise<Value>,
): AsyncIterable<{ readonly item: Item; readonly value: Value }> {
  const begun: { readonly item: Item; readonly value: Promise<Value> }[] = [];
  for await (const item of items) {
    const value = map(item);
    // Its failure is met when its turn comes, or never.
    value.catch(() => undefined);
    begun.push({ item, value });
    if (begun.length < lanes) continue;
    const next = begun.shift();
    if (next !== undefined) yield { item: next.item, value: await next.value };
  }
  for (const { item, value } of begun) yield { item, value: await value };
}
