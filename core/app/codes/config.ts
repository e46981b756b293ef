/** `C`: falco.yaml, files that are named, and the command line. */
import { type CodeEntry, commands, configs, RULE } from "./entry.ts";

const RULES = `${RULE}  tags: [shell]
`;

const CONFIG = "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n";

const AUDIT =
  "plugins: [{name: k8saudit, library_path: libk8saudit.so, open_params: audit.json}]\n";
const AUDIT_RULE = `- rule: Secret read
  desc: Somebody reads a secret
  condition: ka.verb = get and ka.target.resource = secrets
  output: "secret %ka.target.name"
  priority: NOTICE
  source: k8s_audit
`;

export const CONFIG_CODES: readonly CodeEntry[] = [
  {
    code: "C001",
    title: "file cannot be read",
    meaning: "The file is not there, may not be read, or is no file but a directory or a device.",
    matters: "What it says is not in effect.",
    example: commands(
      "falcod run --dry-run -c falco.yml",
      ["falcod run --dry-run -c falco.yaml", { "falco.yaml": CONFIG, "rules.yaml": RULES }],
    ),
  },
  {
    code: "C002",
    title: "configuration is no mapping",
    meaning:
      "A falco.yaml has keys and values of its own; this one is a list, a single value, or something else: a rules file, a configuration of falcosidekick or falcoctl, an object for Kubernetes, values for Helm. The same is told of what is given to falcod sidekick.",
    matters: "Nothing is set by it. Where it belongs is told, if that is known.",
    example: configs(`- ${CONFIG.split("\n")[0]}\n`, CONFIG),
  },
  {
    code: "C003",
    title: "unknown key",
    meaning: "No falco.yaml since 2020 has had this key. It is ignored.",
    matters: "What it was to set keeps its default.",
    example: configs(`${CONFIG}jsn_output: true\n`, `${CONFIG}json_output: true\n`),
  },
  {
    code: "C004",
    title: "value that the key does not take",
    meaning: "The value has another type, is out of range, or is none of those there are.",
    matters: "Falco would take the default without a word; falcod does not start.",
    example: configs(`${CONFIG}json_output: maybe\n`, `${CONFIG}json_output: true\n`),
  },
  {
    code: "C005",
    title: "old spellings of keys",
    meaning:
      "The keys are called otherwise today. Those that are listed have their effect; a warning tells " +
      "of one that has none.",
    matters: "Falco's newer versions may no longer know them; falcod does.",
    example: configs(CONFIG.replace("rules_files", "rules_file"), CONFIG),
  },
  {
    code: "C006",
    title: "keys not acted on yet",
    meaning: "falcod knows the keys, checks their values, and does not do yet what they ask for.",
    matters: "Whoever relies on them has to know.",
    example: configs(`${CONFIG}falco_libs: {thread_table_size: 1000}\n`, CONFIG),
  },
  {
    code: "C007",
    title: "keys without effect",
    meaning:
      "The keys are about something that falcod is built without, and ask for something else than Falco's defaults.",
    matters: "They do no harm and can go.",
    example: configs(`${CONFIG}plugins_hostinfo: false\n`, CONFIG),
  },
  {
    code: "C008",
    title: "malformed option",
    meaning: "Behind -o stands a key, an equal sign and a value; [ ] and . lead into the key.",
    matters: "What it was to set is not set, so falcod does not start.",
    example: commands("falcod validate -o json_output", "falcod validate -o json_output=true"),
  },
  {
    code: "C009",
    title: "files included in a circle",
    meaning: "config_files names its own file, or stands in a file that is itself included.",
    matters: "There would be no end of including.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `config_files: [falco.yaml]\n${CONFIG}`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `config_files: [more.yaml]\n${CONFIG}`,
        "more.yaml": "json_output: true\n",
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C010",
    title: "further documents in a configuration",
    meaning: 'A line "---" begins a second YAML document, and only the first is read.',
    matters: "What the others set is not in effect.",
    example: configs(`${CONFIG}---\njson_output: true\n`, `${CONFIG}json_output: true\n`),
  },
  {
    code: "C011",
    title: "named file does not exist",
    meaning:
      "On the command line that is a mistake. Files that falco.yaml names may be missing, as in Falco.",
    matters: "Rules in it are not in effect.",
    example: commands(
      ["falcod validate rule.yaml", { "rules.yaml": RULES }],
      ["falcod validate rules.yaml", { "rules.yaml": RULES }],
    ),
  },
  {
    code: "C012",
    title: "unknown strategy",
    meaning: "An included file is merged by append, override or add-only; append is used.",
    matters: "Keys set in both files may come out otherwise than meant.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `config_files: [{path: more.yaml, strategy: merge}]\n${CONFIG}`,
        "more.yaml": "json_output: true\n",
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `config_files: [{path: more.yaml, strategy: override}]\n${CONFIG}`,
        "more.yaml": "json_output: true\n",
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C013",
    title: "no rules, or named twice",
    meaning:
      "The configuration names no rules file, none that exists, or both by an old and a new key.",
    matters: "Without rules there are no alerts; which of two lists is meant is not known.",
    example: configs("rules_files: []\nstdout_output: {enabled: true}\n", CONFIG),
  },
  {
    code: "C014",
    title: "configuration that a plugin does not take",
    meaning: "A part of falco.yaml, or an option, is handed to a plugin, which refuses it.",
    matters: "The plugin cannot run so.",
  },
  {
    code: "C015",
    title: "plugin asked for and not defined",
    meaning: "load_plugins names a plugin that plugins does not list.",
    matters: "Which library to load is not said. Falco refuses it, too.",
    example: configs(
      `${CONFIG}plugins: [{name: container, library_path: libcontainer.so}]\nload_plugins: [containers]\n`,
      `${CONFIG}plugins: [{name: container, library_path: libcontainer.so}]\nload_plugins: [container]\n`,
    ),
  },
  {
    code: "C016",
    title: "engine without a source of events",
    meaning: "engine.kind leaves nothing to watch, or asks for what falcod does not have.",
    matters: "There would never be an event.",
    example: configs(
      `${CONFIG}engine: {kind: gvisor}\n`,
      `${CONFIG}engine: {kind: modern_ebpf}\n`,
    ),
  },
  {
    code: "C017",
    title: "no output",
    meaning: "No output is enabled, nor is there a sink.",
    matters: "Alerts would go nowhere, or elsewhere than meant.",
    example: configs(
      "rules_files: [rules.yaml]\nstdout_output: {enabled: false}\n",
      CONFIG,
    ),
  },
  {
    code: "C018",
    title: "plugin cannot be loaded",
    meaning:
      "A library that falco.yaml names is missing, is none for this machine, was made for another version of the plugin interface, says things of itself that make no sense, or does what another plugin does already.",
    matters:
      "Nobody would see the events it is to deliver, and rules could not ask for its fields, so falcod does not start.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml":
          `${CONFIG}plugins: [{name: okta, library_path: libokta.so}]\nload_plugins: [okta]\n`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml":
          `${CONFIG}plugins: [{name: okta, library_path: libokta.so}]\nload_plugins: []\n`,
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C019",
    title: "second configuration",
    meaning: "Two of the files to validate are configurations, and falcod runs with one.",
    matters: "Which is meant is not known. config_files includes further files.",
    example: commands(
      ["falcod validate falco.yaml more.yaml", {
        "falco.yaml": CONFIG,
        "more.yaml": "json_output: true\n",
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `config_files: [more.yaml]\n${CONFIG}`,
        "more.yaml": "json_output: true\n",
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C020",
    title: "no rule to enable or disable",
    meaning: "A pattern or tag under rules in falco.yaml fits no rule that is loaded.",
    matters: "A rule meant to be silent goes on, or the other way round.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}rules: [{enable: {tag: shells}}]\n`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}rules: [{enable: {tag: shell}}]\n`,
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C021",
    title: "directory without rules files",
    meaning: "Of a directory only files that end in .yaml or .yml are read, and there are none.",
    matters: "Somebody expected rules from there.",
    example: commands(
      ["falcod validate rules.d", { "rules.d/rules.txt": RULES }],
      ["falcod validate rules.d", { "rules.d/rules.yaml": RULES }],
    ),
  },
  {
    code: "C022",
    title: "flags that exclude each other",
    meaning:
      "-t runs only the rules with a tag, -D and -T all but some; so it is with sources of events.",
    matters: "Which are meant cannot be told. The key rules does both, in order.",
    example: commands(
      ["falcod run --dry-run -r rules.yaml -t shell -D Mount", { "rules.yaml": RULES }],
      [
        `falcod run --dry-run -r rules.yaml -o 'rules[]={"disable": {"rule": "*"}}' -o 'rules[]={"enable": {"tag": "shell"}}'`,
        { "rules.yaml": RULES },
      ],
    ),
  },
  {
    code: "C023",
    title: "flag of Falco",
    meaning: "The flag has its effect; the configuration says the same, in the words of the help.",
    matters:
      "Who looks for it in falco.yaml does not find it, and a later version may not know it.",
    example: commands(
      ["falcod run --dry-run -r rules.yaml -T network", { "rules.yaml": RULES }],
      ["falcod run --dry-run -r rules.yaml", { "rules.yaml": RULES }],
    ),
  },
  {
    code: "C024",
    title: "line that is no condition",
    meaning:
      "Behind -, falcod filter reads lines of standard input, each a condition as JSON string.",
    matters: "The line gets this answer in place of one about its condition; others go on.",
  },
  {
    code: "C025",
    title: "no rule is enabled",
    meaning: "Rules were loaded or not, and in the end none of them is on.",
    matters: "falcod watches, and there will never be an alert.",
    example: commands(
      ["falcod validate rules.yaml", { "rules.yaml": `${RULES}  enabled: false\n` }],
      ["falcod validate rules.yaml", { "rules.yaml": RULES }],
    ),
  },
  {
    code: "C026",
    title: "name that is no system call",
    meaning: "base_syscalls.custom_set takes names of system calls, with ! in front or without.",
    matters: "The entry is ignored, as in Falco: what it was to leave out is seen by rules.",
    example: configs(
      `${CONFIG}base_syscalls: {custom_set: ["!mprotekt"]}\n`,
      `${CONFIG}base_syscalls: {custom_set: ["!mprotect"]}\n`,
    ),
  },
  {
    code: "C027",
    title: "addition that adds nothing",
    meaning:
      "An entry of append_output has nothing to add, or is for some source, name or tags that no rule has.",
    matters: "Outputs stay as they are; perhaps a name in it has a slip.",
    example: commands(
      ["falcod run --dry-run -c falco.yml", {
        "falco.yml":
          `rules_files: [rule.yaml]\nstdout_output: {enabled: true}\nappend_output: [{match: {source: sycall}, extra_output: "%evt.num"}]\n`,
        "rule.yaml": RULES,
      }],
      ["falcod run --dry-run -c falco.yml", {
        "falco.yml":
          `rules_files: [rule.yaml]\nstdout_output: {enabled: true}\nappend_output: [{match: {source: syscall}, extra_output: "%evt.num"}]\n`,
        "rule.yaml": RULES,
      }],
    ),
  },
  {
    code: "C028",
    title: "flag without effect",
    meaning:
      "A flag of Falco is about something that falcod does not have, or does in any case, or about " +
      "another flag that is not there.",
    matters: "Who gave it expects something of it; the message says what falcod does instead.",
    example: commands(
      ["falcod run --dry-run -r rules.yaml --modern-bpf", { "rules.yaml": RULES }],
      ["falcod run --dry-run -r rules.yaml", { "rules.yaml": RULES }],
    ),
  },
  {
    code: "C029",
    title: "flag that names no source of events",
    meaning: "--enable-source and --disable-source take the sources that rules can have.",
    matters: "What was to be seen would not be, or the other way round. Falco refuses it, too.",
    example: commands(
      ["falcod run --dry-run -r rules.yaml --enable-source syscal", { "rules.yaml": RULES }],
      ["falcod run --dry-run -r rules.yaml", { "rules.yaml": RULES }],
    ),
  },
  {
    code: "C031",
    title: "capture of a rule that will not be",
    meaning: "A rule has capture: true, and capture.enabled of the configuration is not on.",
    matters: "The rule alerts, and nothing is kept of what happens then.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": CONFIG,
        "rules.yaml": `${RULES}  capture: true\n`,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}capture: {enabled: true}\n`,
        "rules.yaml": `${RULES}  capture: true\n`,
      }],
    ),
  },
  {
    code: "C032",
    title: "captures with no place to be",
    meaning: "capture.path_prefix leads to no folder that files can be made in.",
    matters: "Otherwise it would show only at the first alert, and the capture would be missing.",
    example: configs(
      `${CONFIG}capture: {enabled: true, path_prefix: /nowhere/captures/falco}\n`,
      `${CONFIG}capture: {enabled: true, path_prefix: /tmp/falco}\n`,
    ),
  },
  {
    code: "C033",
    title: "variable that is not set",
    meaning: "A value names a variable that the environment of falcod does not have.",
    matters:
      "Nothing stands in its place, as in Falco: a password is empty, an address lacks a part, and that shows when the first alert does not arrive.",
    example: configs(
      `${CONFIG}static_fields: {site: "\${SITE}"}\n`,
      `${CONFIG}static_fields: {site: north}\n`,
    ),
  },
  {
    code: "C034",
    title: "variable that is not closed",
    meaning: "A value has ${ and no } behind it.",
    matters:
      "It is taken for what it says, as in Falco: the characters themselves are sent as a password, or looked for as a file.",
    example: configs(
      `${CONFIG}static_fields: {site: "\${HOME"}\n`,
      `${CONFIG}static_fields: {site: "\${HOME}"}\n`,
    ),
  },
  {
    code: "C040",
    title: "metrics that nobody gets",
    meaning:
      "Metrics are enabled, and neither an alert, a file nor the web server is to show them; or the web server is to, and they are not enabled.",
    matters: "They would be collected for nothing, and whoever looks for them finds none.",
    example: configs(
      `${CONFIG}metrics: {enabled: true, interval: 1h}\n`,
      `${CONFIG}metrics: {enabled: true, interval: 1h, output_rule: true}\n`,
    ),
  },
  {
    code: "C041",
    title: "no such type of sink",
    meaning: "An entry of sinks has a type that no plugin is called by.",
    matters: "Its alerts would go nowhere, so falcod does not start.",
    example: configs(
      `${CONFIG}sinks: [{name: screen, type: sdtout}]\n`,
      `${CONFIG}sinks: [{name: screen, type: stdout}]\n`,
    ),
  },
  {
    code: "C042",
    title: "two sinks of one name",
    meaning: "Two entries of sinks have the same name; one without a name is called by its type.",
    matters: "Counters, logs and files of both would be mixed up.",
    example: configs(
      `${CONFIG}sinks: [{name: one, type: stdout}, {name: one, type: stdout}]\n`,
      `${CONFIG}sinks: [{name: one, type: stdout}, {name: other, type: stdout}]\n`,
    ),
  },
  {
    code: "C043",
    title: "no such priority",
    meaning: "A match of a sink compares alert.priority with a word that is no priority.",
    matters: "Nobody can tell which alerts the sink is for, so falcod does not start.",
    example: configs(
      `${CONFIG}sinks: [{name: one, type: stdout, match: alert.priority >= wraning}]\n`,
      `${CONFIG}sinks: [{name: one, type: stdout, match: alert.priority >= warning}]\n`,
    ),
  },
  {
    code: "C044",
    title: "init_config that the schema of a library refuses",
    meaning:
      "A plugin that is a library has a schema for its init_config, and what falco.yaml has there is not as the schema wants it.",
    matters: "The plugin relies on getting only what its schema allows, so falcod does not start.",
  },
  {
    code: "C045",
    title: "output that cannot work on this machine",
    meaning:
      "An output names a folder, a file, a certificate, a secret's file, a program or a socket that is not there, is something else, or is not for falcod to use.",
    matters:
      "Its first alert would be the first to tell. falcod starts all the same: what is missing may come to be, and each alert is tried.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}sinks: [{type: file, filename: ./no-such-folder/alerts.txt}]\n`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}sinks: [{type: file, filename: ./alerts.txt}]\n`,
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C046",
    title: "field that no alert has",
    meaning:
      "A match of a sink, or a key of dedup, is a field that the output of no enabled rule mentions; only those are in alerts.",
    matters:
      "The sink gets nothing, or everything; alerts that differ in that field alone are held back as if they were alike.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}dedup: {keys: [rule, proc.nmae], window: 60s}\n`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}dedup: {keys: [rule, proc.name], window: 60s}\n`,
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C047",
    title: "section that nobody switched on",
    meaning:
      "An output, the web server or the like has keys, and its enabled is not among them. The default is false, as in Falco.",
    matters: "Nothing comes of what is written there: alerts do not arrive.",
    example: configs(
      `${CONFIG}file_output: {filename: /tmp/alerts}\n`,
      `${CONFIG}file_output: {enabled: true, filename: /tmp/alerts}\n`,
    ),
  },
  {
    code: "C048",
    title: "plugin that is configured twice",
    meaning:
      "plugins has two entries for a plugin that is built in. Only the first is used, as in Falco; often the other stands in a file of config_files, whose lists are put behind those of falco.yaml.",
    matters: "What the second entry says has no effect.",
    example: configs(
      `${CONFIG}plugins: [{name: json, library_path: libjson.so}, {name: json, library_path: libjson.so}]\n`,
      `${CONFIG}plugins: [{name: json, library_path: libjson.so}]\n`,
    ),
  },
  {
    code: "C061",
    title: "output of falcosidekick that lacks something",
    meaning: "An output is on when several keys are set, and only some of them are.",
    matters: "It stays off, as in falcosidekick, and nobody there gets alerts.",
    example: commands(
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "telegram: {token: '1:abc'}\nwebhook: {address: https://example.org/}\n",
      }],
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "telegram: {token: '1:abc', chatid: '-100'}\n",
      }],
    ),
  },
  {
    code: "C062",
    title: "key of falcosidekick without effect",
    meaning: "Falcod knows the key, and has nothing that it could change.",
    matters: "Whoever set it may expect something that does not happen; the reason is told.",
    example: commands(
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "influxdb: {hostport: http://127.0.0.1:8086, precision: s}\n",
      }],
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "influxdb: {hostport: http://127.0.0.1:8086}\n",
      }],
    ),
  },
  {
    code: "C063",
    title: "variable of a custom field is not set",
    meaning: "A custom field or tag is %NAME, and the environment has no variable of that name.",
    matters: "Alerts go out without it.",
    example: commands(
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml":
          "customfields: {zone: '%NO_SUCH_ZONE'}\nwebhook: {address: https://example.org/}\n",
      }],
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "customfields: {zone: eu}\nwebhook: {address: https://example.org/}\n",
      }],
    ),
  },
  {
    code: "C064",
    title: "rule whose system calls are left out",
    meaning: "base_syscalls.custom_set leaves out every system call that a rule looks at.",
    matters: "The rule is on and sees nothing.",
    example: commands(
      ["falcod run --dry-run -c falco.yml", {
        "falco.yml": `rules_files: [rule.yaml]\nstdout_output: {enabled: true}\n` +
          `base_syscalls: {custom_set: ["!execve", "!execveat"]}\n`,
        "rule.yaml": RULES,
      }],
      ["falcod run --dry-run -c falco.yml", {
        "falco.yml": `rules_files: [rule.yaml]\nstdout_output: {enabled: true}\n` +
          `base_syscalls: {custom_set: ["!mprotect"]}\n`,
        "rule.yaml": RULES,
      }],
    ),
  },
  {
    code: "C065",
    title: "a start would end there",
    meaning:
      "The port, the address or a certificate that falcod is to listen with, or what audit events are to come from, is not there, is something else, or is in use.",
    matters:
      "A run would end at once. In use, it may be by the falcod that runs already: that is but a warning, as are all of them of falcod validate, which may run on another machine.",
    example: commands(
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "listenaddress: 192.0.2.1\nwebhook: {address: https://example.org/}\n",
      }],
      ["falcod sidekick --dry-run -c config.yaml", {
        "config.yaml": "listenaddress: 127.0.0.1\nwebhook: {address: https://example.org/}\n",
      }],
    ),
  },
  {
    code: "C066",
    title: "duration without a unit",
    meaning:
      "A number alone is one of milliseconds in keys that are falcod's own, and few mean so little. Keys of Falco are numbers of their own unit: nothing is said of them.",
    matters: "60 is a minute to whoever wrote it, and 60 milliseconds to falcod.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}dedup: {window: 60}\n`,
        "rules.yaml": RULES,
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}dedup: {window: 60s}\n`,
        "rules.yaml": RULES,
      }],
    ),
  },
  {
    code: "C067",
    title: "events that no rule is about",
    meaning:
      "The configuration watches a source of events, system calls unless engine.kind is nodriver, and rules that are enabled are about others only.",
    matters: "There are no alerts of these events, and watching them costs.",
    example: commands(
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}${AUDIT}`,
        "rules.yaml": RULES,
        "audit.json": "{}\n",
      }],
      ["falcod validate falco.yaml", {
        "falco.yaml": `${CONFIG}${AUDIT}`,
        "rules.yaml": `${RULES}${AUDIT_RULE}`,
        "audit.json": "{}\n",
      }],
    ),
  },
  {
    code: "C070",
    title: "user or group that there is not",
    meaning:
      "privileges.user names whom falcod is to become, and this machine has no such account.",
    matters: "It would go on with more rights than it was to have, so falcod does not start.",
    example: configs(
      `${CONFIG}privileges: {user: nobody-is-called-so}\n`,
      `${CONFIG}privileges: {user: nobody}\n`,
    ),
  },
];
