/** Parser of an option that may be given again and again: every value, in the order given. */
export function collectValue(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The same with a parser of each value. */
export function collecting<Value>(
  parse: (text: string) => Value,
): (text: string, before?: readonly Value[]) => readonly Value[] {
  return (text, before = []) => [...before, parse(text)];
}
