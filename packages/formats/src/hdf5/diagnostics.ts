/** HDF5's diagnostic stack as one readable sentence: what failed, and the reason that lies deepest. */
export function summarizeDiagnostics(lines: readonly string[]): string | undefined {
  const reasons = lines.flatMap((line) => /^\s*#\d+:.*? in \w+\(\): (.*)$/.exec(line)?.[1] ?? []);
  const [first] = reasons;
  const last = reasons.at(-1);
  if (first === undefined || last === undefined) return lines.find((line) => line.trim() !== "")?.trim();
  return first === last ? last : `${first}: ${last}`;
}
