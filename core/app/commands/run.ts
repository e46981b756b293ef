/** `falcod run`: watches until told to stop. */
import { dirname } from "node:path";
import type { Report } from "../../base/mod.ts";
import type { Logger } from "../../plugin/mod.ts";
import { BackgroundOutput } from "../background_output.ts";
import { counted } from "../count.ts";
import type { Config } from "../config/schema.ts";
import { enabledRulesLine, watchedText } from "../enabled_rules.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { reasonOf } from "../files.ts";
import type { Host } from "../host.ts";
import type { OldFlags } from "../old_flags.ts";
import { passingOver } from "../pass_over.ts";
import { printLines } from "../print_lines.ts";
import type { ReloadOptions } from "../reload.ts";
import { countWarnings, tellProblems } from "../report.ts";
import { RunLog } from "../run_log.ts";
import { prepare, type Start } from "../start.ts";
import { alertsLost, summaryLines } from "../summary.ts";

export interface RunRequest {
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
  /** `-V`: only check these. */
  readonly validatePaths: readonly string[];
  /** `-M` */
  readonly seconds: number | undefined;
  /** `-P`: gets the id of the process, as text. */
  readonly pidFile: string | undefined;
  readonly unbuffered: boolean;
  readonly dryRun: boolean;
  readonly scopeProcessId: number | undefined;
  readonly oldFlags: OldFlags;
}

/** How long the last words may take on their way out. */
const LAST_WORDS_MS = 2000;

export async function runCommand(request: RunRequest, host: Host): Promise<number> {
  if (request.validatePaths.length > 0) {
    const { validateCommand } = await import("./validate.ts");
    const { validatePaths: rulePaths, configPath, options } = request;
    return await validateCommand(
      { paths: [], rulePaths, configPath, options, format: "falco" },
      host,
    );
  }
  const hangups = keepHangups(host);
  try {
    // Nothing is open yet that could be opened again, and nobody else may end falcod by it.
    return await passingOver(
      ["SIGUSR1"],
      () => runWith(request, { ...host, onHangup: hangups.on }),
    );
  } finally {
    hangups.release();
  }
}

/** One that comes while falcod starts would end it; the files may have changed since they were read. */
function keepHangups(host: Host): { readonly on: Host["onHangup"]; release(): void } {
  let isEarly = false;
  const early = host.onHangup(() => isEarly = true);
  return {
    on: (callback) => {
      const listener = host.onHangup(callback);
      if (isEarly) callback();
      return listener;
    },
    release: () => early.release(),
  };
}

async function runWith(request: RunRequest, host: Host): Promise<number> {
  const looks = request.dryRun
    ? { looksAtOutputs: "check", looksAtStart: "try" } as const
    : { looksAtOutputs: "run" } as const;
  const start = await prepare({ ...request, ...looks }, host);
  const { config } = start.loaded;
  const own = request.dryRun ? { ...config, log_syslog: false } : config;
  const runLog = await RunLog.open(start.registry, own);
  try {
    return await runLogged(start, request, { host, runLog });
  } finally {
    await runLog.close();
  }
}

async function runLogged(
  start: Start,
  request: RunRequest,
  { host, runLog }: { readonly host: Host; readonly runLog: RunLog },
): Promise<number> {
  const log = runLog.to(host.error);
  tellProblems(start.report, host, log);
  if (!start.ruleset) return EXIT_FAILURE;
  log.info(`configuration from ${start.loaded.files.join(", ")}`);
  log.info(`rules from ${start.ruleFiles.join(", ") || "no file"}`);
  const { config } = start.loaded;
  if (config.log_level === "debug") {
    const { askedEventLines } = await import("../asked_events.ts");
    for (const line of askedEventLines(start.ruleset, config)) log.debug(line);
    log.debug(enabledRulesLine(start.ruleset));
  }
  if (request.dryRun) {
    host.error.write(`falcod: dry run, ${outcomeOf(start.report)}\n`);
    return EXIT_OK;
  }
  if (request.pidFile !== undefined && !writePidFile(request.pidFile, host)) return EXIT_FAILURE;
  const error = new BackgroundOutput(host.errorBytes, host.error);
  const patient = { ...host, error };
  try {
    const adaptLog = (config: Config) => runLog.adapt(config);
    const io = { host: patient, log: runLog.to(error), adaptLog };
    return await watchUntilStopped({ ...start, ruleset: start.ruleset }, request, io);
  } finally {
    await error.close(LAST_WORDS_MS);
  }
}

/** Only of a report without errors. */
function outcomeOf({ diagnostics }: Report): string {
  const warnings = countWarnings(diagnostics);
  if (warnings === 0) return "everything is fine";
  const taken = diagnostics.filter(({ code, severity }) =>
    code === TAKEN && severity === "warning"
  );
  const ports = taken.length > 1 ? "those ports are" : "that port is";
  const when = taken.length > 0 ? ` once ${ports} free` : "";
  return `falcod would start${when}, with ${counted(warnings, "warning")}`;
}

/** As a warning where a start is tried: the falcod that runs may be who listens there. */
const TAKEN = "C065";

/** A device, a pipe, a directory. */
function isThereAndNoFile(path: string): boolean {
  try {
    const { isFile, isSymlink } = Deno.lstatSync(path);
    return !isFile && !isSymlink;
  } catch {
    return false;
  }
}

/** Left behind at the end, as Falco leaves it. False after telling why there is none. */
function writePidFile(path: string, host: Host): boolean {
  try {
    if (isThereAndNoFile(path)) throw new Error("what is there is no file");
    // By another name first: a link of this name is replaced, not followed.
    const fresh = `${path}.${Deno.pid}`;
    Deno.writeTextFileSync(fresh, `${Deno.pid}\n`, { createNew: true, mode: 0o644 });
    try {
      Deno.renameSync(fresh, path);
    } catch (error) {
      Deno.removeSync(fresh);
      throw error;
    }
    return true;
  } catch (error) {
    const folder = dirname(path);
    const isFolderMissing = error instanceof Deno.errors.NotFound;
    const reason = isFolderMissing ? `there is no folder "${folder}"` : reasonOf(error);
    const help = isFolderMissing
      ? "make it first (mkdir; RuntimeDirectory= in a unit of systemd), or name another file after -P"
      : "name a file after -P that may be written";
    const title = `falcod: cannot write the process id to "${path}": ${reason}`;
    printLines([title, `  ${help}`], host.error);
    return false;
  }
}

async function watchUntilStopped(
  start: Start & { readonly ruleset: NonNullable<Start["ruleset"]> },
  request: RunRequest,
  { host, log, adaptLog }: {
    readonly host: Host;
    readonly log: Logger;
    readonly adaptLog: (config: Config) => Promise<void>;
  },
): Promise<number> {
  const { loaded, settings, ruleset, registry, natives, guests } = start;
  const { seconds, unbuffered } = request;
  const hostname = host.environment("FALCO_HOSTNAME") || Deno.hostname();
  const stop = new AbortController();
  const signals = host.onStop(() => stop.abort());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isReplay = loaded.config.engine.kind === "replay";
  let isWatching = false;
  try {
    const { refuseDebugger } = await import("../debugger.ts");
    const { giveUpPrivileges, hideMemory } = await import("../privileges.ts");
    hideMemory(log);
    const rotation = refuseDebugger();
    const { watch } = await import("../watch.ts");
    const { keepRulesFresh, loadedPathsOf } = await import("../reload.ts");
    const summary = await watch({
      config: loaded.config,
      settings,
      ruleset,
      registry,
      natives,
      guests,
      log,
      signal: stop.signal,
      hostname,
      unbuffered,
      readersMayLeave: isReplay,
      isReopenAsked: rotation.hasCome,
      loadedPaths: loadedPathsOf(start),
      onReady: async (sources) => {
        const { config } = loaded;
        await giveUpPrivileges({ config, settings, registry, natives, guests }, log);
        isWatching = true;
        host.error.write(`falcod: watching ${watchedText(sources, ruleset)}\n`);
        // Of a capture these are seconds of the recording.
        if (seconds !== undefined && !isReplay) {
          timer = setTimeout(() => stop.abort(), seconds * 1000);
        }
      },
      keepRulesFresh: (running, signal) => {
        const reload: ReloadOptions = {
          start,
          load: () => prepare({ ...request, looksAtOutputs: "run" }, host, guests),
          tell: (report) => tellProblems(report, host, log),
          log,
          adaptLog,
          hostname,
          onHangup: (callback) => host.onHangup(callback),
        };
        return keepRulesFresh(reload, running, signal);
      },
    });
    // What a start has counted says nothing of why there was none.
    if (!isWatching && summary.failure !== undefined) throw summary.failure;
    // Of a capture, whoever stops reading wants to know nothing more.
    if (isReplay && summary.outputsGone) return EXIT_OK;
    printLines(summaryLines(summary), host.error);
    if (summary.failure !== undefined) throw summary.failure;
    return summary.outputsGone || alertsLost(summary) > 0 ? EXIT_FAILURE : EXIT_OK;
  } finally {
    clearTimeout(timer);
    signals.release();
  }
}
