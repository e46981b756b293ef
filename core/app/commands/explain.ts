/** `falcod explain`: why a rule alerts for an event or does not, part by part. */
import { escapeUnprintable } from "../../alert/mod.ts";
import { Report } from "../../base/mod.ts";
import { watchedNames } from "../../engine/mod.ts";
import { withGiven } from "../../given/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { readEventArgument } from "../explain/event_argument.ts";
import { findingsAbout } from "../explain/findings.ts";
import { explainRule, type RuleExplanation } from "../explain/explain_rule.ts";
import { verdictOf } from "../explain/sentence.ts";
import { placeText, plainExplanation, treeLines } from "../explain/tree.ts";
import { eventDocumentsOf } from "../event_documents.ts";
import { knownFieldTables } from "../fields.ts";
import { findRule } from "../find_rule.ts";
import type { Host } from "../host.ts";
import { recordedStateFor, resolveBeforehand } from "../recorded_state.ts";
import { plainDiagnostics, printDiagnostics, tellOfOptions } from "../report.ts";
import { prepare } from "../start.ts";
import type { Ruleset } from "../../rule/mod.ts";

export interface ExplainRequest {
  /** Its name, or a part of it. */
  readonly rule: string;
  /** As `readEventArgument` takes it. */
  readonly event: string;
  readonly json: boolean;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
}

/** Exit code 0 whatever the rule makes of the event; 1 when one of them cannot be read. */
export async function explainCommand(request: ExplainRequest, host: Host): Promise<number> {
  const start = await prepare({
    ...request,
    adaptFields: withGiven,
    undelivered: "checked",
    lintsMeaning: "mistakes",
  }, host);
  const { ruleset } = start;
  if (!ruleset) return fail(start.report, request, host);
  tellOfOptions(start.report, host);
  const names = ruleset.rules.map(({ name }) => name);
  const found = findRule(names, { ...request, asked: request.rule });
  if (found.kind === "none") {
    host.error.write(found.text);
    return EXIT_FAILURE;
  }
  const rule = ruleset.rules.find(({ name }) => name === found.name)!;
  const tables = await knownFieldTables(start.registry, start.loaded.config.static_fields);
  const report = new Report();
  const context = {
    source: rule.source,
    fields: tables.get(rule.source) ?? new Map(),
    documents: await eventDocumentsOf(rule.source, start.registry),
    recordedState: async () => {
      const state = recordedStateFor(start.settings.containers);
      await resolveBeforehand(state, watchedNames(ruleset));
      return state;
    },
  };
  const stage = await readEventArgument(request.event, context, report);
  if (!stage) return fail(report, request, host);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error });
  const { rule_matching: ruleMatching } = start.loaded.config;
  const explanation = explainRule(rule, ruleset, { stage, ruleMatching });
  const about = findingsAbout(explanation, start.report.diagnostics);
  if (request.json) {
    const plain = { ...plainExplanation(explanation), diagnostics: plainDiagnostics(about) };
    host.out.write(`${JSON.stringify(plain)}\n`);
  } else {
    printDiagnostics(about, 0, { output: host.error });
    host.out.write(textOf(explanation, ruleset));
  }
  return EXIT_OK;
}

function fail(report: Report, { json }: ExplainRequest, host: Host): number {
  const errors = report.diagnostics.filter(({ severity }) => severity === "error");
  if (json) host.out.write(`${JSON.stringify({ diagnostics: plainDiagnostics(errors) })}\n`);
  else printDiagnostics(errors, report.suppressed, { output: host.error });
  return EXIT_FAILURE;
}

function textOf(explanation: RuleExplanation, ruleset: Ruleset): string {
  const { rule, alert } = explanation;
  const lines = [
    `${rule.name}  (${rule.priority}, ${placeText(rule.at)})`,
    "",
    ...treeLines(explanation, ruleset.macros),
    "",
    "* settles the result, - was not asked: the result was certain before",
    "",
    verdictOf(explanation),
    ...alert ? ["", `output: ${alert.message}`] : [],
  ];
  return lines.map((line) => `${escapeUnprintable(line)}\n`).join("");
}
