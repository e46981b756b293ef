/** `falcod replay`: captures and audit logs held against rules, or their events printed. */
import { Report } from "../../base/mod.ts";
import { playCapture, Replay, sinkInto } from "../../replay/mod.ts";
import type { Event } from "../../event/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { isStandardOutput } from "../../scap/mod.ts";
import type { State } from "../../state/mod.ts";
import { K8S_AUDIT } from "../config/k8s_audit.ts";
import type { Wired } from "../config/settings.ts";
import { auditLogSource, isPartlyWrong, playAuditLog } from "../replay/audit_log.ts";
import { counted } from "../count.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { explainFailure } from "../failure.ts";
import type { Host } from "../host.ts";
import { createLogger, silentLogger } from "../log.ts";
import {
  conditionOf,
  type EventLines,
  eventLines,
  type LinesRequest,
} from "../replay/event_lines.ts";
import { writeExcerpt } from "../replay/excerpt.ts";
import type { Play, Played } from "../replay/played.ts";
import { checkReplaceable } from "../recording/replaceable.ts";
import { captureName } from "../recording/result_lines.ts";
import { refusesTerminal } from "../recording/refuses_terminal.ts";
import { printLines } from "../print_lines.ts";
import { showProgress } from "../progress.ts";
import { recordedStateFor, resolveBeforehand } from "../recorded_state.ts";
import { printDiagnostics, tellProblems } from "../report.ts";
import { prepare, type Start } from "../start.ts";
import { alertsLost, summaryLines } from "../summary.ts";
import { surroundingsOf } from "../surroundings.ts";

export interface ReplayRequest extends LinesRequest {
  readonly paths: readonly string[];
  /** The event source that the files are of. */
  readonly source: string;
  /** A capture to write the events to, in place of printing them. */
  readonly writePath?: string | undefined;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
}

/**
 * The recording takes the place of what the configuration watches; what else it says of the machine
 * that is watched may not fit the one that replays.
 */
const NOT_LIVE = ["engine.kind=modern_ebpf", "capture.enabled=false", "privileges={}"];
/** Text that is written at once. */
const MANY_UNITS = 64 << 10;

/**
 * Every capture is played, those before it broken or not; exit code 1 when one of them was. Nothing is
 * when nobody reads any more.
 */
export async function replayCommand(request: ReplayRequest, host: Host): Promise<number> {
  const play = await playOf(request, host);
  if (!play) return EXIT_FAILURE;
  const stop = new AbortController();
  const signals = host.onStop(() => stop.abort());
  let code = EXIT_OK;
  try {
    for (const path of request.paths) {
      if (stop.signal.aborted) break;
      try {
        const played = await play(path, stop.signal);
        if (played === "unread") break;
        if (played === "faulty") code = EXIT_FAILURE;
      } catch (error) {
        explainFailure(error, host);
        code = EXIT_FAILURE;
      }
    }
  } finally {
    signals.release();
  }
  return code;
}

async function playOf(request: ReplayRequest, host: Host): Promise<Play | undefined> {
  const { filter, print, fields, writePath } = request;
  if (writePath !== undefined) return await withExcerpt(request, writePath, host);
  return filter === undefined && print === undefined && fields === undefined
    ? await withRules(request, host)
    : await withLines(request, host);
}

async function withExcerpt(
  request: ReplayRequest,
  to: string,
  host: Host,
): Promise<Play | undefined> {
  const toOutput = isStandardOutput(to);
  if (toOutput && refusesTerminal("replay FILE -w -", host)) return undefined;
  await checkReplaceable(to);
  const surroundings = await surroundingsOf(request, host);
  if (!surroundings) return undefined;
  const { filter } = request;
  const report = new Report();
  const condition = filter === undefined ? undefined : conditionOf(filter, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error });
  if (report.hasErrors) return undefined;
  return async (path, signal) => {
    const state = recordedStateFor(surroundings.containers);
    await resolveBeforehand(state, condition?.watchedNames ?? new Set(), signal);
    const progress = showProgress("replaying", host.error);
    const left = `falcod: nothing written into ${
      captureName(to)
    }: the capture was not read to its end`;
    const written = await writeExcerpt(path, {
      to,
      state,
      eventTypes: condition?.eventTypes,
      picks: condition?.holds,
      signal,
      onProgress: (events) => progress.tell(counted(events, "event")),
      onLeft: () => printLines([left], host.error),
    }).catch((error) => {
      // Who read it has seen enough.
      if (toOutput && error.cause instanceof Deno.errors.BrokenPipe) return "unread" as const;
      throw error;
    }).finally(() => progress.end());
    if (written === "unread") return "unread";
    if (!written) return "faulty";
    const { events, picked, lost } = written;
    printLines(
      [
        `falcod: ${picked} of ${counted(events, "event")} in ${captureName(to)}`,
        ...lost > 0 ? [`  too large to be written: ${lost}`] : [],
      ],
      host.error,
    );
    return lost > 0 ? "faulty" : "right";
  };
}

async function withRules(request: ReplayRequest, host: Host): Promise<Play | undefined> {
  const json = request.json ? ["json_output=true"] : [];
  const options = [...request.options, ...json, ...NOT_LIVE];
  const { source } = request;
  const start = await prepare(
    { ...request, options, watched: [source], looksAtOutputs: "run" },
    host,
  );
  const { config } = start.loaded;
  const log = config.log_stderr
    ? createLogger(host.error, { level: config.log_level, isoTime: config.time_format_iso_8601 })
    : silentLogger;
  tellProblems(start.report, host, log);
  const { ruleset } = start;
  if (!ruleset) return undefined;
  return (path, signal) =>
    judge(recordingOf(source, path), { ...start, ruleset }, { host, log, signal });
}

function recordingOf(source: string, path: string): Wired {
  return source === K8S_AUDIT
    ? auditLogSource(path)
    : { kind: "source", name: "replay", config: { captureFile: path } };
}

async function judge(
  recording: Wired,
  { loaded, settings, ruleset, registry, natives, guests }: Start & {
    readonly ruleset: NonNullable<Start["ruleset"]>;
  },
  { host, log, signal }: {
    readonly host: Host;
    readonly log: ReturnType<typeof createLogger>;
    readonly signal: AbortSignal;
  },
): Promise<Played> {
  const { watch } = await import("../watch.ts");
  const progress = showProgress("replaying", host.error);
  const summary = await watch({
    config: loaded.config,
    settings: { ...settings, sources: [recording], containerEngines: [] },
    ruleset,
    registry,
    natives,
    guests,
    log,
    signal,
    hostname: host.environment("FALCO_HOSTNAME") || Deno.hostname(),
    unbuffered: false,
    readersMayLeave: true,
    onReady: () => {},
    onProgress: (events) => progress.tell(counted(events, "event")),
  }).finally(() => progress.end());
  // Who stops reading wants to know nothing more.
  if (summary.outputsGone) return "unread";
  // What cannot even be opened has nothing to sum up.
  const isSeen = summary.failure === undefined || summary.engine.events > 0;
  printLines(isSeen ? summaryLines(summary) : [], host.error);
  if (summary.failure !== undefined) throw summary.failure;
  const isRight = recording.name !== K8S_AUDIT ||
    summary.sources.every(({ counters }) => !isPartlyWrong(counters));
  return isRight && alertsLost(summary) === 0 ? "right" : "faulty";
}

async function withLines(request: ReplayRequest, host: Host): Promise<Play | undefined> {
  const { source } = request;
  const surroundings = await surroundingsOf(request, host);
  if (!surroundings) return undefined;
  const report = new Report();
  const lines = eventLines(request, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error });
  if (!lines) return undefined;
  const registry = new Registry(host.plugins);
  const log = createLogger(host.error, { level: "warning", isoTime: false });
  const { eventTypes, fieldNames, watchedNames } = lines;
  return async (path, signal) => {
    const state = recordedStateFor(surroundings.containers);
    await resolveBeforehand(state, watchedNames, signal);
    return await printEvents(lines, { host, state, signal }, async (context) => {
      if (source === K8S_AUDIT) return await playAuditLog(path, registry, { ...context, log });
      const replay = new Replay(sinkInto(state, context.deliver));
      if (eventTypes) replay.want(eventTypes, fieldNames);
      await playCapture(path, replay, context);
      return true;
    });
  };
}

interface PlayContext {
  readonly deliver: (event: Event) => void;
  readonly signal: AbortSignal;
  /** To be called when something waits anyway. */
  readonly settle: () => undefined;
}

async function printEvents(
  { lineOf }: EventLines,
  { host, state, signal }: {
    readonly host: Host;
    readonly state: State;
    readonly signal: AbortSignal;
  },
  play: (context: PlayContext) => Promise<boolean>,
): Promise<Played> {
  const gone = new AbortController();
  // On one terminal the events tell it themselves.
  const progress = host.out.isTerminal ? undefined : showProgress("replaying", host.error);
  let isRight = true;
  let events = 0;
  let waiting = "";
  const write = () => {
    if (waiting !== "") host.out.write(waiting);
    waiting = "";
    progress?.tell(counted(events, "event"));
    if (host.out.isGone) gone.abort();
    return undefined;
  };
  const deliver = (event: Event) => {
    events++;
    state.begin(event);
    const line = lineOf(event, state);
    if (line !== undefined) waiting += `${line}\n`;
    state.end(event);
    if (waiting.length > MANY_UNITS) write();
  };
  try {
    // Before more is read: a pipe may take its time.
    isRight = await play({
      deliver,
      signal: AbortSignal.any([signal, gone.signal]),
      settle: write,
    });
  } finally {
    write();
    progress?.end();
  }
  if (gone.signal.aborted) return "unread";
  return isRight ? "right" : "faulty";
}
