import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Mapping } from "@crossprobe/atlas";
import {
  type Availability,
  ask,
  asking,
  type Condition,
  formatRef,
  type MembershipPolicy,
  NotFoundError,
  type ProbeRef,
  parseQuestion,
  parseRegionText,
  QueryError,
  type Question,
  type RowKind,
  type SessionRef,
  type Summary,
} from "@crossprobe/core";
import { type ColumnTest, toColumnCondition } from "./condition-text.js";

/** Options that a question is made of. */
export interface QuestionOptions {
  readonly question?: string;
  readonly region?: readonly string[];
  readonly mapping?: Mapping;
  readonly hemisphere?: "left" | "right";
  readonly box?: Condition;
  readonly near?: Condition;
  readonly quality?: string;
  readonly metric?: readonly Condition[];
  readonly where?: readonly ColumnTest[];
  readonly sex?: readonly string[];
  readonly age?: Condition;
  readonly genotype?: readonly string[];
  readonly subject?: readonly string[];
  readonly lab?: readonly string[];
  readonly type?: readonly string[];
  readonly paradigm?: readonly string[];
  readonly dataset?: readonly string[];
  readonly release?: readonly string[];
  readonly has?: readonly Availability[];
  readonly session?: readonly SessionRef[];
  readonly probe?: readonly ProbeRef[];
  readonly policy?: MembershipPolicy;
  readonly groupBy?: readonly string[];
  readonly summary?: readonly Summary[];
  readonly sort?: Question["sort"];
  readonly limit?: number;
  readonly columns?: readonly string[];
}

/**
 * The question that a command line asks: that of `--question`, if there is one, with the options added to it.
 *
 * @param kind what rows are asked for; that of the file if not given
 * @throws {@link QueryError} for structures and columns that there are not
 * @throws {@link NotFoundError} for a file that cannot be read
 */
export async function questionOf(kind: RowKind | undefined, options: QuestionOptions, cwd: string): Promise<Question> {
  const from = options.question === undefined ? undefined : await readQuestion(resolve(cwd, options.question));
  const rows = kind ?? from?.kind;
  if (rows === undefined)
    throw new QueryError("nothing is asked for", { hint: "name sessions, probes, channels or units" });
  let asked = from === undefined ? ask(rows) : asking({ ...from, kind: rows });
  if (options.mapping !== undefined) asked = asked.mappedTo(options.mapping);
  asked = asked.where(...placesOf(options, asked.question.mapping), ...conditionsOf(options, rows));
  if (options.policy !== undefined) asked = asked.policy(options.policy);
  if (options.limit !== undefined) asked = asked.limit(options.limit);
  if (options.columns !== undefined) asked = asked.select(...options.columns);
  for (const { by, descending } of options.sort ?? [])
    asked = asked.sortBy(by, descending ? "descending" : "ascending");
  return asked.groupBy(...(options.groupBy ?? [])).summarise(...(options.summary ?? [])).question;
}

async function readQuestion(path: string): Promise<Question> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new NotFoundError(`no question can be read at ${path}`, { cause, hint: "check the path" });
  }
  try {
    return parseQuestion(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new QueryError(`${path} is no JSON: ${cause.message}`, {
      ...{ cause },
      hint: "crossprobe query … --print-question prints a question as a file has it",
    });
  }
}

function placesOf({ region, hemisphere, box, near }: QuestionOptions, mapping: Mapping): readonly Condition[] {
  const sets = (region ?? []).map((text) => parseRegionText(text, mapping));
  const [only, ...others] = sets;
  return [
    ...(only === undefined ? [] : [{ inRegion: others.length === 0 ? only : { anyOf: sets } }]),
    ...(hemisphere === undefined ? [] : [{ hemisphere }]),
    ...(box === undefined ? [] : [box]),
    ...(near === undefined ? [] : [near]),
  ];
}

/** Conveniences are columns by their names; several values of one are alternatives. */
function conditionsOf(options: QuestionOptions, kind: RowKind): readonly Condition[] {
  const { quality, metric = [], where = [], age, has = [] } = options;
  return [
    ...oneOf("dataset", options.dataset),
    ...oneOf("release", options.release),
    ...oneOf("session", options.session?.map(formatRef)),
    ...oneOf("probe", options.probe?.map(formatRef)),
    ...oneOf("subject", options.subject),
    ...oneOf("lab", options.lab),
    ...oneOf("sex", options.sex),
    ...(age === undefined ? [] : [age]),
    ...containing("genotype", options.genotype),
    ...oneOf("sessionType", options.type),
    ...oneOf("paradigm", options.paradigm),
    ...has.map((what) => ({ has: what })),
    ...(quality === undefined ? [] : [{ rule: quality }]),
    ...metric,
    ...where.map((test) => toColumnCondition(test, kind)),
  ];
}

function oneOf(column: string, values: readonly string[] | undefined): readonly Condition[] {
  return values === undefined ? [] : [{ column, oneOf: values }];
}

function containing(column: string, texts: readonly string[] | undefined): readonly Condition[] {
  const parts = (texts ?? []).map((contains) => ({ column, contains }));
  const [only, ...others] = parts;
  if (only === undefined) return [];
  return others.length === 0 ? [only] : [{ anyOf: parts }];
}
