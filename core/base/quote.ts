/** In double quotes; in single ones where the text has double ones of its own. */
export function inQuotes(text: string): string {
  return text.includes('"') && !text.includes("'") ? `'${text}'` : `"${text}"`;
}
