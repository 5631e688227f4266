import { QueryError } from "@crossprobe/core";

/**
 * A Python regular expression as JavaScript's: named groups and references, `\A`, `\Z`, `(?i)` at the start; `\w`, `\d` and `\b`'s
 * words are those of Unicode. `.` does not match a line end, as there.
 *
 * Lookbehinds that look past what Python allows are accepted; possessive and atomic groups are refused.
 *
 * Source: https://docs.python.org/3/library/re.html
 *
 * @throws {@link QueryError} when it is no regular expression
 */
export function toRegExp(pattern: string): RegExp {
  const { body, flags } = splitFlags(pattern);
  try {
    return new RegExp(translate(body), `u${flags}`);
  } catch (cause) {
    throw new QueryError(`${JSON.stringify(pattern)} is no regular expression: ${reasonOf(cause)}`, {
      cause,
      hint: "write \\ before signs that mean themselves, or turn wildcards off",
    });
  }
}

/** A shell pattern (`*`, `?`, `[a-c]`, `[!a]`) as the body of a regular expression. Source: Python `fnmatch.translate`. */
export function globToRegex(glob: string): string {
  let out = "";
  for (let i = 0; i < glob.length; i++) {
    const sign = glob[i] as string;
    if (sign === "*") {
      if (!out.endsWith(ANYTHING)) out += ANYTHING;
    } else if (sign === "?") out += "[\\s\\S]";
    else if (sign === "[") {
      const end = classEnd(glob, i);
      if (end === -1) out += "\\[";
      else {
        out += globClass(glob.slice(i + 1, end));
        i = end;
      }
    } else out += escapeRegex(sign);
  }
  return out;
}

const ANYTHING = "[\\s\\S]*";

/** A `*` at the start of a file name does not reach into folders. */
export function keepInName(regex: string): string {
  return regex.startsWith(ANYTHING) ? `[^/]*${regex.slice(ANYTHING.length)}` : regex;
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function classEnd(glob: string, start: number): number {
  let at = start + 1;
  if (glob[at] === "!") at++;
  if (glob[at] === "]") at++;
  return glob.indexOf("]", at);
}

function globClass(inner: string): string {
  const isNot = inner.startsWith("!");
  const body = (isNot ? inner.slice(1) : inner).replace(/[\\[\]^&~|]/g, "\\$&");
  return `[${isNot ? "^" : ""}${body}]`;
}

function splitFlags(pattern: string): { body: string; flags: string } {
  const found = /^\(\?([ims]+)\)/.exec(pattern);
  if (found === null) return { body: pattern, flags: "" };
  return { body: pattern.slice(found[0].length), flags: [...new Set(found[1])].join("") };
}

const WORD = "\\p{L}\\p{N}_";
/** By the letter after the backslash: outside of a class, and inside of one. */
const CLASSES: Readonly<Record<string, readonly [string, string]>> = {
  w: [`[${WORD}]`, WORD],
  W: [`[^${WORD}]`, "\\W"],
  d: ["\\p{Nd}", "\\p{Nd}"],
  D: ["\\P{Nd}", "\\P{Nd}"],
  A: ["^(?<![\\s\\S])", "A"],
  Z: ["$(?![\\s\\S])", "Z"],
  a: ["\\x07", "\\x07"],
};

function translate(body: string): string {
  let out = "";
  let inClass = false;
  for (let i = 0; i < body.length; i++) {
    const sign = body[i] as string;
    if (sign === "\\") {
      const next = body[++i];
      if (next === undefined) throw new Error("it ends in a backslash");
      out += escaped(next, inClass);
    } else if (inClass) {
      if (sign === "]") inClass = false;
      out += sign === "[" ? "\\[" : sign;
    } else if (sign === "[") {
      inClass = true;
      out += sign;
      if (body[i + 1] === "^") out += body[++i];
      if (body[i + 1] === "]") {
        out += "\\]";
        i++;
      }
    } else if (body.startsWith("(?P<", i)) {
      out += "(?<";
      i += 3;
    } else if (body.startsWith("(?P=", i)) {
      const end = body.indexOf(")", i);
      if (end === -1) throw new Error("a reference does not end");
      out += `\\k<${body.slice(i + 4, end)}>`;
      i = end;
    } else if (sign === "{" && !/^\{\d*(,\d*)?\}/.test(body.slice(i))) out += "\\{";
    else if (sign === "}" && !/\{\d*(,\d*)?$/.test(body.slice(0, i))) out += "\\}";
    else if (sign === "]") out += "\\]";
    else out += sign;
  }
  return out;
}

function escaped(letter: string, inClass: boolean): string {
  const known = CLASSES[letter];
  if (known !== undefined) return known[inClass ? 1 : 0];
  if (/[\p{L}\p{N}]/u.test(letter)) return `\\${letter}`;
  // Signs that need no backslash in JavaScript may not have one.
  return /[\\^$.*+?()[\]{}|/]/.test(letter) || (inClass && letter === "-") ? `\\${letter}` : letter;
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/^Invalid regular expression: \/.*\/[a-z]*: /s, "");
}
