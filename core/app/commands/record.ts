/** `falcod record`: live events into a capture. */
import { Report } from "../../base/mod.ts";
import type { ContainerEngine, Logger, Source, SourceContext } from "../../plugin/mod.ts";
import { isStandardOutput } from "../../scap/mod.ts";
import type { State } from "../../state/mod.ts";
import type { Settings } from "../config/settings.ts";
import { ContainerLookup } from "../containers.ts";
import { counted } from "../count.ts";
import { createAll, createOne } from "../create_plugins.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { type Host, isHangupIgnored } from "../host.ts";
import { liveState } from "../live_state.ts";
import { createLogger } from "../log.ts";
import { keepNamesFresh } from "../names.ts";
import { printLines } from "../print_lines.ts";
import { filterOf, type Shows } from "../recording/filter.ts";
import { type Losses, lossesOf, LossHistory } from "../recording/loss_history.ts";
import { thisMachine, thisMachinesInterfaces } from "../recording/machine.ts";
import { RecordingSeries, type Rotation } from "../recording/series.ts";
import { refusesTerminal } from "../recording/refuses_terminal.ts";
import { checkReplaceable } from "../recording/replaceable.ts";
import { type RecordingConfig, recordingSettings } from "../recording/settings.ts";
import { brokenLines, captureName, resultLines } from "../recording/result_lines.ts";
import { tellWarnings } from "../report.ts";

export interface RecordRequest extends RecordingConfig {
  /** With gzip when it ends in ".gz"; `-` is standard output. */
  readonly path: string;
  readonly seconds: number | undefined;
  /** Only events it holds for are shown to whoever reads the capture. */
  readonly filter: string | undefined;
  readonly sizeLimitBytes: number | undefined;
  /** Captures that follow each other, in place of one; not on standard output. */
  readonly rotation: Rotation | undefined;
}

/** Recording is all there is to do: rather memory for a while than events lost. */
const PENDING_BYTES = 64 << 20;
const LOOK_FOR_LOSSES_MS = 200;

export async function recordCommand(request: RecordRequest, host: Host): Promise<number> {
  const toOutput = isStandardOutput(request.path);
  if (toOutput && refusesTerminal("record -w -", host)) return EXIT_FAILURE;
  if (!request.rotation) await checkReplaceable(request.path);
  const filter = await filterOf(request.filter, host);
  if (!filter) return EXIT_FAILURE;
  const { refuseDebugger } = await import("../debugger.ts");
  refuseDebugger();
  const report = new Report();
  const { settings, source: wired, registry } = recordingSettings(request, host, report);
  tellWarnings(report, host);
  if (report.hasErrors) return EXIT_FAILURE;
  const { instance: source } = await createOne("source", wired, { registry });
  const log = createLogger(host.error, { level: "warning", isoTime: false });
  const stop = new AbortController();
  const engines = await createAll("container_engine", settings.containerEngines, { registry });
  const { state, lookups } = knownState({ settings, source, engines, log, signal: stop.signal });
  state.names.retain(filter.watchedNames);
  const names = keepNamesFresh(state.names, stop.signal);
  const signals = host.onStop(() => stop.abort());
  // Whoever closes the terminal wants a whole file, too; with nohup it goes on.
  const hangups = isHangupIgnored() ? undefined : host.onHangup(() => stop.abort());
  let failure: Error | undefined;
  const recording = new RecordingSeries(state, {
    path: request.path,
    rotation: request.rotation,
    sizeLimitBytes: request.sizeLimitBytes,
    pendingLimitBytes: PENDING_BYTES,
    machine: thisMachine(Deno.hostname()),
    interfaces: thisMachinesInterfaces(),
    onFailure: (error) => {
      failure ??= error;
      stop.abort();
    },
    onFinished: ({ eventCount, path }) =>
      printLines([`falcod: ${counted(eventCount, "event")} in ${path}`], host.error),
    onKept: ({ message }) => log.warning(`an old capture could not be removed: ${message}`),
  });
  const history = new LossHistory();
  const look = () => history.note(nowNs(), source.counters());
  const losses = setInterval(look, LOOK_FOR_LOSSES_MS);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let begun: Promise<boolean> | undefined, lastNs: bigint | undefined;
  try {
    await recording.opened;
    await source.run(
      filter.needs,
      contextOf(recording, state, {
        signal: stop.signal,
        shows: filter.shows,
        log,
        full: (timeNs) => {
          lastNs ??= timeNs;
          stop.abort();
        },
        ready: () => {
          const { path } = recording;
          begun = recording.begin().then((hasBegun) => {
            if (hasBegun) {
              printLines([`falcod: recording into ${captureName(path)}`], host.error);
            }
            return hasBegun;
          });
          const { seconds } = request;
          if (seconds !== undefined) timer = setTimeout(() => stop.abort(), seconds * 1000);
        },
      }),
    );
  } finally {
    clearTimeout(timer);
    clearInterval(losses);
    signals.release();
    hangups?.release();
    stop.abort();
    await Promise.all([lookups, names]);
    for (const engine of engines) engine.close?.();
    const end = await begun ? recording.close() : recording.discard();
    await end.catch((error) => failure ??= error);
  }
  // Who read it has seen enough.
  if (failure?.cause instanceof Deno.errors.BrokenPipe && toOutput) return EXIT_OK;
  if (failure) {
    if (await begun) printLines(brokenLines(recording.broken ?? recording), host.error);
    throw failure;
  }
  const lost = lastNs === undefined ? lossesOf(source.counters()) : history.by(lastNs);
  return tellResult(recording, { lost, scopeProcessId: request.scopeProcessId, host });
}

/** A state as a run has it, and the asking about containers, which ends with the signal. */
function knownState({ settings, source, engines, log, signal }: {
  readonly settings: Settings;
  readonly source: Source;
  readonly engines: readonly ContainerEngine[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}): { readonly state: State; readonly lookups: Promise<void> } {
  const lookup = new ContainerLookup({
    engines,
    log,
    signal,
    waitMs: 0,
    found: (container) => state.containers.set(container),
    glimpsed: (container) => state.containers.set(container),
    givenUp: () => {},
    current: (id) => state.containers.get(id),
    unknown: () => state.containers.unknown(),
  });
  const state: State = liveState({
    sources: [source],
    containers: settings.containers,
    onUnknownContainer: (container) => lookup.ask(container),
  });
  return { state, lookups: lookup.run() };
}

interface Recorded extends Pick<SourceContext, "signal" | "log" | "ready"> {
  readonly shows: Shows;
  /** Called with the time of the first event that has no place any more, and of others. */
  readonly full: (timeNs: bigint) => void;
}

function contextOf(
  recording: RecordingSeries,
  state: State,
  { shows, full, ...context }: Recorded,
): SourceContext {
  return {
    ...context,
    deliver: (event) => {
      recording.turn();
      state.begin(event);
      const written = recording.event(event, shows(event, state));
      state.end(event);
      if (written === "full") full(event.timeNs);
    },
    change: (change, clockNs) => {
      recording.turn();
      state.apply(change, clockNs);
      recording.change(change, clockNs);
    },
    seed: (processes) => state.seed(processes),
    account: (change) => state.account(change),
    container: (container) => state.containers.set(container),
    settle: () => undefined,
  };
}

/** Exit code 1 when something is missing before the end of the file; that nothing happened is no failure. */
function tellResult(
  recording: RecordingSeries,
  { lost, scopeProcessId, host }: {
    readonly lost: Losses;
    readonly scopeProcessId: number | undefined;
    readonly host: Host;
  },
): number {
  printLines(resultLines(recording, { lost, scopeProcessId }), host.error);
  return lost.size > 0 || recording.lostEvents > 0 ? EXIT_FAILURE : EXIT_OK;
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
