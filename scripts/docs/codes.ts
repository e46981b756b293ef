/** docs/codes.md: what `falcod explain-code` knows. */
import { CODES, type Example } from "../../core/app/codes/mod.ts";

const HEAD = `# Codes

What the code of a message means, why it matters, a mistake that causes it and its repair. \`falcod
explain-code F012\` says the same in a terminal.
`;

export function codesPage(): string {
  const entries = CODES.map(({ code, title, meaning, matters, example }) =>
    [
      `## ${code}: ${title}`,
      meaning,
      matters,
      ...example ? ["Wrong:", fenced(example.wrong), "Right:", fenced(example.right)] : [],
    ].join("\n\n")
  );
  return `${HEAD}\n${entries.join("\n\n")}\n`;
}

function fenced({ kind, text, files = {} }: Example): string {
  const parts = [text, ...Object.entries(files).map(([name, content]) => `# ${name}\n${content}`)];
  const language = kind === "command" ? "sh" : "yaml";
  return `\`\`\`${language}\n${parts.map((part) => part.trimEnd()).join("\n\n")}\n\`\`\``;
}
