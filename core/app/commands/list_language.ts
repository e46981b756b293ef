/** `falcod list operators` and `falcod list transformers`: what conditions are written with. */
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { nameFilter, nothingFound, printTable } from "../table.ts";
import { OPERATOR_WORDS, TRANSFORMER_WORDS } from "./language.ts";

export interface ListLanguageRequest {
  readonly topic: "operators" | "transformers";
  readonly pattern: string | undefined;
  readonly json: boolean;
}

/** Exit code 1 when nothing is like that. */
export function listLanguageCommand(request: ListLanguageRequest, host: Host): number {
  const { topic, pattern, json } = request;
  const words = topic === "operators" ? OPERATOR_WORDS : TRANSFORMER_WORDS;
  const isWanted = nameFilter(pattern);
  const found = Object.entries(words).filter(([name]) => isWanted(name));
  if (found.length === 0 && pattern !== undefined) {
    const options = { names: Object.keys(words), instead: `falcod list ${topic} shows all` };
    host.error.write(nothingFound(topic.slice(0, -1), pattern, options));
    return EXIT_FAILURE;
  }
  if (json) {
    const plain = found.map(([name, { does, example }]) => ({ name, does, example }));
    host.out.write(`${JSON.stringify(plain)}\n`);
    return EXIT_OK;
  }
  const rows = found.map(([name, { does, example }]) => [name, example, does]);
  printTable({ heads: [topic.slice(0, -1), "example", "meaning"], rows }, host.out);
  return EXIT_OK;
}
