/** The keys of a file of rule tests. Values are texts, as YAML has them; events are read elsewhere. */
import * as z from "zod";

const text = z.string({ error: "text" });

/** A single value stands for a list of one. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => typeof value === "string" ? [value] : value,
    z.array(item, { error: "a list" }),
  );
}

const expectation = z.preprocess(
  (value) => typeof value === "string" ? { rule: value } : value,
  z.strictObject({
    rule: text,
    output: text.optional(),
    priority: text.optional(),
    output_fields: z.record(z.string(), z.unknown(), { error: "a mapping of fields to values" })
      .optional(),
  }, { error: "the name of a rule, or a mapping with the key rule" }),
);

const test = z.strictObject({
  name: text,
  source: text.optional(),
  event: z.unknown().optional(),
  event_file: text.optional(),
  events: z.array(z.unknown(), { error: "a list of events" })
    .min(1, { error: "at least one event, or there is nothing to judge" }).optional(),
  expect: listOf(expectation).optional(),
  expect_not: listOf(text).optional(),
}, { error: "a mapping" }).check(({ value, issues }) => {
  const needs = (message: string) =>
    void issues.push({ code: "custom", message, input: value, path: [] });
  if (value.expect === undefined && value.expect_not === undefined) {
    needs("expect or expect_not, to say what is expected (nothing: expect: [])");
  }
  if (value.event_file !== undefined && value.events !== undefined) {
    needs("one of events and event_file; with event_file, event says what is different");
  }
});

const testFile = z.strictObject({
  rules: listOf(text).optional(),
  config: text.optional(),
  rule_matching: z.enum(["first", "all"], { error: "first or all" }).default("all"),
  source: text.default("syscall"),
  event: z.unknown().optional(),
  tests: z.array(test, { error: "a list of tests" }),
}, { error: "a mapping with the key tests" });

export type TestFileKeys = z.output<typeof testFile>;

export interface KeyIssue {
  readonly path: readonly (string | number)[];
  readonly wanted: string;
  /** There is something, and it lacks what is wanted. */
  readonly incomplete: boolean;
  /** Present when it is only keys nobody knows; then `known` are those there are. */
  readonly unknownKeys?: readonly string[];
  readonly known?: readonly string[];
}

export function checkKeys(
  plain: unknown,
): { readonly keys: TestFileKeys } | { readonly issues: readonly KeyIssue[] } {
  const result = testFile.safeParse(plain);
  if (result.success) return { keys: result.data };
  return {
    issues: result.error.issues.map((issue) => {
      const path = issue.path.filter((step) => typeof step !== "symbol");
      const incomplete = issue.code === "custom" || issue.code === "too_small";
      const found = { path, wanted: issue.message, incomplete };
      if (issue.code !== "unrecognized_keys") return found;
      return { ...found, unknownKeys: issue.keys, known: knownKeys(path) };
    }),
  };
}

/** Mappings with fixed keys are the file, a test and what it expects. */
function knownKeys(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 0) return Object.keys(testFile.shape);
  return Object.keys(path.length === 2 ? test.shape : expectation.out.shape);
}
