// Every check of the repository, one after the other; the last line is `N passed, N failed`.
//
//   node scripts/check.mjs
//
// Counts each test, and each other check as one. Expects a checkout that scripts/bootstrap.mjs made ready.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const total = { passed: 0, failed: 0, skipped: 0 };

single("Lint and format", "@biomejs/biome/bin/biome", ["check", "--diagnostic-level=warn", "."]);
single("Types, tests included", "typescript/bin/tsc", ["-p", "tsconfig.check.json"]);
const faults = { all: 0, shown: 0, stated: 0 };
const golden = tests();

console.log(
  golden.ran > 0
    ? `Larger golden cases in ../shared: ${golden.ran} ran, ${golden.failed} of them failed.`
    : `Larger golden cases: none ran${golden.skipped > 0 ? ` (${golden.skipped} skipped)` : ""}, ../shared is not here.`,
);
console.log(`Faults: ${faults.shown} of ${faults.all} shown, ${faults.stated} stated as not provocable here.`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

function run(program, args) {
  const result = spawnSync(process.execPath, [join(ROOT, "node_modules", program), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.error) console.error(result.error.message);
  return result.status === 0;
}

function single(title, program, args) {
  console.log(`\n${title}`);
  if (run(program, args)) total.passed++;
  else {
    total.failed++;
    console.log(`${title}: failed`);
  }
}

/** Runs vitest with a report beside its output, counts what it says, and answers with the golden part. */
function tests() {
  console.log("\nTests");
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-check-"));
  try {
    const report = join(folder, "report.json");
    const succeeded = run("vitest/vitest.mjs", [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    return count(readReport(report), succeeded);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { testResults: [] }; // vitest ended before it wrote one
  }
}

/** The titles above a test of larger files say that it needs them. */
function needsShared({ ancestorTitles }) {
  return ancestorTitles.some((title) => title.includes("../shared"));
}

/** The list of faults has a test for each: see test/faults/fault-list.ts. */
function countFaults(results) {
  for (const { title, status } of results.filter(({ title }) => title.startsWith("fault: "))) {
    faults.all++;
    if (status !== "passed") continue;
    if (title.includes("(not provocable here: ")) faults.stated++;
    else faults.shown++;
  }
}

function count(report, succeeded) {
  const golden = { ran: 0, failed: 0, skipped: 0 };
  let failed = 0;
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map((test) => test.status);
    if (file.name.endsWith("fault-list.test.ts")) countFaults(file.assertionResults);
    const failures = statuses.filter((status) => status === "failed").length;
    const passes = statuses.filter((status) => status === "passed").length;
    // A file that cannot be loaded, or whose hooks fail, has no failed test of its own.
    failed += failures > 0 || file.status !== "failed" ? failures : 1;
    total.passed += passes;
    total.skipped += statuses.length - passes - failures;
    for (const { status } of file.assertionResults.filter(needsShared)) {
      if (status === "passed" || status === "failed") golden.ran++;
      else golden.skipped++;
      if (status === "failed") golden.failed++;
    }
  }
  // Errors outside any test, or no report at all.
  if (!succeeded && failed === 0) failed = 1;
  if (succeeded && report.testResults.length === 0) failed = 1;
  total.failed += failed;
  return golden;
}
