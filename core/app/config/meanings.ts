/** What the comments of our own falco.yaml (rules/falco.yaml) say of its keys. */

/** By dotted name, each without its line breaks. A comment is about all keys that follow at once. */
export function meaningsIn(text: string): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  const above: { readonly indent: number; readonly name: string }[] = [];
  let comment: string[] = [];
  let about = "";
  for (const line of text.split("\n")) {
    // An example that is commented out, or the head of a part, is about no key.
    const [, words] = /^ *# ?(?![ -]|#)(.*)$/.exec(line) ?? [];
    if (words !== undefined) {
      comment.push(words.trim());
      continue;
    }
    const [, indent, name] = /^( *)([a-z_0-9]+):/.exec(line) ?? [];
    if (indent === undefined || name === undefined) {
      if (line.trim() === "") about = "";
      comment = [];
      continue;
    }
    while (above.length > 0 && above.at(-1)!.indent >= indent.length) above.pop();
    above.push({ indent: indent.length, name });
    if (comment.length > 0) about = comment.join(" ");
    comment = [];
    if (about !== "") meanings.set(above.map(({ name }) => name).join("."), about);
  }
  return meanings;
}
