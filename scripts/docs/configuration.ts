/** docs/configuration.md: every key of falco.yaml. */
import { configKeys } from "../../core/app/config/keys.ts";
import { meaningsIn } from "../../core/app/config/meanings.ts";

const HEAD = `# Configuration

Every key of falco.yaml. [rules/falco.yaml](../rules/falco.yaml) has those that matter most, in order and
with examples; \`falcod validate\` finds mistakes, and \`falcod --config-schema\` prints a JSON schema for
editors. Any key can be set on the command line: \`-o json_output=true\`, \`-o 'rules_files[]=mine.yaml'\`.
Keys of sinks by their type are in [core/delivery/README.md](../core/delivery/README.md) and the pages it
names.
`;

/** `ours` is the text of rules/falco.yaml. */
export function configurationPage(ours: string): string {
  const rows = configKeys(meaningsIn(ours)).map(({ key, type, standard, about }) => [
    `\`${key}\``,
    type,
    standardText(standard),
    about,
  ]);
  const lines = [["key", "value", "default", "what it is"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map(escaped).join(" | ")} |\n`);
  return `${HEAD}\n${lines.join("")}`;
}

/** What is too long to be read in a table stands in falco.yaml. */
const MAX_STANDARD = 40;

function standardText(standard: unknown): string {
  const text = standard === undefined || standard === "" ? "" : JSON.stringify(standard);
  return text === "" || text.length > MAX_STANDARD ? "" : `\`${text}\``;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
