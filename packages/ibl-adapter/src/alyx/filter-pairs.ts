import { regionByAcronym, regions, UnknownRegionError } from "@crossprobe/atlas";
import { QueryError } from "@crossprobe/core";
import type { FilterValue } from "./filters.js";
import type { QueryPair } from "./request-url.js";

/** What stands for an open end. Source: ONE sends the first and last day that pandas knows. */
const FIRST_DAY = "1677-09-21";
const LAST_DAY = "2262-04-11";
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A longer list makes the address longer than servers take (status 414). */
const MOST_IDS = 100;
const DJANGO = "django:";

/**
 * A filter as parameters of a question.
 *
 * @throws {@link QueryError} for an unknown condition or region, an empty list, a date that is none, and Django conditions that are not pairs
 */
export function toPairs(filter: object, names: Readonly<Record<string, string>>): QueryPair[] {
  const pairs: QueryPair[] = [];
  const django: string[] = [];
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined || value === null) continue;
    if (name === "django") django.push(...[value].flat().map(String));
    else if (name === "other") pairs.push(...otherPairs(value));
    else if (name !== "id") {
      const wire = names[name];
      if (wire === undefined) throw unknownCondition(name, names);
      if (wire.startsWith(DJANGO)) django.push(`${wire.slice(DJANGO.length)},${djangoText(name, value)}`);
      else pairs.push([wire, textOf(name, value)]);
    }
  }
  if ("id" in filter && typeof filter.id === "string") django.push(`pk,${filter.id}`);
  if (django.length > 0) pairs.push(["django", checkDjango(django.join(","))]);
  return pairs;
}

function otherPairs(other: Readonly<Record<string, FilterValue>>): QueryPair[] {
  return Object.entries(other).flatMap(([name, value]) => {
    return value === undefined || value === null ? [] : [[name, textOf(name, value)] as const];
  });
}

function textOf(name: string, value: unknown): string {
  if (name === "dates") return daysOf(value).join(",");
  if (name === "date" && !(typeof value === "string" && DAY.test(value))) throw badDay(value);
  if (Array.isArray(value) && value.length === 0) throw emptyList(name);
  if (name === "atlasAcronym")
    return [value]
      .flat()
      .map((acronym) => spelling(String(acronym)))
      .join(",");
  if (typeof value === "boolean") return value ? "True" : "False";
  if (!Array.isArray(value)) return String(value);
  const items = value.map(String);
  const broken = items.find((item) => item.includes(","));
  // The service splits at commas, and knows no way to write one inside an item.
  if (broken !== undefined)
    throw new QueryError(`${name}: ${JSON.stringify(broken)} has a comma, which separates items.`, {
      hint: "Ask with a condition of `django`.",
    });
  return items.join(",");
}

function djangoText(name: string, value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) throw emptyList(name);
  if (value.length > MOST_IDS) {
    throw new QueryError(`${name}: ${value.length} ids are more than one question takes (${MOST_IDS}).`, {
      hint: `Ask in groups of ${MOST_IDS}.`,
    });
  }
  return `[${value.map((item) => `'${String(item).replaceAll("'", "")}'`).join(", ")}]`;
}

/** The first and last day of a filter, both inclusive, with days far away for open ends. @throws {@link QueryError} */
export function daysOf(value: unknown): [from: string, to: string] {
  const range = typeof value === "string" ? { from: value, to: value } : value;
  if (typeof range !== "object" || range === null) throw badDay(value);
  const { from, to }: { from?: unknown; to?: unknown } = range;
  return [checkDay(from ?? FIRST_DAY), checkDay(to ?? LAST_DAY)];
}

function checkDay(day: unknown): string {
  if (typeof day === "string" && DAY.test(day)) return day;
  throw badDay(day);
}

/** The atlas's own spelling. The service compares without case, so another case will do where it means one region only. */
function spelling(acronym: string): string {
  const otherCases = regions().filter((region) => region.acronym.toLowerCase() === acronym.toLowerCase());
  const [only] = otherCases;
  if (only !== undefined && otherCases.length === 1) return only.acronym;
  try {
    return regionByAcronym(acronym).acronym;
  } catch (cause) {
    if (!(cause instanceof UnknownRegionError)) throw cause;
    throw new QueryError(cause.message, { cause, hint: "Acronyms are those of the Allen atlas." });
  }
}

/** Conditions are `name,value` pairs; commas inside brackets do not separate. Source: the service's `DjangoFilterBackend`. */
function checkDjango(text: string): string {
  const parts = splitOutsideBrackets(text);
  const names = parts.filter((_, index) => index % 2 === 0).map((name) => name.trim());
  if (parts.length % 2 !== 0) {
    throw new QueryError(`django: ${JSON.stringify(text)} is no list of pairs of a field and a value.`, {
      hint: 'Write "qc__lt,50".',
    });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new QueryError(`django: ${JSON.stringify(twice)} is named twice.`, {
      hint: "Give each field one condition.",
    });
  return text;
}

function splitOutsideBrackets(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "(") depth++;
    if (character === "]" || character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts.push((parts.pop() ?? "") + character);
  }
  return parts;
}

function unknownCondition(name: string, names: Readonly<Record<string, string>>): QueryError {
  const known = [...Object.keys(names), "id", "django", "other"].join(", ");
  return new QueryError(`There is no condition ${JSON.stringify(name)} (there are ${known}).`, {
    hint: "A parameter of the service that is not among them goes into `other`.",
  });
}

function emptyList(name: string): QueryError {
  return new QueryError(`${name}: an empty list asks for nothing.`, {
    hint: "Leave the condition out to ask for all.",
  });
}

function badDay(value: unknown): QueryError {
  return new QueryError(`${JSON.stringify(value)} is no day.`, { hint: "Days are written yyyy-mm-dd." });
}
