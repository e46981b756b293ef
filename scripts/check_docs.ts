/**
 * Documents must not drift: links and paths they name exist, and the tables that repeat what code
 * knows agree with the code. Usage: `deno run --allow-read scripts/check_docs.ts`.
 */
import { dirname, join } from "node:path";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "core/delivery/README.md",
  "core/plugin/sdk/README.md",
  "core/record/README.md",
  "docs/README.md",
  "docs/configuration.md",
  "docs/coming-from-falco.md",
  "docs/rules.md",
  ...[...Deno.readDirSync("plugins/sinks")].map(({ name }) => `plugins/sinks/${name}/README.md`)
    .filter(exists).sort(),
  "plugins/sources/k8s_audit/README.md",
  "plugins/natives/falco/README.md",
  "rules/tests/README.md",
  "scripts/deploy/README.md",
  "scripts/deploy/efk/README.md",
];
/** What such a path starts with is a promise that the file is in the repository. */
const PATH =
  /^(?:core|plugins|ffi|rules|scripts|tests)(?:\/[\w.-]+)*\/?$|^(?:main\.ts|deno\.json)$/;

function findProblems(name: string, text: string): string[] {
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const places = [
      // Links count from the document they stand in, names of files from the top.
      ...[...line.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
        .map((match) => join(dirname(name), match[1]!)),
      ...[...line.matchAll(/`([^`\s]+)`/g)].map((match) => match[1]!).filter((word) =>
        PATH.test(word)
      ),
    ];
    for (const place of places) {
      if (!exists(place)) {
        problems.push(`${name}:${index + 1}: "${place}" is not in the repository`);
      }
    }
  }
  return problems;
}

/** Every folder of core stands in ARCHITECTURE.md's layer table. */
function findMissingLayers(architecture: string): string[] {
  return [...Deno.readDirSync("core")].filter((entry) => entry.isDirectory)
    .filter((entry) =>
      !new RegExp(`^\\| *\\d +\\| \`core/${entry.name}\` +\\|`, "m").test(architecture)
    )
    .map((entry) => `ARCHITECTURE.md: core/${entry.name} is missing in the layer table`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

const problems = DOCUMENTS.flatMap((name) =>
  exists(name) ? findProblems(name, Deno.readTextFileSync(name)) : [`${name} is missing`]
);
problems.push(...findMissingLayers(Deno.readTextFileSync("ARCHITECTURE.md")));
for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log(`check_docs: ${DOCUMENTS.length} documents agree with the repository`);
