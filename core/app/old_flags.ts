/** Flags of Falco that its configuration says as well, put into the words of the configuration. */
import { didYouMean, type Report } from "../base/mod.ts";
import type { ContainerInfo } from "../rule/mod.ts";
import { criSocketOptions } from "./config/cri_sockets.ts";
import type { ConfigRequest } from "./config/load.ts";
import type { SourceSelection } from "./config/settings.ts";
import { containerInfoOfFlag } from "./container_info.ts";
import { FALCO_FLAGS, type GivenFlags, nameOf } from "./falco_flags.ts";

export interface OldFlags {
  /** `-D`: parts of names. */
  readonly disabledRules: readonly string[];
  /** `-T` */
  readonly disabledTags: readonly string[];
  /** `-t`: only rules with one of these. */
  readonly tags: readonly string[];
  /** `-p` */
  readonly print: string | undefined;
  /** Those of `FALCO_FLAGS`. */
  readonly others: GivenFlags;
}

export interface OldFlagMeaning {
  /** As if they had been written with `-o`. */
  readonly options: readonly string[];
  /** Others, by what the configuration says. */
  readonly furtherOptions?: ConfigRequest["furtherOptions"];
  /** `-pc` and its like. */
  readonly containerInfo?: ContainerInfo;
  readonly sources?: SourceSelection;
}

/** Each kind of flag is warned of once, with its new spelling. */
export function readOldFlags(
  flags: OldFlags,
  { sources, report }: {
    /** Names of the event sources there are. */
    readonly sources: readonly string[];
    readonly report: Report;
  },
): OldFlagMeaning {
  const { disabledRules, disabledTags, tags, print } = flags;
  if (tags.length > 0 && disabledRules.length + disabledTags.length > 0) {
    report.add({
      code: "C022",
      title: "-t cannot stand beside -D or -T",
      help: "the key rules enables and disables in any order",
    });
    return { options: [] };
  }
  const options: string[] = [];
  const replace = (flag: string, spellings: readonly string[], note?: string) => {
    if (spellings.length === 0) return;
    warnOfSpelling(report, flag, spellings, note);
    options.push(...spellings);
  };
  replace("-D", disabledRules.map((part) => select("disable", { rule: `*${part}*` })));
  replace("-T", disabledTags.map((tag) => select("disable", { tag })));
  replace(
    "-t",
    tags.length === 0
      ? []
      : [select("disable", { rule: "*" }), ...tags.map((tag) => select("enable", { tag }))],
    "which enables rules that say enabled: false, too",
  );
  for (const flag of FALCO_FLAGS) {
    const name = nameOf(flag.flags), values = flags.others.get(name);
    if (!values) continue;
    if (flag.kind === "key") replace(name, values.flatMap(flag.spell));
    if (flag.kind === "idle") tellIdle(name, flag.because, report);
    // With a question falcod answers that, and comes never here. Nobody means to watch by it.
    if (flag.kind === "manner") {
      const title = `${name} is about ${flag.about}, and alone it asks nothing`;
      report.add({ code: "C028", title, help: "falcod --help names what can be asked" });
    }
  }
  const selection = sourceSelection(flags.others, sources, report);
  const selected = {
    ...selection && { sources: selection },
    ...furtherOptions(flags.others),
  };
  const containerInfo = print === undefined ? undefined : containerInfoOfFlag(print);
  if (containerInfo) {
    const spelling = `append_output[]=${JSON.stringify({ suggested_output: true })}`;
    warn(report, `-p${print}`, `write -o '${spelling}', which also names image and pod`);
    return { options, containerInfo, ...selected };
  }
  replace("-p", print ? [`append_output[]=${JSON.stringify({ extra_output: print })}`] : []);
  return { options, ...selected };
}

/** What `--cri` says, which is spelled as the configuration has it. */
function furtherOptions(flags: GivenFlags): Pick<OldFlagMeaning, "furtherOptions"> {
  const name = "--cri", sockets = flags.get(name);
  if (!sockets) return {};
  return {
    furtherOptions: (root, report) => {
      const spellings = criSocketOptions(root, sockets, report);
      if (spellings) warnOfSpelling(report, name, spellings);
      else tellIdle(name, "the configuration switches cri off", report);
      return spellings ?? [];
    },
  };
}

function tellIdle(name: string, because: string, report: Report): void {
  report.add({
    code: "C028",
    severity: "warning",
    title: `${name} has no effect: ${because}`,
    help: "leave it out",
  });
}

/** Absent after reporting what is wrong, and without such flags. */
function sourceSelection(
  flags: GivenFlags,
  sources: readonly string[],
  report: Report,
): SourceSelection | undefined {
  const enabled = flags.get("--enable-source"), disabled = flags.get("--disable-source");
  const flag = enabled ? "--enable-source" : "--disable-source";
  if (enabled && disabled) {
    report.add({
      code: "C022",
      title: "--enable-source cannot stand beside --disable-source",
      help: "name either the sources that are wanted, or those that are not",
    });
    return undefined;
  }
  const names = enabled ?? disabled;
  const unknown = (names ?? []).filter((source) => !sources.includes(source));
  for (const source of unknown) {
    report.add({
      code: "C029",
      title: `${flag} names "${source}", and there is no such event source`,
      help: didYouMean(source, sources) ?? `there are: ${sources.join(", ")}`,
    });
  }
  if (!names || unknown.length > 0) return undefined;
  return { kind: enabled ? "only" : "without", names };
}

function select(verb: "enable" | "disable", what: { rule: string } | { tag: string }): string {
  return `rules[]=${JSON.stringify({ [verb]: what })}`;
}

function warnOfSpelling(
  report: Report,
  flag: string,
  spellings: readonly string[],
  note?: string,
): void {
  const options = spellings.map((spelling) => `-o '${spelling}'`).join(" ");
  warn(report, flag, `write ${options}${note === undefined ? "" : `, ${note}`}`);
}

function warn(report: Report, flag: string, help: string): void {
  report.add({ code: "C023", severity: "warning", title: `${flag} is a flag of Falco`, help });
}
