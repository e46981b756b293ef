/** Flags that Falco had before its configuration could say the same. */
import type { Report } from "../base/mod.ts";
import type { ContainerInfo } from "../rule/mod.ts";
import { containerInfoOfFlag } from "./container_info.ts";

export interface OldFlags {
  /** `-A` */
  readonly allEvents: boolean;
  /** `-D`: parts of names. */
  readonly disabledRules: readonly string[];
  /** `-T` */
  readonly disabledTags: readonly string[];
  /** `-t`: only rules with one of these. */
  readonly tags: readonly string[];
  /** `-b` */
  readonly base64: boolean;
  /** `-p` */
  readonly print: string | undefined;
}

export interface OldFlagMeaning {
  /** As if they had been written with `-o`. */
  readonly options: readonly string[];
  /** `-pc` and its like. */
  readonly containerInfo?: ContainerInfo;
}

/** Each kind of flag is warned of once, with its new spelling. */
export function readOldFlags(flags: OldFlags, report: Report): OldFlagMeaning {
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
  const replace = (flag: string, spellings: readonly string[]) => {
    if (spellings.length === 0) return;
    warn(report, flag, `write ${spellings.map((spelling) => `-o '${spelling}'`).join(" ")}`);
    options.push(...spellings);
  };
  replace("-A", flags.allEvents ? ["base_syscalls.all=true"] : []);
  replace("-D", disabledRules.map((part) => select("disable", { rule: `*${part}*` })));
  replace("-T", disabledTags.map((tag) => select("disable", { tag })));
  replace(
    "-t",
    tags.length === 0
      ? []
      : [select("disable", { rule: "*" }), ...tags.map((tag) => select("enable", { tag }))],
  );
  replace("-b", flags.base64 ? ["buffer_format_base64=true"] : []);
  const containerInfo = print === undefined ? undefined : containerInfoOfFlag(print);
  if (containerInfo) {
    const spelling = `append_output[]=${JSON.stringify({ suggested_output: true })}`;
    warn(report, `-p${print}`, `write -o '${spelling}', which also names image and pod`);
    return { options, containerInfo };
  }
  replace("-p", print ? [`append_output[]=${literally({ extra_output: print })}`] : []);
  return { options };
}

function select(verb: "enable" | "disable", what: { rule: string } | { tag: string }): string {
  return `rules[]=${literally({ [verb]: what })}`;
}

/** Values of options may name environment variables, those of the old flags could not. */
function literally(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replaceAll("${", () => "$${");
}

function warn(report: Report, flag: string, help: string): void {
  report.add({ code: "C023", severity: "warning", title: `${flag} is an old flag`, help });
}
