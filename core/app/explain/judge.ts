/** Events that somebody describes, judged by loaded rules as the engine judges live ones. */
import type { Alert } from "../../alert/mod.ts";
import { Engine, type RuleMatching } from "../../engine/mod.ts";
import type { GivenSituation } from "../../given/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";

/** Sets the stage anew each time: to judge an event changes the state it happens in. */
export type Stage = () => GivenSituation;

/** The alerts the event raises, in the order of the rules: of every rule that matches, or the first. */
export function alertsOf(
  stage: Stage,
  ruleset: Ruleset,
  ruleMatching: RuleMatching = "all",
): readonly Alert[] {
  const { event, state } = stage();
  const alerts: Alert[] = [];
  let fault: Error | undefined;
  const engine = new Engine({
    ruleset: {
      ...ruleset,
      rules: ruleset.rules.filter(({ source, eventTypes }) =>
        source === event.source && eventTypes.has(event.type)
      ),
    },
    state,
    hostname: "",
    deliver: (alert) => alerts.push(alert),
    ruleMatching,
    onFault: (error) => fault = error,
  });
  engine.process(event);
  if (fault) throw fault;
  return alerts;
}
