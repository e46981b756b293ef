/** Who sees colours: whoever looks at a terminal, unless NO_COLOR or `--color` say otherwise. */
import type { Host, Output } from "./host.ts";

/** Values of `--color`. */
export const COLOUR_CHOICES = ["auto", "always", "never"] as const;
export type ColourChoice = typeof COLOUR_CHOICES[number];

/** The same host, whose outputs ask `choice` at each use: it is known when arguments have been read. */
export function withColours(host: Host, choice: () => ColourChoice): Host {
  return {
    ...host,
    out: coloured(host.out, host, choice),
    error: coloured(host.error, host, choice),
  };
}

function coloured(output: Output, host: Host, choice: () => ColourChoice): Output {
  return {
    write: (text) => output.write(text),
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    get isGone() {
      return output.isGone ?? false;
    },
    get hasColours() {
      const chosen = choice();
      if (chosen !== "auto") return chosen === "always";
      // https://no-color.org: set to anything but the empty text.
      return output.isTerminal && !host.environment("NO_COLOR");
    },
  };
}

/** SGR: ECMA-48 8.3.117. */
const STYLES = { strong: "1", good: "32", bad: "31", odd: "33" } as const;

/** The text in a style where the output shows such. */
export function styled(text: string, style: keyof typeof STYLES, { hasColours }: Output): string {
  return hasColours ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
}
