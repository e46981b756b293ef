/** What is no character of XML, in which services of AWS write messages, cannot be sent to them. */
export function xmlText(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex -- these are what is not permitted
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
