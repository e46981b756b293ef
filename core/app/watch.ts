/** A run: sources → state and engine → delivery → sinks, until somebody says stop. */
import type { Alert } from "../alert/mod.ts";
import { every } from "../base/mod.ts";
import { CouldMatch, Engine, needsOf, watchedNames } from "../engine/mod.ts";
import type { Event, EventKin } from "../event/mod.ts";
import type { Logger, NativeRun, Registry, Source } from "../plugin/mod.ts";
import type { Guests } from "../plugin/third_party/guests.ts";
import type { Ruleset } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";
import type { WebServers } from "../web/mod.ts";
import type { Config } from "./config/schema.ts";
import type { WiredLibrary } from "./config/natives.ts";
import type { Settings } from "./config/settings.ts";
import { Backlog } from "./backlog.ts";
import { auditListenKeys, namingKeys, WEBSERVER_KEYS } from "./cannot_listen.ts";
import { ContainerLookup } from "./containers.ts";
import { createAll } from "./create_plugins.ts";
import { keepNamesFresh } from "./names.ts";
import { liveState } from "./live_state.ts";
import { DropMonitor, type DropMonitorOptions } from "./event_drops.ts";
import { recordedStateFor, resolveBeforehand } from "./recorded_state.ts";
import { LossTeller, type LossWatcher, watchLosses } from "./losses.ts";
import type { LoadedPaths } from "./metrics/digests.ts";
import type { Told } from "./metrics/reader.ts";
import { openDelivery } from "./open_delivery.ts";
import { recordingNeeds } from "./recording/needs.ts";
import { needsWith, startNatives } from "./natives.ts";
import type { RulesKeeper, Running } from "./reload.ts";
import { SourceRuns } from "./source_runs.ts";
import type { Summary } from "./summary.ts";
import { tellOfRun } from "./tell_of_run.ts";
import { updateSources } from "./update_sources.ts";

export interface WatchRequest {
  readonly config: Config;
  readonly settings: Settings;
  readonly ruleset: Ruleset;
  readonly registry: Registry;
  /** Plugins that are libraries. */
  readonly natives?: readonly WiredLibrary[];
  /** Plugins of third parties; they end with the run. */
  readonly guests?: Guests;
  readonly log: Logger;
  /** Aborts when the run shall end. */
  readonly signal: AbortSignal;
  readonly hostname: string;
  /** Every alert goes out at once, whatever `buffered_outputs` says. */
  readonly unbuffered: boolean;
  /** That an output is read no more is no failure; absent: it is. */
  readonly readersMayLeave?: boolean;
  /** Absent: nobody is told which files the rules come from. */
  readonly loadedPaths?: LoadedPaths;
  /** All sources see events now, but for those that could not start. */
  readonly onReady: (sources: readonly string[]) => void | Promise<void>;
  /** How many events there were so far, of a source that lets others have a turn. */
  readonly onProgress?: (events: number) => void;
  /** Whether outputs are to be opened again, asked once a second; absent: never. */
  readonly isReopenAsked?: () => boolean;
  /** Brings other rules in as long as the run lasts; ends with the signal. */
  readonly keepRulesFresh?: (running: Running, signal: AbortSignal) => RulesKeeper;
}

/** How long the last alerts may take on their way out. */
const FLUSH_MS = 5000;
/** At the end of a recording outputs are waited for until none has taken anything for so long. */
const STILL_MS = 60_000;
/** How often somebody asks whether outputs are to be opened again. */
const REOPEN_MS = 1000;

/**
 * Rejects when no source can start; delivery is closed in any case. Ends by itself when the
 * last sink is gone (`falcod | head`): nobody would see an alert any more.
 */
export async function watch(request: WatchRequest): Promise<Summary> {
  const { config, settings, ruleset, log, hostname } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  if (request.guests) request.guests.log = log;
  const sources = await createAll("source", settings.sources, request);
  const isRecorded = sources.some((source) => source.isRecorded);
  // A recording is there already: nothing of this machine happens after it.
  const recording = config.capture.enabled && !isRecorded
    ? await import("./recording/rule_captures.ts")
    : undefined;
  const engines = await createAll("container_engine", settings.containerEngines, request);
  let outputsGone = false;
  let failure: unknown;
  let natives: NativeRun | undefined;
  const { delivery, change: changeOutputs } = await openDelivery({ ...request, isRecorded }, () => {
    outputsGone = true;
    stop.abort();
  });

  const { capacity } = config.outputs_queue;
  const backlog = new Backlog({ delivery, capacity, isRecorded, signal });
  const lookup = new ContainerLookup({
    engines,
    log,
    signal,
    waitMs: settings.containers.alertWaitMs,
    found: (container) => {
      state.containers.set(container);
      engine.release(container.id);
    },
    glimpsed: (container) => state.containers.set(container),
    givenUp: (id) => engine.release(id),
    current: (id) => state.containers.get(id),
    unknown: () => state.containers.unknown(),
  });
  const state: State = isRecorded ? recordedStateFor(settings.containers) : liveState({
    sources,
    containers: settings.containers,
    onUnknownContainer: (container) => lookup.ask(container),
  });
  if (isRecorded) await resolveBeforehand(state, watchedNames(ruleset), signal);
  else state.names.retain(watchedNames(ruleset));
  const names = keepNamesFresh(state.names, signal);
  const lookups = lookup.run();
  const drops = {
    settings: config.syscall_event_drops,
    hostname,
    log,
    ruleset: () => engine.ruleset,
    alert: (alert: Alert) => delivery.enqueue(alert),
    exit: (reason: Error) => {
      failure = reason;
      stop.abort();
    },
  };
  const losses = watchLosses(sources.flatMap((source) => lossWatchers(source, drops)), signal);
  const engine: Engine = new Engine({
    ruleset,
    state,
    hostname,
    deliver: (alert: Alert) => {
      delivery.enqueue(alert);
      captures?.alerted(alert);
    },
    ruleMatching: config.rule_matching,
    awaited: lookup,
    ...request.natives?.length && { follow: (event: Event) => natives?.follow(event) },
    onFault: (error) => log.error(`this is a bug, an event was skipped: ${error.message}`),
  });
  const captures = recording && new recording.RuleCaptures({
    settings: config.capture,
    state,
    ruleset: () => engine.ruleset,
    hostname,
    log,
    alert: (alert) => delivery.enqueue(alert),
  });
  if (config.capture.enabled && isRecorded) log.info("capture: a recording is not recorded again");
  const needsFor = (ruleset: Ruleset, source: Source) => {
    const needs = needsWith(natives, needsOf(ruleset, source.name, source), source.name);
    return captures ? recordingNeeds(needs.eventTypes, needs.fields) : needs;
  };
  let couldMatch = judgesOf(sources, ruleset);
  const reloads = request.keepRulesFresh?.({
    use: (ruleset, ruleMatching) => {
      // First: it may fail, and then nothing has changed.
      updateSources(sources, { before: engine.ruleset, next: ruleset }, needsFor);
      engine.swap(ruleset, ruleMatching);
      couldMatch = judgesOf(sources, ruleset);
      state.names.retain(watchedNames(ruleset));
    },
    changeOutputs,
    alert: (alert) => delivery.enqueue(alert),
  }, signal);

  // A recording is played and over: nobody asks it anything.
  const web = isRecorded ? undefined : await webServersFor(sources, request);
  // A short file may be over before that.
  let begun: Promise<void> | undefined;
  const runs = new SourceRuns(sources, {
    log,
    hostname,
    alert: (alert) => delivery.enqueue(alert),
    onReady: (names) => {
      const started = web?.start() ?? Promise.resolve();
      begun = started.then(() => request.onReady(names)).catch((error) => {
        failure ??= namingKeys(error, WEBSERVER_KEYS);
        stop.abort();
      });
    },
  });
  const told: Told = {
    hostname,
    engine,
    delivery,
    state,
    runs,
    paths: request.loadedPaths ?? { rules: [], config: [] },
    reloads,
    captures,
    web,
    guests: request.guests,
    natives: () => natives,
  };
  const reopening = every(REOPEN_MS, () => {
    if (!request.isReopenAsked?.()) return;
    log.info("SIGUSR1: outputs are opened again");
    delivery.reopen();
  });
  let telling: { readonly ended: Promise<unknown> } | undefined;
  try {
    const alert = (alert: Alert) => delivery.enqueue(alert);
    if (!isRecorded) telling = await tellOfRun(told, { ...request, alert }, signal);
    natives = await startNatives(request.natives ?? [], {
      ...request,
      sources: sources.map(({ name }) => name),
      state,
      deliver: (event) => engine.process(event),
    });
    await runs.runAll((run, ready) => {
      const { source } = run;
      return source.run(needsFor(ruleset, source), {
        signal,
        log,
        ...web && { web },
        deliver: (event) => {
          run.events++;
          engine.process(event);
          // What happened elsewhere is in no capture of this machine.
          if (!event.standsAlone) captures?.event(event);
        },
        // What no rule can match belongs into a capture, too.
        ...!captures && {
          passes: (eventType: number, kin: EventKin, threadId: number, processId: number) => {
            if (!engine.passes(source.name, eventType, kin, threadId, processId)) return false;
            run.events++;
            return true;
          },
        },
        couldMatchOpening: (event, names) =>
          captures !== undefined || natives?.needs(source.name).looks ||
          couldMatch.get(source)!.opening(event, state, names),
        change: (change, clockNs) => {
          state.apply(change, clockNs);
          captures?.change(change, clockNs);
        },
        seed: (processes) => state.seed(processes),
        processes: state.processes,
        account: (change) => state.account(change),
        container: (container) => state.containers.set(container),
        settle: () => {
          request.onProgress?.(run.events);
          return backlog.settle();
        },
        get isCrowded() {
          return backlog.isDue;
        },
        ready: () => {
          // Other rules came while it was starting.
          if (engine.ruleset !== ruleset) source.update(needsFor(engine.ruleset, source));
          natives?.opened(source.name).catch((error) => {
            failure ??= error;
            stop.abort();
          });
          ready();
        },
      }).catch((error) => {
        throw namingKeys(error, auditListenKeys(config));
      });
    });
  } catch (error) {
    if (!isRecorded && !runs.wasReady) throw error;
    failure ??= error;
  } finally {
    stop.abort();
    reopening[Symbol.dispose]();
    // What was accepted is judged, and goes out below.
    await web?.shutdown();
    await natives?.stop();
    await Promise.all([begun, names, lookups, losses, reloads?.ended, telling?.ended]);
    for (const each of engines) each.close?.();
    engine.release();
    await captures?.close();
    const isPatient = isRecorded && !request.signal.aborted;
    await (isPatient ? delivery.close(STILL_MS, request.signal) : delivery.close(FLUSH_MS));
    await request.guests?.stop();
  }
  return {
    engine: engine.counters(),
    lanes: delivery.counters(),
    heldBack: delivery.heldBack,
    sent: delivery.sent,
    sources: sources.map((source) => ({ name: source.name, counters: source.counters() })),
    state: state.counters,
    reloads: reloads?.counters(),
    captures: captures?.counters,
    outputsGone,
    failure,
  };
}

/** Loading what serves takes longer than everything else at a start: only for those who want it. */
async function webServersFor(
  sources: readonly Source[],
  { config, log }: WatchRequest,
): Promise<WebServers | undefined> {
  if (!config.webserver.enabled && !sources.some(({ listens }) => listens)) return undefined;
  const { WebServers } = await import("../web/mod.ts");
  return new WebServers({ log });
}

/** What is lost is told in any case, unless somebody said how or that it is not to be. */
function lossWatchers(source: Source, drops: DropMonitorOptions): readonly LossWatcher[] {
  const { actions } = drops.settings;
  const isTold = actions.includes("ignore") || actions.includes("log");
  const teller = isTold ? [] : [new LossTeller(source, drops.log)];
  const isAsked = actions.length > 0 && source.name === "syscall";
  return isAsked ? [...teller, new DropMonitor(source, drops)] : teller;
}

function judgesOf(sources: readonly Source[], ruleset: Ruleset): ReadonlyMap<Source, CouldMatch> {
  return new Map(sources.map((source) => [source, new CouldMatch(ruleset, source.name)]));
}
