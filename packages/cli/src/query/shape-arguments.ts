import type { Question, Summary } from "@crossprobe/core";
import { InvalidArgumentError } from "commander";

/** Parser of `--group-by`, `--columns`: names with commas between, collected over repetitions. */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Write names with commas between, such as dataset,region.");
  return [...before, ...names];
}

const STATISTICS = ["median", "mean", "min", "max"] as const;

/** Parser of `--summary`: `median(firingRate)`, `q25(firingRate)`; several with commas between, collected over repetitions. */
export function parseSummaries(text: string, before: readonly Summary[] = []): readonly Summary[] {
  return [...before, ...text.split(",").map(parseSummary)];
}

function parseSummary(text: string): Summary {
  const [, name, of] = /^\s*([a-z]+[\d.]*)\s*\(\s*([\w.@-]+)\s*\)\s*$/i.exec(text) ?? [];
  const statistic = STATISTICS.find((one) => one === name);
  if (of !== undefined && statistic !== undefined) return { of, statistic };
  const percent = /^q(\d+(?:\.\d+)?)$/.exec(name ?? "")?.[1];
  if (of !== undefined && percent !== undefined && Number(percent) <= 100) {
    return { of, statistic: { quantile: Number(percent) / 100 } };
  }
  throw new InvalidArgumentError(
    `"${text}" is no summary. Write ${STATISTICS.join(", ")} or q<percent> of a column, such as median(firingRate) or q25(firingRate).`,
  );
}

/** Parser of `--sort`: `count:desc,region`, collected over repetitions. */
export function parseSort(text: string, before: Question["sort"] = []): Question["sort"] {
  const parts = text.split(",").map((part) => {
    const [, by, direction = "asc"] = /^\s*([^:]*[^:\s])\s*(?::\s*(asc|desc)\s*)?$/.exec(part) ?? [];
    if (by === undefined) {
      throw new InvalidArgumentError(`"${part}" is no order. Write <column>, <column>:asc or <column>:desc.`);
    }
    return { by, descending: direction === "desc" };
  });
  return [...before, ...parts];
}
