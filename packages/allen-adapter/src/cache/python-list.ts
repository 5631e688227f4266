const ITEM = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(nan|None))\s*(,|$)/y;

/** The texts of a Python list literal, null for `nan` and `None`; `undefined` for anything else. */
export function parsePythonList(text: string): readonly (string | null)[] | undefined {
  const body = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  if (body === undefined) return undefined;
  const items: (string | null)[] = [];
  for (let at = 0; body.trim() !== "" && at < body.length; at = ITEM.lastIndex) {
    ITEM.lastIndex = at;
    const match = ITEM.exec(body);
    if (!match) return undefined;
    const [, single, double] = match;
    items.push((single ?? double)?.replace(/\\(.)/g, "$1") ?? null);
  }
  return items;
}
