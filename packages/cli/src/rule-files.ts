import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { definitionOf } from "@crossprobe/analysis";
import { NotFoundError, type QualityRule, QueryError, qualityRuleSchema, SchemaError } from "@crossprobe/core";
import { z } from "zod";
import { KNOWN_METRICS, PUBLISHED_RULES } from "./known-definitions.js";

const fileSchema = z.union([z.array(qualityRuleSchema).min(1), qualityRuleSchema.transform((rule) => [rule])]);

/**
 * The published rules, and those of JSON files: one rule a file, or a list of them.
 *
 * @param files paths, relative to `cwd`
 * @throws {@link NotFoundError} for a file that is not there, {@link SchemaError} for one that holds no rules, {@link QueryError} for a rule
 *   over a metric without a definition, or with the id of another
 */
export async function readRules(files: readonly string[], cwd: string): Promise<readonly QualityRule[]> {
  const rules = [...PUBLISHED_RULES];
  for (const file of files) {
    for (const rule of await readRuleFile(resolve(cwd, file))) {
      for (const { metric } of rule.criteria) definitionOf(KNOWN_METRICS, metric);
      if (rules.some(({ id }) => id === rule.id)) {
        throw new QueryError(`${file} gives the rule ${rule.id}, and there is one of that id`, {
          hint: "give it an id of its own, such as <name>@<year>",
        });
      }
      rules.push(rule);
    }
  }
  return rules;
}

async function readRuleFile(path: string): Promise<readonly QualityRule[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new SchemaError(`${path} is no JSON: ${error.message}`, { cause: error, hint: RULE_HINT });
    }
    throw new NotFoundError(`no file of rules can be read at ${path}`, { cause: error, hint: "check the path" });
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const single = Array.isArray(content) ? z.array(qualityRuleSchema).min(1) : qualityRuleSchema;
  const problem = z.prettifyError(single.safeParse(content).error ?? parsed.error).replace(/\s*\n\s*/g, " ");
  throw new SchemaError(`${path} holds no rules: ${problem}`, { cause: parsed.error, hint: RULE_HINT });
}

const RULE_HINT = "crossprobe rules --json prints rules in the form that a file has";
