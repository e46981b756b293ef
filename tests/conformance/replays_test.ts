/** Upstream's end-to-end tests, today's and those of old versions: which alerts captures raise. */
import type { OldFlags } from "../../core/app/old_flags.ts";
import { corpusFiles, corpusPath } from "../corpus.ts";
import { conformanceSuite } from "./corpus.ts";
import { judgeCapture, type Judgement } from "./judge_capture.ts";

/** A file, or all of a directory. */
interface NamedFile {
  readonly file?: string;
  readonly dir?: string;
}

interface CurrentCase {
  readonly name: string;
  readonly options: {
    readonly rules?: readonly NamedFile[];
    readonly config?: NamedFile;
    readonly args?: readonly unknown[];
    readonly env?: Readonly<Record<string, string>>;
    readonly capture?: { readonly file?: string };
    readonly json_output?: boolean;
    readonly all_events?: boolean;
    readonly disabled_rules?: readonly string[];
    readonly disabled_tags?: readonly string[];
    readonly enabled_tags?: readonly string[];
    readonly min_priority?: string;
  };
  /** What Falco's head did. */
  readonly head?: {
    readonly ran?: boolean;
    readonly skip?: string;
    readonly exit_code?: number;
    /** Lines of text, or of JSON. */
    readonly alerts?: readonly (string | HeadAlert)[];
    readonly alert_count?: number;
  };
}

interface HeadAlert {
  readonly rule: string;
  readonly [key: string]: unknown;
}

conformanceSuite<CurrentCase>({
  file: "regression.jsonl",
  behaviour: "captures raise the alerts that Falco raises today",
  name: ({ name }) => name,
  concerns: ({ options: { capture }, head }) =>
    isCapture(capture?.file) && head?.ran === true && head.skip === undefined,
  judge: async ({ options, head = {} }) => {
    const given = [
      ...optionsOf(options.args ?? []),
      ...options.json_output ? ["json_output=true"] : [],
      // Not as with the old -D: the whole name is meant.
      ...(options.disabled_rules ?? []).map((rule) => `rules[].disable.rule=${rule}`),
      ...(options.disabled_tags ?? []).map((tag) => `rules[].disable.tag=${tag}`),
      ...options.min_priority === undefined ? [] : [`priority=${options.min_priority}`],
    ];
    const judged = await judgeCapture({
      rulePaths: (options.rules ?? []).flatMap(pathsOf),
      config: options.config?.file,
      options: given,
      oldFlags: {
        ...NO_FLAGS,
        others: givenFlags(options.all_events),
        tags: options.enabled_tags ?? [],
        print: printOf(options.args ?? []),
      },
      environment: options.env ?? {},
      capture: options.capture!.file!,
    });
    const { alerts = [], exit_code = 0, alert_count } = head;
    if (typeof judged === "string") return exit_code === 0 ? judged : undefined;
    if (exit_code !== 0) return "accepted, Falco refuses it";
    if (judged.alerts.length !== alert_count) {
      return `${judged.alerts.length} alerts, Falco has ${alert_count}: ${counts(judged)}`;
    }
    return alerts.map((alert, index) => difference(judged.lines[index]!, alert))
      .find((problem) => problem !== undefined);
  },
  exceptions: [
    {
      matches: /_ProgramOutputStrict$/,
      reason: "every alert once, not for each of two outputs",
    },
    {
      matches: /_MonitorSyscallDropsAlert$/,
      reason: "falcod does not pretend to have lost events (simulate_drops)",
    },
  ],
});

interface AuditCase {
  readonly name: string;
  readonly options: {
    readonly rules?: readonly NamedFile[];
    readonly k8saudit_input?: { readonly file?: string | null };
  };
  /** What upstream's test asserts. */
  readonly expect: {
    readonly detections?: readonly {
      readonly rule?: string;
      readonly priority?: string;
      readonly count?: number;
      readonly min_count?: number;
    }[];
    readonly stderr_regex?: readonly string[];
  };
}

conformanceSuite<AuditCase>({
  file: "regression.jsonl",
  behaviour: "audit logs raise the alerts that Falco's tests of k8saudit ask for",
  name: ({ name }) => name,
  concerns: ({ options }) => isAuditLog(options.k8saudit_input?.file),
  judge: async ({ options, expect }) => {
    const judged = await judgeCapture({
      rulePaths: (options.rules ?? []).flatMap(pathsOf),
      config: undefined,
      options: [],
      oldFlags: NO_FLAGS,
      environment: {},
      capture: options.k8saudit_input!.file!,
    });
    if (typeof judged === "string") return judged;
    const { alerts, warnings } = judged;
    for (const { rule, priority, count, min_count = 0 } of expect.detections ?? []) {
      const found = alerts.filter((alert) =>
        (rule === undefined || alert.rule === rule) &&
        (priority === undefined || isLevel(alert.priority, priority))
      ).length;
      if (found < min_count || found !== (count ?? found)) {
        return `${found} alerts of ${rule ?? priority ?? "any rule"}: ${counts(judged)}`;
      }
    }
    const unsaid = expect.stderr_regex?.find((wanted) =>
      !warnings.some((text) => text.match(wanted))
    );
    return unsaid === undefined ? undefined : `nothing was said like ${unsaid}: ${warnings}`;
  },
});

function difference(line: string, alert: string | HeadAlert): string | undefined {
  if (typeof alert === "string") return line === alert ? undefined : `${line}, Falco has ${alert}`;
  const got = JSON.stringify(ordered(JSON.parse(line)));
  const expected = JSON.stringify(ordered(alert));
  return got === expected ? undefined : `${got}, Falco has ${expected}`;
}

/** With the keys in order. */
function ordered(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}

interface OldCase {
  readonly tag: string;
  readonly suite: string;
  readonly name: string;
  readonly capture?: { readonly file?: string };
  readonly rules_file?: readonly NamedFile[];
  readonly conf_file?: NamedFile;
  readonly exit_status?: number;
  readonly plugin_open_params?: unknown;
  readonly detect?: boolean;
  readonly detect_level?: string | readonly string[];
  readonly detect_counts?: readonly Readonly<Record<string, number>>[];
  readonly priority?: string;
  readonly json_output?: boolean;
  readonly time_iso_8601?: boolean;
  readonly all_events?: boolean;
  readonly disabled_rules?: readonly string[];
  readonly disable_tags?: readonly string[];
  readonly run_tags?: readonly string[];
}

conformanceSuite<OldCase>({
  file: "oldtests.jsonl",
  behaviour: "captures and audit logs raise the alerts that old versions of Falco raised",
  name: ({ tag, suite, name }) => `${tag}/${suite}/${name}`,
  concerns: ({ capture, rules_file, detect }) =>
    (isCapture(capture?.file) || isAuditLog(capture?.file)) && detect !== undefined &&
    (rules_file ?? []).length > 0,
  judge: async (item) => {
    const judged = await judgeCapture({
      rulePaths: item.rules_file!.flatMap(pathsOf),
      config: item.conf_file?.file,
      options: [
        ...item.json_output ? ["json_output=true"] : [],
        ...item.time_iso_8601 ? ["time_format_iso_8601=true"] : [],
        ...item.priority === undefined ? [] : [`priority=${item.priority}`],
        // The file itself is played below.
        ...item.plugin_open_params === undefined ? [] : ["plugins[0].open_params=/dev/null"],
      ],
      oldFlags: {
        ...NO_FLAGS,
        others: givenFlags(item.all_events),
        disabledRules: item.disabled_rules ?? [],
        disabledTags: item.disable_tags ?? [],
        tags: item.run_tags ?? [],
      },
      environment: {},
      capture: item.capture!.file!,
    });
    if (typeof judged === "string") return judged;
    const { alerts } = judged;
    if (alerts.length > 0 !== item.detect) return `${alerts.length} alerts: ${counts(judged)}`;
    for (const level of [item.detect_level ?? []].flat()) {
      const found = alerts.some(({ priority }) => isLevel(priority, level));
      if (item.detect && !found) return `no alert of level ${level}`;
    }
    for (const [rule, count] of (item.detect_counts ?? []).flatMap(Object.entries)) {
      const found = alerts.filter((alert) => alert.rule === rule).length;
      if (found !== count) return `${found} alerts of "${rule}", Falco had ${count}`;
    }
    return undefined;
  },
  exceptions: [
    {
      matches: /\/(?:multiple_rules_suppress_info|catchall_order)$/,
      reason: "Falco no longer counts the beginnings of calls beside their ends",
    },
  ],
});

function isLevel(priority: string, level: string): boolean {
  const [a, b] = [priority, level].map((name) => name.toLowerCase());
  return a!.startsWith(b!) || b!.startsWith(a!);
}

const NO_FLAGS: OldFlags = {
  disabledRules: [],
  disabledTags: [],
  tags: [],
  print: undefined,
  others: new Map(),
};

function givenFlags(allEvents: boolean | undefined): OldFlags["others"] {
  return new Map(allEvents ? [["-A", [""]]] : []);
}

function counts({ alerts }: Judgement): string {
  const byRule = Map.groupBy(alerts, ({ rule }) => rule);
  return [...byRule].map(([rule, list]) => `${rule} ${list.length}`).join(", ");
}

function isCapture(file: string | null | undefined): boolean {
  return file?.endsWith(".scap") ?? false;
}

/** Of audit events. */
function isAuditLog(file: string | null | undefined): boolean {
  return file?.endsWith(".json") ?? false;
}

function pathsOf({ file, dir }: NamedFile): readonly string[] {
  const files = file !== undefined
    // What a package installs there is upstream's current file.
    ? [installed(file)]
    : dir === undefined
    ? []
    : corpusFiles(dir);
  return files.map((name) => corpusPath(name) ?? name);
}

function installed(file: string): string {
  return file === "/etc/falco/k8s_audit_rules.yaml"
    ? "k8s_audit/upstream/k8s_audit_rules.yaml"
    : file.replace(/^\/etc\/falco\//, "rules/current/");
}

/** What stands behind each `-o`. */
function optionsOf(args: readonly unknown[]): string[] {
  return valuesBehind("-o", args);
}

function printOf(args: readonly unknown[]): string | undefined {
  return valuesBehind("-p", args)[0];
}

function valuesBehind(flag: string, args: readonly unknown[]): string[] {
  return args.flatMap((argument, index) =>
    args[index - 1] === flag && typeof argument === "string" ? [argument] : []
  );
}
