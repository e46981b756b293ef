/** `falcod record`: live events into a capture. */
import { escapeUnprintable } from "../../alert/mod.ts";
import { type Diagnostic, Report, toFile } from "../../base/mod.ts";
import { allEventCodes, type Event } from "../../event/mod.ts";
import {
  type ContainerEngine,
  type EventNeeds,
  type Logger,
  Registry,
  type Source,
  type SourceContext,
} from "../../plugin/mod.ts";
import { isStandardOutput } from "../../scap/mod.ts";
import type { State } from "../../state/mod.ts";
import { OUTPUTS } from "../config/outputs.ts";
import { loadConfig } from "../config/load.ts";
import { type Settings, settingsOf, type Wired } from "../config/settings.ts";
import { type ConfigNode, type MappingNode, nodeAt } from "../config/tree.ts";
import { ContainerLookup } from "../containers.ts";
import { counted } from "../count.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { type Host, isHangupIgnored } from "../host.ts";
import { liveState } from "../live_state.ts";
import { createLogger } from "../log.ts";
import { keepNamesFresh } from "../names.ts";
import { thisMachine, thisMachinesInterfaces } from "../recording/machine.ts";
import { recordingNeeds } from "../recording/needs.ts";
import { type Losses, lossesOf, LossHistory } from "../recording/loss_history.ts";
import { Recording } from "../recording/recording.ts";
import { conditionOf } from "../replay/event_lines.ts";
import { printDiagnostics, tellWarnings } from "../report.ts";
import { surroundingsOf } from "../surroundings.ts";
import { createAll } from "../create_plugins.ts";

export interface RecordRequest {
  readonly configPath: string | undefined;
  /** `-o`, in order. */
  readonly options: readonly string[];
  /** With gzip when it ends in ".gz"; `-` is standard output. */
  readonly path: string;
  readonly scopeProcessId: number | undefined;
  readonly seconds: number | undefined;
  /** Only events it holds for are shown to whoever reads the capture. */
  readonly filter: string | undefined;
  readonly sizeLimitBytes: number | undefined;
}

const SOURCE = "syscall";
/** Recording is all there is to do: rather memory for a while than events lost. */
const PENDING_BYTES = 64 << 20;
const LOOK_FOR_LOSSES_MS = 200;

type Shows = (event: Event, state: State) => boolean;

interface Filter {
  readonly shows: Shows;
  readonly needs: EventNeeds;
  /** DNS names that it compares addresses with. */
  readonly watchedNames: ReadonlySet<string>;
}

export async function recordCommand(request: RecordRequest, host: Host): Promise<number> {
  const toOutput = isStandardOutput(request.path);
  if (toOutput && host.out.isTerminal) {
    host.error.write("falcod: a capture is nothing to look at: standard output is a terminal\n");
    host.error.write("  name a file, or have a program read it: falcod record -w - | …\n");
    return EXIT_FAILURE;
  }
  const filter = await filterOf(request.filter, host);
  if (!filter) return EXIT_FAILURE;
  const { refuseDebugger } = await import("../debugger.ts");
  refuseDebugger();
  const report = new Report();
  const { settings, registry } = settingsFor(request, host, report);
  tellWarnings(report, host);
  if (report.hasErrors) return EXIT_FAILURE;
  const [source] = await createAll("source", [sourceOf(settings, request)], { registry });
  if (!source) throw new Error("the source of system calls was not created");
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
  const recording = new Recording(state, {
    path: request.path,
    compress: request.path.endsWith(".gz"),
    sizeLimitBytes: request.sizeLimitBytes,
    pendingLimitBytes: PENDING_BYTES,
    machine: thisMachine(Deno.hostname()),
    interfaces: thisMachinesInterfaces(),
    onFailure: (error) => {
      failure = error;
      stop.abort();
    },
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
          begun = recording.begin().then((hasBegun) => {
            if (hasBegun) host.error.write(`falcod: recording into ${nameOf(request.path)}\n`);
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
  if (failure) throw failure;
  const lost = lastNs === undefined ? lossesOf(source.counters()) : history.by(lastNs);
  return tellResult(recording, lost, host);
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

async function filterOf(text: string | undefined, host: Host): Promise<Filter | undefined> {
  if (text === undefined) {
    const needs = recordingNeeds(new Set(allEventCodes()));
    return { shows: () => true, needs, watchedNames: new Set() };
  }
  const none = { source: SOURCE, configPath: undefined, rulePaths: [] };
  const surroundings = await surroundingsOf(none, host);
  if (!surroundings) return undefined;
  const report = new Report();
  const condition = conditionOf(text, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error });
  if (!condition || report.hasErrors) return undefined;
  const { holds, eventTypes, watchedNames } = condition;
  return { shows: underEitherName(holds), needs: recordingNeeds(eventTypes), watchedNames };
}

/** A file is judged under the name that was given and under the kernel's, as by rules. */
function underEitherName(holds: Shows): Shows {
  return (event, state) => {
    if (holds(event, state)) return true;
    if (!event.hasResolvedView) return false;
    state.view = "resolved";
    const shows = holds(event, state);
    state.view = "given";
    return shows;
  };
}

/** Rules are of no interest, what is configured of sources and containers is. */
function settingsFor(
  { configPath, options, scopeProcessId }: RecordRequest,
  host: Host,
  report: Report,
) {
  const registry = new Registry(host.plugins);
  const said = report.part();
  const loaded = loadConfig({
    path: configPath,
    options: [...options, THIS_MACHINE, NO_OUTPUT_MISSED],
    environment: (name) => host.environment(name),
    rulesFolder: host.rulesFolder,
  }, said);
  const overrides = { rulePaths: [NO_RULES], scopeProcessId };
  // What follows from a file that nobody can read, or a variable that is not set, is no second mistake.
  const found = said.part();
  const settings = settingsOf(loaded, overrides, { registry, report: found });
  said.absorb(found, (problem) => loaded.isConsequence?.(problem) ? undefined : problem);
  report.absorb(said, (problem) => isOfOutputs(problem, loaded.root) ? undefined : problem);
  return { settings, registry };
}

/** What only warns of them is nothing to whoever makes no alerts. */
function isOfOutputs({ severity, at }: Diagnostic, root: MappingNode): boolean {
  if (severity === "error" || !at) return false;
  const { source, start } = toFile(at);
  return OUTPUTS.some((key) => {
    const node = nodeAt(root, [key]);
    return node !== undefined && covers(node, { name: source.name, start });
  });
}

/** What several files say together is in all of them. */
function covers(
  node: ConfigNode,
  place: { readonly name: string; readonly start: number },
): boolean {
  const { source, start, end } = toFile(node.at);
  if (source.name === place.name && start <= place.start && place.start < end) return true;
  if (node.kind === "sequence") return node.items.some((item) => covers(item, place));
  return node.kind === "mapping" &&
    [...node.entries.values()].some(({ value }) => covers(value, place));
}

const THIS_MACHINE = "engine.kind=modern_ebpf";
/** No alerts go anywhere, and nobody is to be told that. */
const NO_OUTPUT_MISSED = "stdout_output.enabled=true";
const NO_RULES = "/dev/null";

function sourceOf({ sources }: Settings, { scopeProcessId }: RecordRequest): Wired {
  const configured = sources.find(({ name }) => name === SOURCE)?.config as object | undefined;
  const config = {
    ...configured,
    kernelFilter: false,
    ...scopeProcessId !== undefined && { scopeProcessId },
  };
  return { kind: "source", name: SOURCE, config };
}

interface Recorded extends Pick<SourceContext, "signal" | "log" | "ready"> {
  readonly shows: Shows;
  /** Called with the time of the first event that has no place any more, and of others. */
  readonly full: (timeNs: bigint) => void;
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
      const written = recording.event(event, shows(event, state));
      state.end(event);
      if (written === "full") full(event.timeNs);
    },
    change: (change, clockNs) => {
      state.apply(change, clockNs);
      recorder.change(change, clockNs);
    },
    seed: (processes) => state.seed(processes),
    account: (change) => state.account(change),
    container: (container) => state.containers.set(container),
    settle: () => undefined,
  };
}

function nameOf(path: string): string {
  return isStandardOutput(path) ? "standard output" : escapeUnprintable(path);
}

/** Exit code 1 when something is missing before the end of the file, or the file is none of this recording. */
function tellResult(recording: Recording, lost: Losses, host: Host): number {
  const { eventCount, lostEvents, isFull, isSparing, path } = recording;
  const outcome = isSparing
    ? `recorded nothing: ${nameOf(path)} is as it was`
    : `recorded ${counted(eventCount, "event")} into ${nameOf(path)}`;
  host.error.write(`falcod: ${outcome}\n`);
  if (isFull) host.error.write("  ended at the size limit; what came after it is not counted\n");
  for (const [name, count] of lost) host.error.write(`  ${name}: ${count}\n`);
  if (lostEvents > 0) host.error.write(`  events lost on their way to the file: ${lostEvents}\n`);
  return lost.size > 0 || lostEvents > 0 || isSparing ? EXIT_FAILURE : EXIT_OK;
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
