/**
 * Every key that falco.yaml has had from 2020 to 2026: its type, its default and how it stands here.
 *
 * Facts: falco 0.18 … 0.45 falco.yaml and configuration.cpp.
 */
import * as z from "zod";
import { parseAddress } from "../../base/ip.ts";
import { KEY_PARTS } from "../../delivery/mod.ts";
import { DEFAULT_PLUGINS_FOLDER } from "../../plugin/store/places.ts";
import { LOG_LEVELS } from "../log.ts";
import {
  decimal,
  duration,
  flag,
  idle,
  listOf,
  oneOf,
  planned,
  preset,
  replaced,
  section,
  sequence,
  text,
  whole,
  word,
} from "./_types.ts";
import { oldContainerEngines } from "./container_engines.ts";
import { pluginEntry } from "./plugin_entry.ts";
import { privilegesSection } from "./privileges.ts";
import { priority, sinkEntry } from "./sink_options.ts";

const address = (standard: string) =>
  word("an IP address")
    .refine((text) => parseAddress(text) !== undefined, { error: "an IP address" })
    .default(standard);

/** A unix socket, or TCP. */
const GRPC_ADDRESS = /^unix:(?:\/\/)?\/[^\0]{1,106}$|^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$/;
const GRPC_PLACE = "unix:///PATH or ADDRESS:PORT";

const WEB_PATH = 'a path that begins with "/"';
/** Of an endpoint. */
const webPath = (standard: string) =>
  word(WEB_PATH).refine((path) => /^\/[^\s?#]*$/.test(path), { error: WEB_PATH })
    .default(standard);

const ENGINE_KINDS = [
  "modern_ebpf",
  "ebpf",
  "kmod",
  "module",
  "auto",
  "replay",
  "gvisor",
  "nodriver",
] as const;

const MAX = { min: 0, max: 2 ** 31 };
export const NO_DRIVER = "falcod has one probe of its own and no kernel module";

const output = <T extends z.ZodRawShape>(shape: T) => section({ enabled: flag(false), ...shape });

const selected = z.strictObject({ rule: word().optional(), tag: word().optional() }, {
  error: "a mapping with rule or tag",
});

const engine = z.strictObject({
  kind: oneOf(ENGINE_KINDS, "modern_ebpf"),
  kmod: section({
    buf_size_preset: preset(),
    drop_failed_exit: flag(false),
  }),
  ebpf: section({
    probe: idle(text(), NO_DRIVER),
    buf_size_preset: preset(),
    drop_failed_exit: flag(false),
  }),
  modern_ebpf: section({
    cpus_for_each_buffer: idle(whole({ ...MAX, standard: 2 }), "all CPUs share two rings"),
    buf_size_preset: preset(),
    drop_failed_exit: flag(false),
    disable_iterators: planned(flag(false), "false"),
  }),
  replay: section({ capture_file: text() }),
  falcod: section({ kernel_filter: flag(true) }),
  gvisor: section({
    config: idle(text(), "gVisor is not watched"),
    root: idle(text(), "gVisor is not watched"),
  }),
}, { error: "a mapping" }).prefault({});

/** Of alerts that are held back as they repeat others. */
const dedupKey = word().refine((key) => KEY_PARTS.includes(key) || key.includes("."), {
  error: `${KEY_PARTS.join(", ")}, or a field of the output as container.id`,
});

/** A field that is listed again is the same; a text would take the place of what the name has. */
function namesTwice(fields: readonly (string | Readonly<Record<string, string>>)[]): boolean {
  const texts = fields.flatMap((field) => typeof field === "string" ? [] : Object.keys(field));
  return new Set(texts).size < texts.length ||
    fields.some((field) => typeof field === "string" && texts.includes(field));
}

/** What is ignored is not told of as well. Falco, too, looks only at what follows `ignore`. */
const dropActions = sequence(oneOf(["ignore", "log", "alert", "exit"], "log")).refine((actions) => {
  const ignored = actions.indexOf("ignore");
  return ignored < 0 || !actions.slice(ignored).some((action) => /^(?:log|alert)$/.test(action));
}, { error: '"ignore" alone, or other actions without it' }).default([]);

export const configSchema = z.strictObject({
  config_files: listOf(z.union([
    word(),
    z.strictObject({ path: word(), strategy: text("append") }, { error: "a mapping with path" }),
  ], { error: "a path, or a mapping with path and strategy" })),
  watch_config_files: flag(true),

  rules_files: listOf(word()),
  rules_file: replaced(listOf(word()), "rules_files", "acts"),
  rule_files: replaced(listOf(word()), "rules_files", "idle"),
  rules: listOf(
    z.strictObject({ enable: selected.optional(), disable: selected.optional() }, {
      error: "a mapping with enable or disable",
    }),
  ),
  rule_matching: z.preprocess(
    (given) => typeof given === "string" ? given.toLowerCase() : given,
    oneOf(["first", "all"], "first"),
  ).default("first"),
  priority,

  engine,
  syscall_buf_size_preset: replaced(
    preset(),
    "engine.modern_ebpf.buf_size_preset",
    "acts",
  ),
  syscall_drop_failed_exit: replaced(
    flag(false),
    "engine.modern_ebpf.drop_failed_exit",
    "acts",
  ),
  modern_bpf: section({
    cpus_for_each_syscall_buffer: idle(whole({ ...MAX, standard: 2 }), "all CPUs share two rings"),
  }),
  capture: section({
    enabled: flag(false),
    path_prefix: text("/tmp/falco"),
    mode: oneOf(["rules", "all_rules"], "rules"),
    default_duration: whole({ ...MAX, standard: 5000 }),
    max_file_size_mb: whole({ min: 0, max: 1048576, standard: 0 }),
  }),
  base_syscalls: section({
    custom_set: listOf(word()),
    repair: idle(flag(false), "the process table needs no system calls"),
    /** Rules see every system call they ask for, with or without it. */
    all: flag(false),
  }),
  syscall_event_drops: section({
    threshold: decimal({ min: 0, max: 1, standard: .1 }),
    actions: dropActions,
    rate: decimal({ ...MAX, standard: .03333 }),
    max_burst: decimal({ ...MAX, standard: 1 }),
    simulate_drops: flag(false),
  }),
  syscall_event_timeouts: section({
    max_consecutives: idle(whole({ ...MAX, min: 1, standard: 1000 }), "the reader never times out"),
  }),
  falco_libs: section({
    thread_table_size: planned(whole({ ...MAX, standard: 262144 })),
    thread_table_auto_purging_interval_s: idle(
      whole({ ...MAX, standard: 300 }),
      "the process table is kept by exit events and a bound",
    ),
    thread_table_auto_purging_thread_timeout_s: idle(
      whole({ ...MAX, standard: 300 }),
      "the process table is kept by exit events and a bound",
    ),
    snaplen: whole({ min: 0, max: 65535, standard: 0 }),
  }),
  container_engines: replaced(
    oldContainerEngines,
    "plugins, with init_config.engines of the plugin named container",
    "acts",
  ),
  metadata_download: section({
    max_mb: idle(whole({ ...MAX, standard: 100 }), "the Kubernetes API is not asked"),
    chunk_wait_us: idle(whole({ ...MAX, standard: 1000 }), "the Kubernetes API is not asked"),
    watch_freq_sec: idle(whole({ ...MAX, standard: 1 }), "the Kubernetes API is not asked"),
  }),

  plugins: listOf(pluginEntry),
  load_plugins: sequence(word()).optional(),
  /** falcod's own: where falcod plugin add installs. */
  plugins_dir: word().default(DEFAULT_PLUGINS_FOLDER),
  plugins_hostinfo: idle(flag(true), "plugins have no other way to /proc"),

  json_output: flag(false),
  json_include_output_property: flag(true),
  json_include_message_property: flag(false),
  json_include_output_fields_property: flag(true),
  json_include_tags_property: flag(true),
  time_format_iso_8601: flag(false),
  buffer_format_base64: flag(false),
  append_output: listOf(z.strictObject({
    match: z.strictObject({
      source: word().optional(),
      tags: listOf(word()),
      rule: word().optional(),
    }, { error: "a mapping with source, tags or rule" }).optional(),
    extra_output: text(),
    extra_fields: listOf(
      z.union([word(), z.record(z.string(), word())], { error: "a field, or a mapping of one" }),
    ).refine((fields) => !namesTwice(fields), { error: "each name once" }),
    suggested_output: flag(false),
  }, { error: "a mapping" })),
  static_fields: z.record(z.string(), word(), { error: "a mapping" }).default({}),

  buffered_outputs: flag(false),
  output_timeout: whole({ ...MAX, standard: 2000 }),
  outputs_queue: section({
    capacity: whole({ min: 0, max: 2 ** 53 - 1, standard: 0 }),
    recovery: idle(text("continue"), "alerts beyond the queue are counted, and all goes on"),
  }),
  outputs: section({
    rate: decimal({ ...MAX, standard: 0 }),
    max_burst: decimal({ ...MAX, standard: 1000 }),
  }),
  /** falcod's own: of alerts that agree in all keys, one goes out in each window. 0: all do. */
  dedup: section({
    keys: z.preprocess(
      (value) => typeof value === "string" ? [value] : value,
      z.array(dedupKey, { error: "a sequence" }).min(1, { error: "one key or more" }),
    ).default(["rule", "output"]),
    window: duration({ max: 86_400_000, standard: 0 }),
  }),
  /** falcod's own: any number of them, of any type. */
  sinks: listOf(sinkEntry),
  stdout_output: z.strictObject({ enabled: flag(false) }, { error: "a mapping" }).optional(),
  syslog_output: output({}),
  file_output: output({ keep_alive: flag(false), filename: text() }),
  program_output: output({ keep_alive: flag(false), program: text() }),
  http_output: output({
    // It may carry a token.
    url: text().meta({ secret: true }),
    user_agent: text("falcosecurity/falco"),
    insecure: flag(false),
    ca_cert: text(),
    ca_bundle: text(),
    ca_path: text("/etc/ssl/certs"),
    mtls: flag(false),
    client_cert: text("/etc/ssl/certs/client.crt"),
    client_key: text("/etc/ssl/certs/client.key"),
    echo: flag(false),
    compress_uploads: flag(false),
    keep_alive: flag(false),
    max_consecutive_timeouts: whole({ min: 0, max: 255, standard: 5 }),
  }),
  grpc: section({
    enabled: flag(false),
    bind_address: word(GRPC_PLACE).regex(GRPC_ADDRESS, { error: GRPC_PLACE })
      .prefault("0.0.0.0:5060"),
    threadiness: idle(whole({ ...MAX, standard: 0 }), "clients wait for no thread"),
    private_key: text("/etc/falco/certs/server.key"),
    cert_chain: text("/etc/falco/certs/server.crt"),
    root_certs: text("/etc/falco/certs/ca.crt"),
  }),
  grpc_output: section({ enabled: flag(true) }),
  webserver: section({
    enabled: flag(false),
    threadiness: idle(whole({ ...MAX, standard: 0 }), "requests wait for no thread"),
    listen_port: whole({ min: 0, max: 65535, standard: 8765 }),
    listen_address: address("0.0.0.0"),
    k8s_healthz_endpoint: webPath("/healthz"),
    k8s_audit_endpoint: webPath("/k8s-audit"),
    prometheus_metrics_enabled: flag(false),
    ssl_enabled: flag(false),
    ssl_certificate: text("/etc/falco/falco.pem"),
  }),

  /** falcod's own. */
  privileges: privilegesSection,

  // Falco's defaults are the other way round. Standard error is what systemd and containers keep, and a
  // machine without a syslog daemon would see no warning at all.
  log_stderr: flag(true),
  log_syslog: flag(false),
  log_level: oneOf(LOG_LEVELS, "info"),
  libs_logger: idle(
    section({ enabled: flag(true), severity: text("info") }),
    "there is no separate library to log for",
  ),
  metrics: section({
    enabled: flag(false),
    // Of Falco's falco.yaml; its program has "5000", with which it does not start.
    interval: text("1h"),
    output_rule: flag(false),
    output_file: text(),
    rules_counters_enabled: flag(true),
    resource_utilization_enabled: flag(true),
    state_counters_enabled: flag(true),
    kernel_event_counters_enabled: flag(true),
    kernel_event_counters_per_cpu_enabled: flag(false),
    kernel_iter_event_counters_enabled: idle(flag(true), "the probe has no such iterators"),
    libbpf_stats_enabled: flag(true),
    plugins_metrics_enabled: flag(true),
    jemalloc_stats_enabled: idle(flag(false), "falcod's memory is not managed by jemalloc"),
    convert_memory_to_mb: flag(true),
    include_empty_values: flag(false),
  }),
}, { error: "a mapping" });

/** falco.yaml, read: keys as they are written there, defaults filled in. */
export type Config = z.output<typeof configSchema>;

/** What an empty falco.yaml means. */
export function standardConfig(): Config {
  return configSchema.parse({});
}

/** What is wrong at one place; `unknownKeys` when it is only keys nobody knows. */
export interface ConfigIssue {
  readonly path: readonly (string | number)[];
  readonly wanted: string;
  readonly unknownKeys?: readonly string[];
  /** The values there are, where they are few. */
  readonly choices?: readonly string[];
  /** Nothing stands in for a value that is left empty. */
  readonly hasNoDefault?: boolean;
  /** The value that was probably meant, where the key knows better than the letters tell. */
  readonly meant?: string;
}

export function checkAgainstSchema(
  plain: unknown,
): { readonly config: Config } | { readonly issues: readonly ConfigIssue[] } {
  const result = configSchema.safeParse(plain);
  if (result.success) return { config: result.data };
  const issues = result.error.issues.map((issue) => ({
    path: issue.path.filter((step) => typeof step !== "symbol"),
    wanted: issue.message,
    ...(issue.code === "unrecognized_keys" ? { unknownKeys: issue.keys } : {}),
    ...(issue.code === "invalid_value" ? { choices: issue.values.map(String) } : {}),
    ...(issue.code === "custom" && issue.params?.meant
      ? { meant: String(issue.params.meant) }
      : {}),
  }));
  return { issues };
}
