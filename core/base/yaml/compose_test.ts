import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { runSteps } from "../steps.ts";
import { SourceText } from "../text.ts";
import { compose } from "./compose.ts";
import { YAML_LIMITS } from "./limits.ts";

/** Errors of the package in all documents. */
function composed(text: string): { errors: number; first: string } {
  const report = new Report();
  const steps = compose(new SourceText("f.yaml", text), text, report, YAML_LIMITS);
  const errors = runSteps(steps).flatMap((document) => document.errors);
  assertEquals(report.diagnostics, []);
  return { errors: errors.length, first: errors[0]?.message ?? "" };
}

Deno.test("compose() keeps so many errors of a document, and the first of them", () => {
  const few = composed(`{${",".repeat(100)}}`);
  assertEquals(few.errors, 100);
  const many = composed(`{${",".repeat(100_000)}}`);
  assertEquals(many.errors, 10_000);
  assertEquals(many.first, few.first);
  const quotes = composed("a: 'x\nb: 'y\n".repeat(15_000));
  assert(quotes.errors <= 10_001, `${quotes.errors}`);
});

Deno.test("compose() passes over most of what stands behind the end of a document", () => {
  const piece = "- rule: a\n\tb: c\n";
  const few = composed(piece.repeat(100));
  assert(few.errors > 500, `${few.errors}`);
  const many = composed(piece.repeat(10_000));
  assert(many.errors <= 20_001, `${many.errors}`);
  assertEquals(many.first, few.first);
});
