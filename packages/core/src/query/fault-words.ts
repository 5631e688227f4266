import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, in plain words that follow its place: `should be a number, not "3"`. */
export function wordsOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return shouldBe(nounOf(issue.expected), value);
    case "invalid_value":
      return shouldBe(listed(issue.values.map(quoted), "or"), value);
    case "invalid_union":
      return shouldBe(
        listed(
          issue.errors.flatMap(([first]) => nounsOf(first)),
          "or",
        ),
        value,
      );
    case "unrecognized_keys": {
      const others = Object.keys(value ?? {}).filter((key) => !issue.keys.includes(key));
      const beside = others.length > 0 ? ` beside ${listed(others.map(quoted), "and")}` : "";
      return `has no place for ${listed(issue.keys.map(quoted), "and")}${beside}`;
    }
    case "too_small":
      if (issue.origin === "string" || issue.origin === "array") return "is empty";
      return shouldBe(`${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`, value);
    case "too_big":
      return shouldBe(`at most ${issue.maximum}`, value);
    default:
      return issue.message;
  }
}

function shouldBe(wanted: string, value: unknown): string {
  return value === undefined ? `is missing: it should be ${wanted}` : `should be ${wanted}, not ${wordFor(value)}`;
}

function nounsOf(issue: Issue | undefined): readonly string[] {
  if (issue?.code === "invalid_value") return issue.values.map(quoted);
  return issue?.code === "invalid_type" ? [nounOf(issue.expected)] : [];
}

function nounOf(expected: string): string {
  return NOUNS[expected] ?? expected;
}

const NOUNS: Readonly<Record<string, string | undefined>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  string: "a text",
  tuple: "a pair of numbers",
};

/** A value as it is named in a message: short, whatever it is. */
export function wordFor(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length === 0 ? "an empty object" : "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}

/** `a, b or c`. */
export function listed(texts: readonly string[], word: "and" | "or"): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} ${word} ${texts.at(-1)}`;
}

function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
