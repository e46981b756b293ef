/** Flags of sysdig where captures are played and recorded: people write them who know it. */
import { type CommandUnknownOpts, InvalidArgumentError } from "@commander-js/extra-typings";
import { asArgument } from "./file_meant.ts";

/** What is said of a flag, by its first spelling. */
type Meanings = Readonly<Record<string, string>>;

const SPELLINGS: Readonly<Record<string, string>> = {
  "--numevents": "-n",
  "--timetype": "-t",
  "--print-ascii": "-A",
  "--print-hex": "-x",
  "--print-hex-ascii": "-X",
  "--print-base64": "-b",
  "--progress": "-P",
  "--quiet": "-q",
  "--summary": "-S",
  "--displayflt": "-d",
  "--filter-proclist": "-g",
  "--file-size": "-C",
  "--seconds": "-G",
  "--limit": "-W",
  "--events": "-e",
  "--compress": "-z",
  "--snaplen": "-s",
  "--k8s-api": "-k",
};

const BUFFERS = "what was read or written is a field: --print '%evt.num %evt.buffer'; " +
  "all of its bytes: -o buffer_format_base64=true --fields evt.buffer | base64 -d";
const TIMES = "times are fields: --print '%evt.time.iso8601 …', %evt.datetime, %evt.rawtime, " +
  "%evt.reltime, %evt.deltatime";
const CONTAINERS = "what is known of containers is fields: --print '%container.name …', " +
  "%container.id, %k8s.pod.name";
const ALWAYS = "it is always so";

const IN_REPLAY: Meanings = {
  "-p": "Did you mean --print?",
  "-pc": CONTAINERS,
  "-pk": CONTAINERS,
  "-pm": CONTAINERS,
  "-j": "Did you mean --json?",
  "-n": "the first ones are what head takes: falcod replay … | head -n 100",
  "-t": TIMES,
  "-A": BUFFERS,
  "-x": BUFFERS,
  "-X": BUFFERS,
  "-b": "Did you mean -o buffer_format_base64=true?",
  "-z": "whether a capture is compressed falcod sees itself",
  "-S": "the summary stands at the end of a replay with rules",
  "-q": "without --filter, --print and --fields no events are printed",
  "-P": "on a terminal it is told by itself",
  "--unbuffered": ALWAYS,
};

const IN_RECORD: Meanings = {
  "-s": "Did you mean -o falco_libs.snaplen=256?",
  "-z": "a name that ends in .gz asks for it: -w trace.scap.gz",
  "-C": "Did you mean --rotate-size?",
  "-e": "Did you mean --rotate-size?",
  "-G": "Did you mean --rotate-every?",
  "-W": "Did you mean --keep?",
  "-n": "-M ends a recording after seconds, --size-limit before a size",
  "-q": ALWAYS,
};

const BY_COMMAND: Readonly<Record<string, Meanings>> = { replay: IN_REPLAY, record: IN_RECORD };

/** What to write instead, in brackets; absent where nothing is known of the flag. */
export function sysdigFlagMeant(flag: string, command: string): string | undefined {
  const meanings = Object.hasOwn(BY_COMMAND, command) ? BY_COMMAND[command]! : {};
  const name = Object.hasOwn(SPELLINGS, flag) ? SPELLINGS[flag]! : flag;
  if (Object.hasOwn(meanings, name)) return inBrackets(meanings[name]!);
  // A value may stand right behind its letter, as in -n100.
  const letter = /^-[A-Za-z](?=.)/.exec(name)?.[0];
  return letter !== undefined && Object.hasOwn(meanings, letter)
    ? inBrackets(meanings[letter]!)
    : undefined;
}

function inBrackets(text: string): string {
  return `(${text[0]!.toUpperCase()}${text.slice(1)})`;
}

/** What a condition begins with, and hardly a name of a file: a field, and a comparison of it. */
const CONDITION =
  /^[(\s]*(?:not[(\s]+)?[a-z]\w*\.[a-z][\w.]*(?:\[[^\]]*\])?\s*(?:[=!<>]|\s(?:b?contains|i(?:n|contains)|startswith|endswith|glob|exists|pmatch|regex|intersects)\b)/;

/**
 * sysdig takes a condition without a flag, in one word or more, behind everything else. Ends the command
 * with a word about that; a file of that name is a file.
 */
export function refuseCondition(words: readonly string[], command: CommandUnknownOpts): void {
  const condition = conditionAmong(words);
  if (condition === undefined) return;
  command.error(`error: a condition is written behind --filter: --filter ${condition}`);
}

/** What prints events as they happen, to whoever names a condition in place of a command. */
export function commandForCondition(words: readonly string[]): string | undefined {
  const condition = conditionAmong(words);
  if (condition === undefined) return undefined;
  const print = "--print '%evt.time %proc.name %evt.type %evt.args'";
  return `To see such events as they happen:\n` +
    `  falcod record -w - --filter ${condition} | falcod replay - ${print}`;
}

/** As one word of a shell, from where it begins to the end. */
function conditionAmong(words: readonly string[]): string | undefined {
  const at = words.findIndex((word, index) =>
    !isThere(word) && CONDITION.test(words.slice(index).join(" "))
  );
  return at < 0 ? undefined : asArgument(words.slice(at).join(" "));
}

/** Its scripts begin like this. */
const CHISEL =
  /^(?:around|bottlenecks|echo_fds|fd\w+_by|fileslower|flame|http(?:log|top)|iobytes|list_login|ls(?:containers|of)|memcachelog|net(?:lower|stat)|proc_exec_time|ps|scallslower|shellshock|spectrogram|spy_|std(?:err|in|out)|subsecoffset|top|tracers_|udp_extract)[a-z_]*$/;

/** `-c` is a script in sysdig, and the configuration here. */
export function refuseChisel(path: string): string {
  if (!CHISEL.test(path) || isThere(path)) return path;
  throw new InvalidArgumentError(
    "There are no chisels: --filter picks events, --fields what is shown of them, and what is " +
      "counted: --fields proc.name | sort | uniq -c | sort -rn",
  );
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
