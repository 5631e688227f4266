/** A value of the Python literals that npy headers use. Tuples and lists are arrays; a dict is a map. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<string, PythonValue>;

export type ParsedLiteral = { readonly value: PythonValue } | { readonly reason: string; readonly position: number };

const MAX_DEPTH = 32;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"' };

class LiteralError {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Parses one literal that fills the text, apart from white space around it. Never evaluates anything. */
export function parsePythonLiteral(text: string): ParsedLiteral {
  const scanner = new Scanner(text);
  try {
    const value = scanner.value(0);
    scanner.skipSpace();
    if (scanner.position < text.length) return { reason: "there is more after it", position: scanner.position };
    return { value };
  } catch (error) {
    if (error instanceof LiteralError) return { reason: error.reason, position: scanner.position };
    throw error;
  }
}

class Scanner {
  readonly #text: string;
  position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skipSpace(): void {
    while (/\s/.test(this.#text.charAt(this.position))) this.position++;
  }

  value(depth: number): PythonValue {
    if (depth > MAX_DEPTH) throw new LiteralError("it is nested too deeply");
    this.skipSpace();
    const next = this.#text.charAt(this.position);
    if (next === "{") return this.#dict(depth);
    if (next === "(") return this.#sequence(")", depth);
    if (next === "[") return this.#sequence("]", depth);
    if (next === "'" || next === '"') return this.#string(next);
    return this.#word();
  }

  #dict(depth: number): Map<string, PythonValue> {
    const entries = new Map<string, PythonValue>();
    this.position++;
    while (!this.#takes("}")) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new LiteralError("a key is no string");
      if (!this.#takes(":")) throw new LiteralError("a colon is missing");
      entries.set(key, this.value(depth + 1));
      this.#separator("}");
    }
    return entries;
  }

  #sequence(end: string, depth: number): PythonValue[] {
    const items: PythonValue[] = [];
    this.position++;
    while (!this.#takes(end)) {
      items.push(this.value(depth + 1));
      this.#separator(end);
    }
    return items;
  }

  #string(quote: string): string {
    let value = "";
    for (let i = this.position + 1; i < this.#text.length; i++) {
      const next = this.#text.charAt(i);
      if (next === quote) {
        this.position = i + 1;
        return value;
      }
      value += next === "\\" ? this.#escape(++i) : next;
    }
    throw new LiteralError("a string does not end");
  }

  #escape(at: number): string {
    const meaning = ESCAPES[this.#text.charAt(at)];
    if (meaning === undefined) throw new LiteralError("an escape in a string is not known");
    return meaning;
  }

  #word(): PythonValue {
    // Python 2 wrote long integers with an L.
    const match = /^(?:(-?\d+)L?|True|False|None)(?![\w.])/.exec(this.#text.slice(this.position, this.position + 40));
    if (match === null) throw new LiteralError("a value is neither text, number, True, False nor None");
    this.position += match[0].length;
    if (match[1] !== undefined) return Number(match[1]);
    return match[0] === "None" ? null : match[0] === "True";
  }

  #separator(end: string): void {
    if (this.#takes(",")) return;
    this.skipSpace();
    if (this.#text.charAt(this.position) !== end) throw new LiteralError("a comma is missing");
  }

  #takes(character: string): boolean {
    this.skipSpace();
    if (this.#text.charAt(this.position) !== character) return false;
    this.position++;
    return true;
  }
}
