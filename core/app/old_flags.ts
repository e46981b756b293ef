/** Flags that Falco had before its configuration could say the same, as `-o` options. */
import type { Report } from "../base/mod.ts";

export interface OldFlags {
  /** `-A` */
  readonly allEvents: boolean;
  /** `-D`: parts of names. */
  readonly disabledRules: readonly string[];
  /** `-T` */
  readonly disabledTags: readonly string[];
  /** `-t`: only rules with one of these. */
  readonly tags: readonly string[];
  /** `-p` */
  readonly print: string | undefined;
}

/** `-pc`, `-pk`, `-pm`: what they added is suggested by the fields themselves today. */
const CONTAINER_FORMATS: ReadonlySet<string> = new Set([
  ...["c", "container", "k", "kubernetes", "m", "mesos"],
]);

/** What to pass on as options; each kind of flag is warned of once, with its new spelling. */
export function optionsOfOldFlags(flags: OldFlags, report: Report): string[] {
  const { disabledRules, disabledTags, tags, print } = flags;
  if (tags.length > 0 && disabledRules.length + disabledTags.length > 0) {
    report.add({
      code: "C022",
      title: "-t cannot stand beside -D or -T",
      help: "the key rules enables and disables in any order",
    });
    return [];
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
  if (print !== undefined && CONTAINER_FORMATS.has(print)) {
    const spelling = `append_output[]=${JSON.stringify({ suggested_output: true })}`;
    warn(report, "-p", `leave it out, or write -o '${spelling}'`);
  } else if (print) {
    replace("-p", [`append_output[]=${literally({ extra_output: print })}`]);
  }
  return options;
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
