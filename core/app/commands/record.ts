/** `falcod record`: live events into a capture. */
import { Report } from "../../base/mod.ts";
import { allEventCodes, type Event } from "../../event/mod.ts";
import {
  checkPluginConfig,
  type EventNeeds,
  Registry,
  type Source,
  type SourceContext,
} from "../../plugin/mod.ts";
import { State } from "../../state/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { createLogger } from "../log.ts";
import { thisMachine, thisMachinesInterfaces } from "../recording/machine.ts";
import { recordingNeeds } from "../recording/needs.ts";
import { Recording } from "../recording/recording.ts";
import { conditionOf } from "../replay/event_lines.ts";
import { printDiagnostics } from "../report.ts";
import { surroundingsOf } from "../surroundings.ts";

export interface RecordRequest {
  /** With gzip when it ends in ".gz". */
  readonly path: string;
  readonly scopeProcessId: number | undefined;
  readonly seconds: number | undefined;
  /** Only events it holds for are shown to whoever reads the capture. */
  readonly filter: string | undefined;
  readonly sizeLimitBytes: number | undefined;
}

const SOURCE = "syscall";

type Shows = (event: Event, state: State) => boolean;

interface Filter {
  readonly shows: Shows;
  readonly needs: EventNeeds;
}

export async function recordCommand(request: RecordRequest, host: Host): Promise<number> {
  const filter = await filterOf(request.filter, host);
  if (!filter) return EXIT_FAILURE;
  const { refuseDebugger } = await import("../debugger.ts");
  refuseDebugger();
  const source = await createSource(request, host);
  const state = new State({ lookUpThread: (id) => source.snapshot?.(id) });
  const stop = new AbortController();
  const signals = host.onStop(() => stop.abort());
  let failure: Error | undefined;
  const recording = new Recording(state, {
    path: request.path,
    compress: request.path.endsWith(".gz"),
    sizeLimitBytes: request.sizeLimitBytes,
    machine: thisMachine(Deno.hostname()),
    interfaces: thisMachinesInterfaces(),
    onFailure: (error) => {
      failure = error;
      stop.abort();
    },
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await recording.opened;
    await source.run(
      filter.needs,
      contextOf(recording, state, {
        signal: stop.signal,
        shows: filter.shows,
        log: createLogger(host.error, { level: "warning", isoTime: false }),
        full: () => stop.abort(),
        ready: () => {
          recording.recorder.begin();
          host.error.write(`falcod: recording into ${request.path}\n`);
          const { seconds } = request;
          if (seconds !== undefined) timer = setTimeout(() => stop.abort(), seconds * 1000);
        },
      }),
    );
  } finally {
    clearTimeout(timer);
    signals.release();
    await recording.close().catch((error) => failure ??= error);
  }
  if (failure) throw failure;
  return tellResult(recording, source, host);
}

async function filterOf(text: string | undefined, host: Host): Promise<Filter | undefined> {
  if (text === undefined) {
    return { shows: () => true, needs: recordingNeeds(new Set(allEventCodes())) };
  }
  const none = { source: SOURCE, configPath: undefined, rulePaths: [] };
  const surroundings = await surroundingsOf(none, host);
  if (!surroundings) return undefined;
  const report = new Report();
  const condition = conditionOf(text, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error, host });
  if (!condition || report.hasErrors) return undefined;
  return { shows: condition.holds, needs: recordingNeeds(condition.eventTypes) };
}

async function createSource({ scopeProcessId }: RecordRequest, host: Host): Promise<Source> {
  const plugin = await new Registry(host.plugins).load("source", SOURCE);
  const report = new Report();
  const settings = { kernelFilter: false, ...scopeProcessId !== undefined && { scopeProcessId } };
  return plugin.create(checkPluginConfig(plugin, settings, { report }));
}

interface Recorded extends Pick<SourceContext, "signal" | "log" | "ready"> {
  readonly shows: Shows;
  readonly full: () => void;
}

function contextOf(
  recording: Recording,
  state: State,
  { shows, full, ...context }: Recorded,
): SourceContext {
  const { recorder } = recording;
  return {
    ...context,
    deliver: (event) => {
      state.begin(event);
      const written = recorder.event(event, shows(event, state));
      state.end(event);
      if (written === "full") full();
    },
    change: (change, clockNs) => {
      state.apply(change, clockNs);
      recorder.change(change, clockNs);
    },
    seed: (processes) => state.seed(processes),
    account: (change) => state.users.apply(change),
    container: (container) => state.containers.set(container),
    settle: () => undefined,
  };
}

/** Exit code 1 when something is missing in the file. */
function tellResult(recording: Recording, source: Source, host: Host): number {
  const { eventCount, lostEvents, isFull, path } = recording;
  host.error.write(`falcod: recorded ${eventCount} events into ${path}\n`);
  if (isFull) host.error.write("  stopped at the size limit\n");
  const lost = Object.entries(source.counters()).filter(([name, count]) =>
    name.startsWith("drops.") && count > 0
  );
  for (const [name, count] of lost) host.error.write(`  ${name}: ${count}\n`);
  if (lostEvents > 0) host.error.write(`  events lost on their way to the file: ${lostEvents}\n`);
  return lost.length > 0 || lostEvents > 0 ? EXIT_FAILURE : EXIT_OK;
}
