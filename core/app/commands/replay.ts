/** `falcod replay`: captures held against rules, or their events printed. */
import { escapeUnprintable } from "../../alert/mod.ts";
import { Report } from "../../base/mod.ts";
import { playCapture, recordedState, Replay, sinkInto } from "../../replay/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { explainFailure } from "../failure.ts";
import type { Host } from "../host.ts";
import { createLogger, silentLogger } from "../log.ts";
import { type EventLines, eventLines, type LinesRequest } from "../replay/event_lines.ts";
import { printDiagnostics, tellProblems } from "../report.ts";
import { prepare, type Start } from "../start.ts";
import { alertsLost, summaryLines } from "../summary.ts";
import { surroundingsOf } from "../surroundings.ts";

export interface ReplayRequest extends LinesRequest {
  readonly paths: readonly string[];
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
}

/** Events are those of system calls, whatever the machine that recorded them. */
const SOURCE = "syscall";
/** The recording takes the place of what the configuration watches. */
const NO_OTHER_ENGINE = "engine.kind=modern_ebpf";
/** Text that is written at once. */
const MANY_UNITS = 64 << 10;

/** Every capture is played, those before it broken or not; exit code 1 when one of them was. */
export async function replayCommand(request: ReplayRequest, host: Host): Promise<number> {
  const { filter, print, fields } = request;
  const play = filter === undefined && print === undefined && fields === undefined
    ? await withRules(request, host)
    : await withLines(request, host);
  if (!play) return EXIT_FAILURE;
  const stop = new AbortController();
  const signals = host.onStop(() => stop.abort());
  let code = EXIT_OK;
  try {
    for (const path of request.paths) {
      if (stop.signal.aborted) break;
      try {
        if (!await play(path, stop.signal)) code = EXIT_FAILURE;
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

/** False: not everything that should have gone out did. */
type Play = (path: string, signal: AbortSignal) => Promise<boolean>;

async function withRules(request: ReplayRequest, host: Host): Promise<Play | undefined> {
  const json = request.json ? ["json_output=true"] : [];
  const options = [...request.options, ...json, NO_OTHER_ENGINE];
  const start = await prepare({ ...request, options }, host);
  const { config } = start.loaded;
  const log = config.log_stderr
    ? createLogger(host.error, { level: config.log_level, isoTime: config.time_format_iso_8601 })
    : silentLogger;
  tellProblems(start.report, host, log);
  const { ruleset } = start;
  if (!ruleset) return undefined;
  return (path, signal) => judge(path, { ...start, ruleset }, { host, log, signal });
}

async function judge(
  path: string,
  { loaded, settings, ruleset, registry }: Start & {
    readonly ruleset: NonNullable<Start["ruleset"]>;
  },
  { host, log, signal }: {
    readonly host: Host;
    readonly log: ReturnType<typeof createLogger>;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { watch } = await import("../watch.ts");
  const sources = [{ kind: "source", name: "replay", config: { captureFile: path } }] as const;
  const summary = await watch({
    config: loaded.config,
    settings: { ...settings, sources, containerEngines: [] },
    ruleset,
    registry,
    log,
    signal,
    hostname: host.environment("FALCO_HOSTNAME") || Deno.hostname(),
    unbuffered: false,
    onReady: () => {},
  });
  for (const line of summaryLines(summary)) host.error.write(`${escapeUnprintable(line)}\n`);
  if (summary.failure !== undefined) throw summary.failure;
  return !summary.outputsGone && alertsLost(summary) === 0;
}

async function withLines(request: ReplayRequest, host: Host): Promise<Play | undefined> {
  const surroundings = await surroundingsOf({ ...request, source: SOURCE }, host);
  if (!surroundings) return undefined;
  const report = new Report();
  const lines = eventLines(request, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error, host });
  return lines && ((path, signal) => printEvents(path, lines, { host, signal }));
}

async function printEvents(
  path: string,
  { eventTypes, lineOf }: EventLines,
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal },
): Promise<boolean> {
  const gone = new AbortController();
  let waiting = "";
  const write = () => {
    if (waiting !== "") host.out.write(waiting);
    waiting = "";
    if (host.out.isGone) gone.abort();
    return undefined;
  };
  const state = recordedState();
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    const line = lineOf(event, state);
    if (line !== undefined) waiting += `${line}\n`;
    state.end(event);
    if (waiting.length > MANY_UNITS) write();
  }));
  if (eventTypes) replay.want(eventTypes);
  try {
    await playCapture(path, replay, {
      signal: AbortSignal.any([signal, gone.signal]),
      // Before more is read: a pipe may take its time.
      settle: write,
    });
  } finally {
    write();
  }
  return !gone.signal.aborted;
}
