/** Outputs that Falco has keys of its own for, each as a sink. */
import { ENGINE_VERSION, VERSION } from "../version.ts";
import type { WiredSink } from "./outputs.ts";
import type { Config } from "./schema.ts";
import { standardTries } from "./sink_options.ts";

/** Those that are switched on. */
export function falcoOutputs(config: Config): readonly WiredSink[] {
  const { stdout_output, syslog_output, file_output, program_output, http_output } = config;
  return [
    ...stdout_output?.enabled ? [STDOUT] : [],
    ...syslog_output.enabled ? [syslogOutput()] : [],
    ...file_output.enabled ? [fileOutput(file_output)] : [],
    ...program_output.enabled ? [programOutput(program_output)] : [],
    ...http_output.enabled ? [httpOutput(http_output)] : [],
    ...config.grpc.enabled ? [grpcOutput(config)] : [],
  ];
}

export const STDOUT: WiredSink = { kind: "sink", name: "stdout", label: "stdout", config: {} };

function syslogOutput(): WiredSink {
  const options = standardTries();
  return { kind: "sink", name: "syslog", label: "syslog", config: {}, options, mayBeMissing: true };
}

function fileOutput({ enabled: _isOn, ...config }: Config["file_output"]): WiredSink {
  const options = standardTries();
  return { kind: "sink", name: "file", label: "file", config, options, place: ["file_output"] };
}

/** Falco waits for ever; a program that hangs is stopped here, but one that is slow is none that hangs. */
const PROGRAM_TIMEOUT_MS = 300_000;

function programOutput({ enabled: _isOn, ...config }: Config["program_output"]): WiredSink {
  return {
    kind: "sink",
    name: "program",
    label: "program",
    config,
    options: { ...standardTries(), timeoutMs: PROGRAM_TIMEOUT_MS },
    place: ["program_output"],
  };
}

/** Falco tries again only where nobody answers in time; here, whatever goes wrong for a while. */
function httpOutput(
  { enabled: _isOn, max_consecutive_timeouts: attempts, ...config }: Config["http_output"],
): WiredSink {
  return {
    kind: "sink",
    name: "http",
    label: "http",
    config,
    options: { timeoutMs: 10_000, retry: { attempts, firstMs: 1000, mostMs: 60_000 } },
    place: ["http_output"],
  };
}

/** The server also tells its version, with or without alerts. */
function grpcOutput(config: Config): WiredSink {
  const { enabled: _isOn, threadiness: _idle, ...places } = config.grpc;
  return {
    kind: "sink",
    name: "grpc",
    label: "grpc",
    config: {
      ...places,
      time_format_iso_8601: config.time_format_iso_8601,
      version: VERSION,
      engine_version: ENGINE_VERSION,
    },
    ...!config.grpc_output.enabled && { options: { takes: takesNothing } },
    written: config.grpc_output,
    place: ["grpc"],
  };
}

export const takesNothing = () => false;
