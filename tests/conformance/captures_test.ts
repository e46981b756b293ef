/** Every field of every event of captures, as upstream printed it. */
import { corpusPath } from "../corpus.ts";
import { ordered, play, printed, type PrintedText, printedText } from "./captures.ts";
import { conformanceSuite } from "./corpus.ts";

interface CaptureCase {
  readonly capture: string;
  readonly test?: string;
  readonly events?: readonly {
    readonly num: number;
    readonly type: string;
    readonly fields?: Readonly<Record<string, PrintedText>>;
  }[];
}

/** Whoever printed made the fields anew for each event, and these count from event to event. */
const NOT_COMPARED = /^(?:evt\.deltatime|util\.cnt)/;

conformanceSuite<CaptureCase>({
  file: "event-fields-golden.jsonl",
  behaviour: "fields of captures print what Falco prints",
  name: ({ capture, test }) => test ?? capture,
  judge,
  exceptions: [
    {
      matches: /path_too_long/,
      lines: /^#\d+ (?:fd|fs|evt)\./,
      reason: "Falco replaces paths of more than 1024 bytes by a word, falcod keeps them",
    },
    {
      matches: /sinsp_observer/,
      lines: /^#\d+ proc\.(?:p|a|vpgid)/,
      reason: "a process that is its own parent has no parent",
    },
    {
      matches: /fspath\.(?:sym)?linkat/,
      lines: /^#\d+ fs\.path\./,
      reason: "of linkat and symlinkat Falco joins relative paths with the wrong directory",
    },
  ],
});

conformanceSuite<CaptureCase>({
  file: "captures-golden.jsonl",
  behaviour: "fields of recorded captures print what Falco prints",
  name: ({ capture }) => capture,
  judge,
  exceptions: [
    {
      matches: /./,
      lines: /^#\d+ thread\.cpu\./,
      reason: "counted from the event before, of which whoever printed saw few",
    },
    {
      matches: /./,
      lines: /^#\d+ evt\.reltime\S*: "0+", Falco has "\d/,
      reason: "before the first event of a call Falco counts from 1970",
    },
    {
      matches: /./,
      lines: /^#\d+ evt\.buffer: "", Falco has "NULL/,
      reason: "Falco prints what was left in memory where nothing was read",
    },
    {
      matches: /run_as_user_0_container/,
      lines: /^#\d+ proc\.(?:sname|sid\.exe(?:path)?): "\S+", Falco has ""/,
      reason: "whoever leads a session inside of a container is its leader",
    },
    {
      matches: /run_as_user_0_container/,
      lines: /^#\d+ user\.shell: "<NA>", /,
      reason:
        "whoever printed knew of no containers, without Falco's plugin: users were the host's",
    },
    {
      matches: /run_as_user_0_container/,
      lines: /^#\d+ fd\.container(?:name|directory): /,
      reason: "falcod tells the container by the cgroup, without a plugin",
    },
  ],
});

async function judge({ capture, events = [] }: CaptureCase): Promise<string | undefined> {
  const path = corpusPath(capture);
  if (path === undefined) return `${capture} is not there`;
  const left = new Map(events.flatMap((event) => event.fields ? [[event.num, event]] : []));
  const problems: string[] = [];
  await play(path, (event, state) => {
    const expected = left.get(event.number);
    if (!expected) return;
    left.delete(event.number);
    for (const [name, value] of Object.entries(expected.fields ?? {})) {
      if (NOT_COMPARED.test(name)) continue;
      const text = ordered(name, printedText(value));
      const got = ordered(name, printed(name, event, state));
      if (got !== text) {
        problems.push(`#${event.number} ${name}: ${quoted(got)}, Falco has ${quoted(text)}`);
      }
    }
    return left.size === 0;
  });
  for (const { num, type } of left.values()) problems.push(`#${num} ${type}: there is none`);
  return problems.length > 0 ? problems.join("\n") : undefined;
}

function quoted(text: string | undefined): string {
  return text === undefined ? "nothing" : JSON.stringify(text);
}
