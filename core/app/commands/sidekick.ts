/** `falcod sidekick`: what falcosidekick does, with its configuration. */
import { Report } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { BackgroundOutput } from "../background_output.ts";
import { counted } from "../count.ts";
import { refuseDebugger } from "../debugger.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { isWorldFailure } from "../failure.ts";
import type { Host } from "../host.ts";
import { createLogger } from "../log.ts";
import { FreshFindings, tellStanding } from "../fresh_findings.ts";
import { passingOver } from "../pass_over.ts";
import { printLines } from "../print_lines.ts";
import { countWarnings, tellProblems } from "../report.ts";
import { lookAtListening } from "../sidekick/look_at_listening.ts";
import { serveSidekick } from "../sidekick/serve.ts";
import { loadSidekick, type SidekickSettings } from "../sidekick/settings.ts";
import { outputLines } from "../summary.ts";

export interface SidekickCommand {
  /** Absent: all is in the environment. */
  readonly configPath: string | undefined;
  readonly dryRun: boolean;
}

/** How long the last words may take on their way out. */
const LAST_WORDS_MS = 2000;

export async function sidekickCommand(request: SidekickCommand, host: Host): Promise<number> {
  // Nothing is open yet that could be opened again, and nobody may end falcod by it.
  const early = host.onHangup(() => {});
  try {
    return await passingOver(["SIGUSR1"], () => sidekick(request, host));
  } finally {
    early.release();
  }
}

async function sidekick(request: SidekickCommand, host: Host): Promise<number> {
  const registry = new Registry(host.plugins);
  const { report, settings } = await load(request, registry, host);
  if (request.dryRun && settings) await lookAtListening(settings, report);
  const look = { level: settings?.logsAlerts ? "debug" : "info", isoTime: false } as const;
  tellProblems(report, host, createLogger(host.error, look));
  if (!settings || report.hasErrors) return EXIT_FAILURE;
  if (request.dryRun) {
    const names = settings.sinks.map(({ label }) => label).join(", ") || "nobody";
    const warnings = countWarnings(report.diagnostics);
    const found = warnings > 0 ? `, with ${counted(warnings, "warning")}` : "";
    host.error.write(`falcod: dry run, alerts would go to ${names}${found}\n`);
    return EXIT_OK;
  }
  const error = new BackgroundOutput(host.errorBytes, host.error);
  try {
    const patient = { ...host, error };
    const findings = new FreshFindings(report);
    return await serveUntilStopped(settings, { registry, request, host: patient, look, findings });
  } finally {
    await error.close(LAST_WORDS_MS);
  }
}

async function load({ configPath: path }: SidekickCommand, registry: Registry, host: Host) {
  const report = new Report();
  const environment = (name: string) => host.environment(name);
  return { report, settings: await loadSidekick({ path, environment, registry, report }) };
}

async function serveUntilStopped(
  settings: SidekickSettings,
  { registry, request, host, look, findings }: {
    readonly registry: Registry;
    readonly request: SidekickCommand;
    readonly host: Host;
    readonly look: Parameters<typeof createLogger>[1];
    readonly findings: FreshFindings;
  },
): Promise<number> {
  const log = createLogger(host.error, look);
  let known = settings.sinkFaults;
  const stop = new AbortController();
  const signals = host.onStop(() => stop.abort());
  try {
    const rotation = refuseDebugger();
    const summary = await serveSidekick({
      settings,
      registry,
      log,
      hostname: Deno.hostname(),
      signal: stop.signal,
      isReopenAsked: rotation.hasCome,
      onReady: (servers, outputs) => {
        const places = servers.map(({ listen, address }) => {
          const { hostname, port } = address!;
          const host = hostname.includes(":") ? `[${hostname}]` : hostname;
          return `${listen.tls ? "https" : "http"}://${host}:${port}`;
        });
        const to = outputs.join(", ") || "nobody";
        host.error.write(`falcod: forwarding to ${to}, listening at ${places.join(" and ")}\n`);
      },
      onChange: (use) =>
        host.onHangup(() => {
          takeAnew(use).catch((error) => {
            const why = isWorldFailure(error) ? error.message : `this is a bug: ${error}`;
            log.error(`SIGHUP: nothing is changed: ${why}`);
          });
        }),
    });
    const { accepted, rejected, lanes } = summary;
    const lines = [
      `falcod: stopped; ${counted(accepted, "alert")} taken, ${
        counted(rejected, "request")
      } refused`,
      ...outputLines(lanes),
    ];
    printLines(lines, host.error);
    return lanes.some(({ dropped, failed }) => dropped + failed > 0) ? EXIT_FAILURE : EXIT_OK;
  } finally {
    signals.release();
  }

  async function takeAnew(use: (settings: SidekickSettings) => Promise<void>): Promise<void> {
    const { report, settings } = await load(request, registry, host);
    const isTaken = settings !== undefined && !report.hasErrors;
    const found = findings.of(report, { isTaken });
    tellProblems(found, host, log);
    tellStanding(found, log);
    if (!settings || report.hasErrors) {
      log.error("SIGHUP: the configuration has mistakes, nothing is changed");
      return;
    }
    const fresh = settings.sinkFaults.find((fault) => !known.includes(fault));
    if (fresh !== undefined) {
      log.error(`SIGHUP: nothing is changed: ${fresh}`);
      return;
    }
    await use(settings);
    known = settings.sinkFaults;
    const names = settings.sinks.map(({ label }) => label).join(", ") || "nobody";
    log.info(`SIGHUP: forwarding to ${names}`);
  }
}
