import { findRegionByName, MAPPINGS, type Mapping } from "@crossprobe/atlas";
import { isDataError, QueryError } from "../errors.js";
import { inStructure, type RegionLeaf, type RegionSet } from "./region-set.js";

/**
 * A set of regions from a text, for command lines and configuration; frozen.
 *
 * A structure is written by acronym, id or full name; a name that holds a sign of this grammar goes between double quotes. `,` or `|`
 * joins (union), `&` is what both have (intersection) and binds closer, `!` is everything else (complement), parentheses group.
 * `@cosmos` behind a structure asks it in another mapping than the rest. Signs and not words, as `or` and `NOT` are acronyms.
 *
 * @param mapping the mapping of structures that name none
 * @throws {@link QueryError} that names the column of what does not parse, or is no structure of the mapping
 * @example
 * parseRegionText("HPF & !(CA1, CA3)"); // the hippocampal formation without CA1 and CA3
 */
export function parseRegionText(text: string, mapping: Mapping = "allen"): RegionSet {
  try {
    const reader = new RegionReader(text, mapping);
    const set = reader.readUnion();
    reader.expectEnd();
    return set;
  } catch (error) {
    // Names are often typed with a comma: "Primary visual area, layer 5".
    const whole = isDataError(error, "query") ? findRegionByName(text) : undefined;
    if (whole === undefined) throw error;
    return inStructure(whole.id, mapping);
  }
}

/**
 * The text of a set, which {@link parseRegionText} reads back as a set of the same meaning.
 *
 * @param mapping the mapping that goes without saying
 */
export function formatRegionSet(set: RegionSet, mapping: Mapping = "allen"): string {
  if ("region" in set) return formatLeaf(set, mapping);
  if ("not" in set) return `!${enclosed(set.not, mapping)}`;
  const parts = "anyOf" in set ? set.anyOf : set.allOf;
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return formatRegionSet(only, mapping);
  // An intersection binds closer than a union: it stands in one without parentheses.
  if ("allOf" in set) return parts.map((part) => enclosed(part, mapping)).join(" & ");
  return parts.map((part) => ("allOf" in part ? formatRegionSet(part, mapping) : enclosed(part, mapping))).join(", ");
}

function formatLeaf({ region, mapping = "allen" }: RegionLeaf, unsaid: Mapping): string {
  const name = SIGNS.test(region) ? `"${region}"` : region;
  return mapping === unsaid ? name : `${name}@${mapping}`;
}

function enclosed(set: RegionSet, mapping: Mapping): string {
  if ("region" in set || "not" in set) return formatRegionSet(set, mapping);
  const [only, ...others] = "anyOf" in set ? set.anyOf : set.allOf;
  return only !== undefined && others.length === 0 ? enclosed(only, mapping) : `(${formatRegionSet(set, mapping)})`;
}

const SIGNS = /[,|&!()"@]/;
/** More open parentheses and complements than this are a mistake, and would end in the depths of the recursion. */
const DEEPEST = 64;

/** Reads the grammar: a method for each of its levels, from the loosest to the tightest. */
class RegionReader {
  readonly #text: string;
  readonly #mapping: Mapping;
  #at = 0;
  #depth = 0;

  constructor(text: string, mapping: Mapping) {
    this.#text = text;
    this.#mapping = mapping;
  }

  readUnion(): RegionSet {
    const parts = this.#readParts(",|", () => this.#readIntersection());
    return one(parts) ?? Object.freeze({ anyOf: parts });
  }

  expectEnd(): void {
    const sign = this.#peek();
    if (sign === "") return;
    const hint = sign === ")" ? 'take it away, or open one with "(" before it' : 'join structures with "," or "&"';
    this.#fail(`${JSON.stringify(sign)} has no place`, this.#at, hint);
  }

  #readIntersection(): RegionSet {
    const parts = this.#readParts("&", () => this.#readFactor());
    return one(parts) ?? Object.freeze({ allOf: parts });
  }

  #readParts(signs: string, read: () => RegionSet): readonly RegionSet[] {
    const parts = [read()];
    while (this.#accept(signs)) parts.push(read());
    return Object.freeze(parts);
  }

  #readFactor(): RegionSet {
    const start = this.#at;
    if (this.#accept("!")) return this.#nested(start, () => Object.freeze({ not: this.#readFactor() }));
    if (!this.#accept("(")) return this.#readStructure();
    return this.#nested(start, () => {
      const set = this.readUnion();
      if (!this.#accept(")")) this.#fail("a parenthesis is not closed", start, 'put ")" behind it');
      return set;
    });
  }

  #nested(start: number, read: () => RegionSet): RegionSet {
    if (++this.#depth > DEEPEST)
      this.#fail(`more than ${DEEPEST} signs lie inside each other`, start, "write a flatter set");
    const set = read();
    this.#depth--;
    return set;
  }

  #readStructure(): RegionLeaf {
    this.#peek();
    const start = this.#at;
    const name = this.#accept('"') ? this.#readQuoted(start) : this.#readBare();
    if (name === "") this.#fail("a structure is missing", start, 'write one as CA1, 382 or "Field CA1"');
    const mapping = this.#accept("@") ? this.#readMapping() : this.#mapping;
    try {
      return inStructure(name, mapping);
    } catch (error) {
      if (!isDataError(error, "query")) throw error;
      return this.#fail(error.message, start, WORDS.exec(name) === null ? error.hint : SIGNS_HINT, error);
    }
  }

  #readQuoted(start: number): string {
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) this.#fail("a quote is not closed", start, "put another one behind the name");
    const name = this.#text.slice(this.#at, end).trim();
    this.#at = end + 1;
    return name;
  }

  #readBare(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !SIGNS.test(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at).trim();
  }

  #readMapping(): Mapping {
    const start = this.#at;
    const name = this.#readBare();
    const mapping = MAPPINGS.find((one) => one === name);
    return mapping ?? this.#fail(`${JSON.stringify(name)} is no mapping`, start, `there are ${MAPPINGS.join(", ")}`);
  }

  /** The next sign or letter, blanks skipped; empty at the end. */
  #peek(): string {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #accept(signs: string): boolean {
    const next = this.#peek();
    if (next === "" || !signs.includes(next)) return false;
    this.#at++;
    return true;
  }

  #fail(what: string, at: number, hint: string | undefined, cause?: unknown): never {
    const where =
      this.#text.trim() === "" ? "in an empty text" : `at column ${at + 1} of ${JSON.stringify(this.#text)}`;
    throw new QueryError(`${what}, ${where}`, { cause, hint });
  }
}

const WORDS = /(^not|\s(or|and|not|without))\s/i;
const SIGNS_HINT = 'use signs: "," joins, "&" is what both have, "!" is everything else';

function one(parts: readonly RegionSet[]): RegionSet | undefined {
  return parts.length === 1 ? parts[0] : undefined;
}
