/** Upstream's end-to-end tests of outputs: what arrives at their other ends, of the real program. */
import { falcod, Folder } from "../cli/program.ts";
import { corpusPath, parseLines, readCorpus } from "../corpus.ts";
import { conformanceSuite } from "./corpus.ts";

interface NamedFile {
  readonly file?: string;
}

/** Both files of cases, in the same terms. */
interface Run {
  readonly rules: readonly NamedFile[];
  readonly config: NamedFile | undefined;
  /** `-o`; `FOLDER` in them is the folder of the outputs. */
  readonly options: readonly string[];
  readonly capture: string;
}

interface Arrived {
  readonly stdout: string;
  readonly error: string;
  readonly code: number;
  /** What files of the outputs hold, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where upstream's configurations put their files. */
const THEIR_FOLDER = "/tmp/falco_outputs";

async function run({ rules, config, options, capture }: Run): Promise<Arrived> {
  using folder = new Folder({});
  const here = (text: string) => text.replaceAll(THEIR_FOLDER, folder.path);
  await Deno.writeTextFile(folder.file("falco.yaml"), here(readCorpus(config!.file!)));
  const { code, out, error } = await falcod([
    "-c",
    folder.file("falco.yaml"),
    ...rules.flatMap(({ file }) => ["-r", corpusPath(file!)!]),
    ...options.flatMap((option) => ["-o", here(option)]),
    "-e",
    corpusPath(capture)!,
  ], { environment: { TZ: "UTC" } });
  const files: Record<string, string> = {};
  for (const { name } of Deno.readDirSync(folder.path)) {
    if (name !== "falco.yaml") files[name] = await Deno.readTextFile(folder.file(name));
  }
  return { code, stdout: out, error, files };
}

/**
 * Upstream's files were written when Falco still counted the beginnings of calls beside their ends. What
 * its head raises for the same rule and capture says which lines are left.
 */
function today(file: string): string {
  if (!file.endsWith(".txt")) return readCorpus(file);
  const cases = parseLines<CurrentCase>(readCorpus("regression.jsonl"));
  const { head } = cases.find(({ name }) => name === "TestFalco_Legacy_StdoutOutputStrict")!;
  const lines = readCorpus(file).split("\n");
  return lines.filter((line) => line === "" || head!.alerts!.includes(line)).join("\n");
}

/** What is wrong with a text that should hold each line of another. */
function lacking(text: string | undefined, wanted: string): string | undefined {
  if (text === undefined) return "no such file was made";
  const missing = wanted.trimEnd().split("\n").find((line) => !text.includes(line));
  return missing === undefined ? undefined : `missing: ${missing}`;
}

interface CurrentCase {
  readonly name: string;
  readonly options: {
    readonly rules?: readonly NamedFile[];
    readonly config?: NamedFile;
    readonly args?: readonly (string | { readonly expr: string })[];
    readonly capture?: NamedFile;
  };
  readonly expect: {
    readonly exit_code?: number;
    readonly file_output_equal?: { readonly content_of: string };
    readonly stdout_contains?: readonly { readonly each_line_of?: string }[];
  };
  readonly head?: { readonly alerts?: readonly string[] };
}

/** Upstream's test takes a file of its own. */
const OWN_FILE = "'file_output.filename=' + outFilePath";

conformanceSuite<CurrentCase>({
  file: "regression.jsonl",
  behaviour: "outputs bring what Falco's bring",
  name: ({ name }) => name,
  concerns: ({ name }) => /(?:Stdout|File|Program)OutputStrict$/.test(name),
  judge: async ({ options: { rules = [], config, args = [], capture }, expect }) => {
    const options = args.flatMap((arg) => {
      if (typeof arg !== "string") {
        return arg.expr === OWN_FILE
          ? [`file_output.filename=${THEIR_FOLDER}/file_output.txt`]
          : [];
      }
      return arg === "-o" ? [] : [arg];
    });
    const arrived = await run({ rules, config, options, capture: capture!.file! });
    if (arrived.code !== (expect.exit_code ?? 0)) return `exit code ${arrived.code}`;
    const { file_output_equal: file, stdout_contains = [] } = expect;
    if (file && arrived.files["file_output.txt"] !== today(file.content_of)) {
      return `another text in the file: ${arrived.files["file_output.txt"]}`;
    }
    return stdout_contains.map(({ each_line_of }) =>
      each_line_of && lacking(arrived.stdout, today(each_line_of))
    ).find((problem) => problem);
  },
});

interface OldCase {
  readonly tag: string;
  readonly suite: string;
  readonly name: string;
  readonly rules_file?: readonly NamedFile[];
  readonly conf_file?: NamedFile;
  readonly json_output?: boolean;
  readonly time_iso_8601?: boolean;
  readonly capture?: NamedFile;
  /** Where, and a text that is to be there. */
  readonly outputs?: readonly Readonly<Record<string, string>>[];
  /** Where, and a file with lines that are to be there; "stdout" is a place, too. */
  readonly output_strictly_contains?: readonly Readonly<Record<string, string>>[];
}

/** What upstream's files of those names hold, of which today's tests have their own. */
const WANTED: Readonly<Record<string, string>> = {
  "output_files/single_rule_with_cat_write.txt":
    "regression/outputs/SingleRuleWithCatWriteText.txt",
};

const wantedFile = (name: string) => WANTED[name];

conformanceSuite<OldCase>({
  file: "oldtests.jsonl",
  behaviour: "outputs bring what those of old versions of Falco brought",
  name: ({ tag, suite, name }) => `${tag}/${suite}/${name}`,
  concerns: ({ outputs = [], output_strictly_contains = [] }) =>
    outputs.length > 0 || output_strictly_contains.flatMap(Object.values).some(wantedFile),
  judge: async (item) => {
    const arrived = await run({
      rules: item.rules_file ?? [],
      config: item.conf_file,
      options: [
        ...item.json_output ? ["json_output=true"] : [],
        ...item.time_iso_8601 ? ["time_format_iso_8601=true"] : [],
      ],
      capture: item.capture!.file!,
    });
    if (arrived.code !== 0) return `exit code ${arrived.code}: ${arrived.error}`;
    const at = (place: string) =>
      place === "stdout" ? arrived.stdout : arrived.files[place.split("/").at(-1)!];
    const texts = (item.outputs ?? []).flatMap(Object.entries);
    const lines = (item.output_strictly_contains ?? []).flatMap(Object.entries)
      .map(([place, name]) => [place, today(wantedFile(name)!)] as const);
    return [...texts, ...lines].map(([place, wanted]) => lacking(at(place), wanted))
      .find((problem) => problem !== undefined);
  },
});
