/** Pieces of Thrift's compact protocol, by hand, so that they can say what no writer would. */
export const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

export type Field = readonly [id: number, type: number, value: readonly number[]];

export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** Zigzag of what is not negative. */
export const int = (value: number): number[] => varint(value * 2);

export function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...varint(bytes.length), ...bytes];
}

export function list(type: number, items: readonly (readonly number[])[], claimed = items.length): number[] {
  return [(15 << 4) | type, ...varint(claimed), ...items.flat()];
}

export function struct(...fields: readonly Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, value]) => {
    const head = ((id - last) << 4) | type;
    last = id;
    return [head, ...value];
  });
  return [...bytes, 0];
}
