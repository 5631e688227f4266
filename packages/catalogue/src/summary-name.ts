import type { Summary } from "@crossprobe/core";

/** `median(firingRate)`, `q25(firingRate)`. */
export function summaryName({ of, statistic }: Summary): string {
  return typeof statistic === "string" ? `${statistic}(${of})` : `q${+(statistic.quantile * 100).toFixed(4)}(${of})`;
}
