/** A capture or audit log judged as `falcod replay` does, with everything in memory. */
import "./utc.ts";
import type { Alert } from "../../core/alert/mod.ts";
import type { Host } from "../../core/app/host.ts";
import type { OldFlags } from "../../core/app/old_flags.ts";
import { silentLogger } from "../../core/app/log.ts";
import { playAuditLog } from "../../core/app/replay/audit_log.ts";
import { prepare } from "../../core/app/start.ts";
import { Engine, needsOf } from "../../core/engine/mod.ts";
import type { Event } from "../../core/event/mod.ts";
import { playCapture, recordedState, Replay, sinkInto } from "../../core/replay/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { corpusPath } from "../corpus.ts";

export interface Judgement {
  readonly alerts: readonly Alert[];
  /** As they would be printed. */
  readonly lines: readonly string[];
  /** What the source had to say. */
  readonly warnings: readonly string[];
}

export interface JudgeRequest {
  readonly rulePaths: readonly string[];
  /** Of the corpus; absent: nothing is configured. */
  readonly config: string | undefined;
  readonly options: readonly string[];
  readonly oldFlags: OldFlags;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the corpus. */
  readonly capture: string;
}

/** Text says why rules or configuration do not load. */
export async function judgeCapture(request: JudgeRequest): Promise<Judgement | string> {
  const capture = corpusPath(request.capture);
  if (capture === undefined) return `${request.capture} is not there`;
  const configPath = request.config === undefined ? "/dev/null" : corpusPath(request.config);
  const options = [...request.options, "engine.kind=modern_ebpf"];
  const isAuditLog = !capture.endsWith(".scap");
  const { report, ruleset, loaded, settings, registry } = await prepare(
    { ...request, configPath, options, watched: [isAuditLog ? "k8s_audit" : "syscall"] },
    hostWith(request.environment),
  );
  if (!ruleset) {
    return report.diagnostics.find(({ severity }) => severity === "error")?.title ?? "no rules";
  }
  const formatter = await registry.load("formatter", settings.formatter.name);
  const made = formatter.create(formatter.schema.parse(settings.formatter.config));
  const alerts: Alert[] = [];
  let fault: Error | undefined;
  const state = recordedState();
  const engine = new Engine({
    ruleset,
    state,
    hostname: request.environment.FALCO_HOSTNAME ?? "conf-host",
    deliver: (alert) => alerts.push(alert),
    ruleMatching: loaded.config.rule_matching,
    onFault: (error) => fault = error,
  });
  const deliver = (event: Event) => engine.process(event);
  const warnings: string[] = [];
  if (isAuditLog) {
    const log = { ...silentLogger, warning: (text: string) => void warnings.push(text) };
    const { signal } = new AbortController();
    await playAuditLog(capture, registry, { deliver, signal, log, settle: () => undefined });
  } else {
    const replay = new Replay(sinkInto(state, deliver));
    const { eventTypes, fields } = needsOf(ruleset, "syscall", { isRecorded: true });
    replay.want(eventTypes, fields);
    await playCapture(capture, replay);
  }
  if (fault) throw fault;
  return { alerts, lines: alerts.map((alert) => made.format(alert)), warnings };
}

function hostWith(environment: Readonly<Record<string, string>>): Host {
  const silent = { write() {}, isTerminal: false, isGone: false };
  return {
    plugins: builtinPlugins,
    out: silent,
    error: silent,
    input: { read: () => Promise.resolve(null) },
    errorBytes: { write: (bytes) => Promise.resolve(bytes.length) },
    environment: (name) => environment[name],
    onStop: () => ({ release() {} }),
    onHangup: () => ({ release() {} }),
    rulesFolder: "/",
  };
}
