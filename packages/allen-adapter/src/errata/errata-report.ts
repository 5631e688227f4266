import { type DatasetReport, QueryError, type ReportRow, type ReportValues } from "@crossprobe/core";
import type { ErratumFacts } from "./erratum.js";
import { isErratumId, listErrata } from "./registry.js";

const COLUMNS = [
  ["id", "name of the entry: code of its notices, key of the adapter's option errata"],
  ["title", "what is wrong"],
  ["file", "which of the release's files"],
  ["generation", "of which release of the files"],
  ["place", "column or path inside the file"],
  ["citation", "who reported or documented it"],
  ["detects", "how it is told"],
  ["action", "repair, quarantine or define"],
  ["whenOff", "what a reader gets with the entry off"],
  ["appliedBy", "hub, cache, session: the readers that mend it; empty: to be asked by its name alone"],
] as const satisfies readonly (readonly [keyof ErratumFacts, string])[];

/** The known defects of the release as a table. Reads nothing. */
export const errataReport: DatasetReport = {
  name: "errata",
  summary: "Known defects of the release's files: where they are, who reported them, what is done about them.",
  example: "--id volts-label",
  options: [{ name: "id", value: "name", description: "only this entry (repeatable)" }],
  check: (values) => void chosen(values),
  open: ({ values }) => {
    const errata = chosen(values);
    const rows = async function* (): AsyncGenerator<ReportRow, void, void> {
      for (const facts of errata) yield toRow(facts);
    };
    const off = errata.filter(({ isOnByDefault }) => !isOnByDefault).length;
    return {
      columns: [
        ...COLUMNS.map(([name, description]) => ({ name, type: "text" as const, description })),
        { name: "isOnByDefault", type: "truth" as const, description: "whether it is mended unless switched off" },
      ],
      titles: ["id", "file", "of", "done", "on"],
      rows: rows(),
      origin: "the registry of the adapter",
      counts: () => ({ errata: errata.length, off }),
      summary: () =>
        `${errata.length} known ${errata.length === 1 ? "defect" : "defects"}, ${off} of them mended only where that is asked for`,
    };
  },
};

function chosen({ id }: ReportValues): readonly ErratumFacts[] {
  const ids = Array.isArray(id) ? (id as readonly string[]) : [];
  const stranger = ids.find((name) => !isErratumId(name));
  if (stranger !== undefined) {
    throw new QueryError(`no known defect is called ${JSON.stringify(stranger)}`, {
      hint: "list them without --id",
    });
  }
  return listErrata().filter((facts) => ids.length === 0 || ids.includes(facts.id));
}

function toRow(facts: ErratumFacts): ReportRow {
  const { id, title, file, generation, place, citation, action, appliedBy, whenOff, isOnByDefault } = facts;
  return {
    values: {
      ...Object.fromEntries(COLUMNS.map(([name]) => [name, facts[name]])),
      ...{ appliedBy: appliedBy.join(", "), isOnByDefault },
    },
    heading: "",
    cells: [id, file, generation, action, isOnByDefault ? "yes" : "no"],
    note: `${title}. ${place}. ${citation}. ${appliedBy.length > 0 ? `By ${appliedBy.join(", ")}` : "By name alone"}. Off: ${whenOff}.`,
  };
}
