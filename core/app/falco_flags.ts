/**
 * Flags of Falco that falcod's own command line has no other place for: those of today and those of
 * 0.18 to 0.40. They are understood, and say how the same is written today.
 *
 * Facts: falco userspace/falco/app/options.cpp, and app_cmdline_options.cpp before 0.33.
 */

export type FalcoFlag =
  | KeyFlag
  | IdleFlag
  /** Names sockets of CRI: which key has them depends on the configuration. */
  | { readonly kind: "socket"; readonly flags: string }
  /** Names event sources; `--enable-source` and `--disable-source` are read together. */
  | { readonly kind: "source"; readonly flags: string }
  /** Asks something and ends: `commands/falco_questions.ts` answers. */
  | { readonly kind: "question"; readonly flags: string }
  /** Changes how a question is answered; `about` says which. */
  | { readonly kind: "manner"; readonly flags: string; readonly about: string };

/** A key of the configuration says the same. */
export interface KeyFlag {
  readonly kind: "key";
  /** As on the command line: `-S, --snaplen <bytes>`. */
  readonly flags: string;
  /** As if they had been written with `-o`. */
  readonly spell: (value: string) => readonly string[];
}

/** Is about something that falcod does not have, or that it does in any case. */
export interface IdleFlag {
  readonly kind: "idle";
  readonly flags: string;
  readonly because: string;
}

function key(flags: string, spell: (value: string) => readonly string[]): KeyFlag {
  return { kind: "key", flags, spell };
}

function idle(flags: string, because: string): IdleFlag {
  return { kind: "idle", flags, because };
}

const PODS = "pods are known from the container engines, and nobody else is asked";
const PROBE = "falcod has one probe of its own";

export const FALCO_FLAGS: readonly FalcoFlag[] = [
  { kind: "question", flags: "-L" },
  { kind: "question", flags: "-l <rule>" },
  { kind: "question", flags: "--list [source]" },
  { kind: "question", flags: "--list-events" },
  { kind: "question", flags: "--list-syscall-events" },
  { kind: "question", flags: "--list-plugins" },
  { kind: "question", flags: "--plugin-info <plugin>" },
  { kind: "question", flags: "-i, --ignored-events" },
  { kind: "question", flags: "--support" },
  { kind: "question", flags: "--page-size" },
  { kind: "question", flags: "--config-schema" },
  { kind: "question", flags: "--rule-schema" },
  { kind: "manner", flags: "-N", about: "--list" },
  { kind: "manner", flags: "--markdown", about: "--list and --list-events" },
  { kind: "manner", flags: "--format <format>", about: "--list, --list-events and --list-plugins" },

  { kind: "source", flags: "--enable-source <source>" },
  { kind: "source", flags: "--disable-source <source>" },

  key("-A", () => ["base_syscalls.all=true"]),
  key("-b, --print-base64", () => ["buffer_format_base64=true"]),
  key("-v", () => ["log_level=debug"]),
  key("-S, --snaplen <bytes>", (bytes) => [`falco_libs.snaplen=${bytes}`]),
  key("-e <capture>", (path) => ["engine.kind=replay", `engine.replay.capture_file=${path}`]),
  key("-s <file>", (path) => ["metrics.enabled=true", `metrics.output_file=${path}`]),
  key("--stats-interval <ms>", (ms) => ["metrics.enabled=true", `metrics.interval=${ms}ms`]),
  { kind: "socket", flags: "--cri <socket>" },
  key("--nodriver", () => ["engine.kind=nodriver"]),
  key(
    "-g, --gvisor-config <file>",
    (path) => ["engine.kind=gvisor", `engine.gvisor.config=${path}`],
  ),
  // Falco writes a configuration for gVisor and ends: watching in its place would be no answer.
  key("--gvisor-generate-config [socket]", () => ["engine.kind=gvisor"]),

  idle("--modern-bpf", "it is always so"),
  idle("-u, --userspace", PROBE),
  idle(
    "-d, --daemon",
    "it stays in the foreground; systemd or a container runs it in the background",
  ),
  idle("--disable-cri-async", "alerts wait a little for what their container is called"),
  idle("-k, --k8s-api <url>", PODS),
  idle("-K, --k8s-api-cert <file>", PODS),
  idle("--k8s-node <name>", PODS),
  idle("-m, --mesos-api <url>", "Mesos is not asked"),
  idle("-w, --writefile <file>", "falcod record -w writes captures, and watches nothing"),
  idle("--alternate-lua-dir <path>", "nothing is written in Lua"),
  idle("--udig", PROBE),
  idle("--gvisor-root <path>", "gVisor is not watched"),
];

/** What was given, by the first spelling of a flag (`-S`), in order; a flag without a value has "". */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;

/** `-S` of `-S, --snaplen <bytes>`. */
export function nameOf(flags: string): string {
  return flags.split(/[ ,]/, 1)[0]!;
}
