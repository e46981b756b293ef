/**
 * What each key of falco.yaml is, in a line. Comments of rules/falco.yaml are about groups of keys; in
 * a table of keys each wants words of its own. Keys whose schema says it are not here.
 */

const OLD_BUFFER =
  "Size of the ring, as engine.modern_ebpf.buf_size_preset, when engine.kind names it";
const FAILED = "Leave out calls that failed";
const OLD_ENGINE = "Ask this engine about its containers";
const SELECTED_RULE = "Name of the rules; * stands for any text";
const SELECTED_TAG = "A tag that the rules have";

const ABOUT: Readonly<Record<string, string>> = {
  "config_files[].path": "A file, or a directory whose files are read",
  "config_files[].strategy":
    "What happens to a key that is there already: append, override or add-only",
  "rules[].enable.rule": SELECTED_RULE,
  "rules[].enable.tag": SELECTED_TAG,
  "rules[].disable.rule": SELECTED_RULE,
  "rules[].disable.tag": SELECTED_TAG,
  "engine.kmod.buf_size_preset": OLD_BUFFER,
  "engine.kmod.drop_failed_exit": FAILED,
  "engine.ebpf.buf_size_preset": OLD_BUFFER,
  "engine.ebpf.drop_failed_exit": FAILED,
  "engine.modern_ebpf.drop_failed_exit": FAILED,
  "engine.replay.capture_file": "The recording that engine.kind replay judges",
  "capture.enabled":
    "Write what happens after a rule has matched into files for falcod replay. More then leaves the kernel. Arguments, environments and data of programs are in the files",
  "capture.path_prefix": "Files are called PREFIX_TIME_EVENT.scap",
  "capture.mode": "rules: only rules with capture: true begin a file; all_rules: any rule does",
  "capture.default_duration":
    "How long a file goes on, in milliseconds, where the rule has no capture_duration",
  "capture.max_file_size_mb": "A file ends at this size; 0: no limit",
  "base_syscalls.custom_set":
    'System calls that stay in the kernel although rules ask for them: "!mprotect". Names without ! change nothing',
  "base_syscalls.all": "Changes nothing: rules see every system call they ask for",
  "syscall_event_drops.threshold":
    "Share of a second's events that may be lost before actions are taken",
  "syscall_event_drops.actions":
    "What to do then: log, alert, exit or ignore. Without any, losses are logged every 30 seconds",
  "syscall_event_drops.rate": "How many times a second actions are taken in the long run",
  "syscall_event_drops.max_burst": "How many times actions are taken at once",
  "syscall_event_drops.simulate_drops":
    "Act as if one event a second were lost, to try the actions",
  "falco_libs.snaplen":
    "Bytes that events have of what is read, written, sent and received, 8192 at most; 0: 80",
  "container_engines.docker.enabled": OLD_ENGINE,
  "container_engines.podman.enabled": OLD_ENGINE,
  "container_engines.cri.enabled": "Ask containerd and CRI-O about containers and pods",
  "container_engines.cri.sockets": "Sockets of containerd and CRI-O; empty: the usual ones",
  "container_engines.lxc.enabled": "Recognize containers of LXC",
  "container_engines.libvirt_lxc.enabled": "Recognize containers of libvirt",
  "container_engines.bpm.enabled": "Recognize containers of BOSH's process manager",
  "container_engines.rocket.enabled": "Without effect: rkt is no longer made",
  plugins:
    "Plugins, and settings of those that are built in. rules/falco.yaml shows an entry of each kind",
  "plugins[].name": "Name of the plugin: k8saudit, container, or that of one that is installed",
  "plugins[].library_path":
    "Folder of the plugin, its installed name, or the library (.so) of one made for Falco",
  "plugins[].init_config": "Settings that the plugin gets; each plugin has its own",
  "plugins[].open_params": "What a source of events opens, for example the address it listens at",
  "plugins[].trusted": "Run it in falcod itself, where nothing holds it back",
  "plugins[].permissions.net": "HOST:PORT it may connect to, of those its manifest asks for",
  "plugins[].permissions.read": "Paths it may read, of those its manifest asks for",
  "plugins[].permissions.write": "Paths it may write, of those its manifest asks for",
  "plugins[].permissions.env": "Variables it may see, of those its manifest asks for",
  "plugins[].permissions.run": "Programs it may start, of those its manifest asks for",
  "plugins[].permissions.ffi": "Libraries it may load, of those its manifest asks for",
  load_plugins: "Names of the plugins that are loaded; without this key all are",
  plugins_dir: "falcod's own: the folder where falcod plugin add installs",
  json_include_output_property: "With json_output: the whole line as text",
  json_include_message_property: "With json_output: the message without time and priority",
  json_include_output_fields_property: "With json_output: the values of the fields in the output",
  json_include_tags_property: "With json_output: the rule's tags",
  append_output: "Adds to the outputs of rules: of all, or of those that match",
  "append_output[].match.source": "Only rules of this source of events",
  "append_output[].match.tags": "Only rules that have all these tags",
  "append_output[].match.rule": "Only the rule of this name",
  "append_output[].extra_output": "Text with fields, put at the end of the message",
  "append_output[].extra_fields": "Fields added to output_fields in JSON: a field, or NAME: TEXT",
  "append_output[].suggested_output":
    "Add container_id, container_name, image and pod, as Falco's own falco.yaml does",
  static_fields:
    "Fields of your own, the same for all events: site: north is %static.site in outputs and conditions",
  output_timeout: "Milliseconds; an output that takes longer is reported",
  "outputs.rate": "Alerts a second in the long run; 0: no limit",
  "outputs.max_burst": "Alerts at once, before rate counts",
  "dedup.keys": "What alerts have to agree in to count as alike: rule, output, or fields",
  "dedup.window":
    "One of the alerts that are alike goes out in each window, then their number; 0: all go out",
  "sinks[].type": "Kind of sink, for example slack, file or kafka",
  "sinks[].name": "Name in messages and for falcod sink test; otherwise the type",
  "stdout_output.enabled": "Write alerts to standard output",
  "syslog_output.enabled": "Send alerts to the daemon at /dev/log",
  "file_output.enabled": "Append alerts to a file",
  "file_output.keep_alive":
    "Keep the file open until SIGUSR1; otherwise it is opened for each alert",
  "file_output.filename": "Path of the file",
  "program_output.enabled": "Give alerts to a program on its standard input",
  "program_output.keep_alive":
    "One program gets all alerts, a line each; otherwise one is started for each",
  "program_output.program": "Command for /bin/sh, for example mail -s falcod root",
  "http_output.enabled": "Post alerts to a web server, one a request",
  "http_output.url": "Address of the server, for example http://127.0.0.1:2801/",
  "http_output.user_agent": "What falcod calls itself",
  "http_output.insecure": "Do not check the server's certificate",
  "http_output.ca_cert": "File of certificates (PEM) by which the server is trusted",
  "http_output.ca_bundle": "The same, where ca_cert is empty",
  "http_output.ca_path": "Folder of such files, where both are empty",
  "http_output.mtls": "Show a certificate to the server",
  "http_output.client_cert": "File with that certificate (PEM)",
  "http_output.client_key": "File with its private key (PEM)",
  "http_output.echo": "Print the server's answers to standard output",
  "http_output.compress_uploads": "Compress alerts with gzip",
  "http_output.keep_alive": "Changes nothing: alerts share a connection, as in Falco",
  "http_output.max_consecutive_timeouts": "Further tries after one that failed",
  "grpc.enabled": "Serve alerts to clients of Falco's gRPC API, which fetch them",
  "grpc.bind_address": "Where it listens: unix:///PATH, or ADDRESS:PORT with TLS",
  "grpc.private_key": "File with the server's private key (PEM)",
  "grpc.cert_chain": "File with the server's certificate (PEM)",
  "grpc.root_certs": "File with the authorities (PEM) of which clients need a certificate",
  "grpc_output.enabled": "Whether that server gets the alerts",
  "webserver.enabled": "Answer /healthz, /versions and, if asked to, /metrics",
  "webserver.listen_port": "Port it listens at",
  "webserver.listen_address":
    "Address it listens at. Nobody has to log in: let only those reach it who may know",
  "webserver.k8s_healthz_endpoint":
    "Path that says how every source and output is; 503 when a source of events is blind",
  "webserver.k8s_audit_endpoint": "Path that takes audit events, as in old versions of Falco",
  "webserver.prometheus_metrics_enabled":
    "Serve /metrics for Prometheus, where metrics.enabled is true",
  "webserver.ssl_enabled": "Use TLS",
  "webserver.ssl_certificate":
    "One PEM file with certificate and key; a changed one is in use a moment later",
  log_stderr: "Write falcod's own messages to standard error",
  log_syslog: "Send falcod's own messages to the daemon at /dev/log",
  log_level: "Least severity of falcod's own messages",
  "libs_logger.enabled": "Without effect: there is no separate library to log for",
  "libs_logger.severity": "Without effect: there is no separate library to log for",
  "metrics.enabled":
    "Count what falcod does, under Falco's names and more (core/metrics/README.md)",
  "metrics.interval": "Time between two snapshots: 500ms, 30s, 15m, 1h",
  "metrics.output_rule": 'Each snapshot is an alert, "Falco internal: metrics snapshot"',
  "metrics.output_file": "Each snapshot is a line of JSON in this file; empty: none",
  "metrics.rules_counters_enabled": "Count the alerts of each rule",
  "metrics.kernel_event_counters_enabled": "What the kernel has reported and lost",
  "metrics.kernel_event_counters_per_cpu_enabled": "The same for each CPU",
};

/** By dotted name, as `configJsonSchema` takes what is known of keys. */
export const ABOUT_KEYS: ReadonlyMap<string, string> = new Map(Object.entries(ABOUT));
