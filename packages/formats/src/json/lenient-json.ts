/** Where a text stops being JSON. */
export class JsonSyntaxError extends Error {
  /** Index into the text. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Deeper than any metadata, shallow enough for the call stack. */
const MAX_DEPTH = 1000;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Finds the end only; whether escapes and characters are allowed is left to the strict parser. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** JSON (RFC 8259) with bare `NaN`, `Infinity` and `-Infinity` where a value may stand. @throws JsonSyntaxError */
export function parseLenientJson(text: string): unknown {
  const parser = new LenientParser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class LenientParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw this.#error(`nested deeper than the limit of ${MAX_DEPTH}`);
    this.#match(SPACE);
    const next = this.#text[this.#position];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, meaning] of WORDS) {
      if (!this.#text.startsWith(word, this.#position)) continue;
      this.#position += word.length;
      return meaning;
    }
    const number = this.#match(NUMBER);
    if (number !== undefined) return Number(number);
    throw this.#error(next === undefined ? "it ends where a value is expected" : `unexpected ${JSON.stringify(next)}`);
  }

  end(): void {
    this.#match(SPACE);
    if (this.#position < this.#text.length) throw this.#error("there is more after the value");
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#position++;
    if (this.#takes("}")) return object;
    do {
      this.#match(SPACE);
      const key = this.#string();
      if (!this.#takes(":")) throw this.#error("a colon is missing");
      // Defined, not assigned: a key may be called __proto__.
      const value = this.value(depth + 1);
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    } while (this.#takes(","));
    if (!this.#takes("}")) throw this.#error("a comma or } is missing");
    return object;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#position++;
    if (this.#takes("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.#takes(","));
    if (!this.#takes("]")) throw this.#error("a comma or ] is missing");
    return items;
  }

  #string(): string {
    const start = this.#position;
    const text = this.#match(STRING);
    if (text === undefined) throw this.#error("a text is missing or does not end");
    try {
      return JSON.parse(text) as string;
    } catch {
      throw new JsonSyntaxError("a text has a character or escape that is not allowed", start);
    }
  }

  #takes(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #error(message: string): JsonSyntaxError {
    return new JsonSyntaxError(message, this.#position);
  }
}
