/** Parser of an option that may be given again and again: every value, in the order given. */
export function collectValue(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
