/** What the runtime says of errors has colours in it, also where nobody sees them. */

// deno-lint-ignore no-control-regex
const PAINT = /\x1b\[[0-9;]{0,16}m/g;

export function withoutPaint(said: string): string {
  return said.replace(PAINT, "");
}
