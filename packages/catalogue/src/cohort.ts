import { ONTOLOGY } from "@crossprobe/atlas";
import {
  type CallOptions,
  checkedData,
  deepFreeze,
  FormatError,
  isDataError,
  type QualityRule,
  QueryError,
  type Question,
  questionSchema,
} from "@crossprobe/core";
import { z } from "zod";
import { byCodeUnits, canonicalJson, sha256Of } from "./canonical-json.js";
import type { Catalogue } from "./catalogue.js";
import { checkQuestion } from "./check-question.js";
import { type CohortRow, countRows, rowsOfTree, selectedRows, sessionRowsSchema } from "./cohort-rows.js";
import { cohortRuleSchema, rulesUsed } from "./cohort-rules.js";
import type { DatasetTables } from "./dataset-tables.js";
import { selectRows } from "./select.js";

/** What the files of this version are called; another version is refused. */
const FORMAT = "crossprobe-cohort";
const VERSION = 1;

const count = z.int().min(0);
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "should be 64 hexadecimal digits");

const cohortDatasetSchema = z
  .strictObject({
    id: z.string().min(1),
    release: z.string().nullable(),
    adapterVersion: z.string(),
    /** Rules that the question names, for the units of this dataset. */
    rules: z.array(cohortRuleSchema).readonly(),
    /** As {@link Coverage}, on one level. */
    coverage: z
      .strictObject({
        ...{ in: count, out: count, indeterminate: count, unregistered: count },
        ...{ excluded: count, unmeasured: count },
      })
      .readonly(),
    rowCount: count,
    /** Rows that are in. */
    rows: z.array(sessionRowsSchema).readonly(),
    /** Rows whose label is coarser than the question: under the policy `possible` alone. */
    possible: z.array(sessionRowsSchema).readonly(),
  })
  .readonly();
export type CohortDataset = z.infer<typeof cohortDatasetSchema>;

const cohortSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    question: questionSchema,
    ontology: z.strictObject({ name: z.string(), version: z.string(), sha256: sha256Schema }).readonly(),
    rowCount: count,
    datasets: z.array(cohortDatasetSchema).readonly(),
    sha256: sha256Schema,
  })
  .readonly();

/**
 * The rows that answer a question at one time, with everything that they depend on: question, releases, versions of adapters, rules,
 * ontology and counts. Plain data; the same catalogue and question give the same text on every machine and day.
 */
export type Cohort = z.infer<typeof cohortSchema>;

export interface CohortOptions extends CallOptions {
  /** Rules beside those that the datasets publish, such as a user's own. Those that the question names are kept with the cohort. */
  readonly rules?: readonly QualityRule[] | undefined;
}

/**
 * Fixes the rows that answer a question.
 *
 * @param question a question for rows: groups, order and limits are about showing them, and a cohort has all of them
 * @throws {@link QueryError} for questions with these, and for what the catalogue cannot answer
 * @example
 * const cohort = await createCohort(catalogue, ask("units").inRegion("CA1").passing().question);
 * await writeFile("ca1.cohort.json", formatCohort(cohort));
 */
export async function createCohort(
  catalogue: Catalogue,
  question: Question,
  options: CohortOptions = {},
): Promise<Cohort> {
  requireRows(question);
  const tables = catalogue.tables();
  if (tables.length === 0) throw new QueryError("the catalogue is empty", { hint: "build it from some sources" });
  checkQuestion(question, tables, options.rules ?? []);
  const datasets: CohortDataset[] = [];
  for (const each of tables) datasets.push(await datasetOf(each, question, options));
  datasets.sort((a, b) => byCodeUnits(a.id, b.id));
  const { name, version, sha256 } = ONTOLOGY;
  const content = {
    ...{ format: FORMAT, version: VERSION, question, ontology: { name, version, sha256 }, datasets },
    rowCount: datasets.reduce((sum, { rowCount }) => sum + rowCount, 0),
  } satisfies Omit<Cohort, "sha256">;
  return deepFreeze({ ...content, sha256: await sha256Of(canonicalJson(content)) });
}

function requireRows({ groupBy, summaries, sort, limit, columns }: Question): void {
  const shapes = { groupBy, summaries, sort, columns: columns ?? [], limit: limit === null ? [] : [limit] };
  const [stray] = Object.entries(shapes).find(([, parts]) => parts.length > 0) ?? [];
  if (stray === undefined) return;
  throw new QueryError(`a cohort is every row that answers its question, and this one has ${stray}`, {
    hint: "leave out groupBy, summaries, sort, limit and columns",
  });
}

async function datasetOf(tables: DatasetTables, question: Question, options: CohortOptions): Promise<CohortDataset> {
  const { entry } = tables;
  const { kind } = question;
  const selection = await selectRows(question, tables, options);
  const { counts, excluded, unmeasured, rowCount } = selection;
  return {
    ...{ id: entry.id, release: entry.release, adapterVersion: entry.adapterVersion },
    rules: await rulesUsed(question.where, entry, options.rules ?? []),
    coverage: { ...counts, excluded, unmeasured },
    rowCount,
    ...(await selectedRows(tables, kind, selection, options)),
  };
}

/** The cohort as the text of its file: canonical JSON. */
export function formatCohort(cohort: Cohort): string {
  return canonicalJson(cohort);
}

/**
 * A cohort from the text of its file, frozen. Its question may name structures of another ontology: they are looked up when it is asked
 * again. White space and the order of keys may have changed on the way, nothing else.
 *
 * @throws {@link FormatError} naming the place of what is wrong, such as `datasets[0].release`, or that something was changed by hand
 */
export async function parseCohort(text: string, url?: string): Promise<Cohort> {
  const fault = (message: string, cause?: unknown) =>
    new FormatError(message, { format: "cohort", url, cause, hint: "save the cohort again" });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw fault("the cohort is no JSON", cause);
  }
  let cohort: Cohort;
  try {
    cohort = checkedData(cohortSchema, data, "cohort");
  } catch (error) {
    if (!isDataError(error, "query")) throw error;
    throw fault(`the file is no cohort that can be read: ${error.message}`, error);
  }
  requireCounts(cohort, fault);
  const { sha256, ...content } = cohort;
  if ((await sha256Of(canonicalJson(content))) !== sha256) {
    throw fault("the cohort is not what was saved: its content does not have the SHA-256 that it states");
  }
  return deepFreeze(cohort);
}

function requireCounts({ datasets, rowCount, question }: Cohort, fault: (message: string) => FormatError): void {
  for (const { id, rows, possible, rowCount: stated } of datasets) {
    const listed = countRows(rows, question.kind) + countRows(possible, question.kind);
    if (listed !== stated) throw fault(`the cohort states ${stated} rows of ${id} and lists ${listed}`);
  }
  const sum = datasets.reduce((total, dataset) => total + dataset.rowCount, 0);
  if (sum !== rowCount) throw fault(`the cohort states ${rowCount} rows and lists ${sum}`);
}

/** The rows of a cohort one after the other: by dataset, session, probe and id. */
export function* cohortRows(cohort: Cohort): Iterable<CohortRow> {
  const { kind } = cohort.question;
  for (const { id: dataset, rows, possible } of cohort.datasets) {
    yield* rowsOfTree(rows, { dataset, kind, membership: "in" });
    yield* rowsOfTree(possible, { dataset, kind, membership: "indeterminate" });
  }
}
