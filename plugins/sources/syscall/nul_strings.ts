/** Lists of strings as the kernel keeps them: argv and the environment, from the probe and from /proc. */

/** A NUL stands behind every string, behind the last one too unless the text was cut. */
export function splitNul(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}
