/** Why a server closes something. AMQP 0-9-1, section 1.2 */

const NAMES: Readonly<Record<number, string>> = {
  200: "REPLY-SUCCESS",
  311: "CONTENT-TOO-LARGE",
  312: "NO-ROUTE",
  313: "NO-CONSUMERS",
  320: "CONNECTION-FORCED",
  402: "INVALID-PATH",
  403: "ACCESS-REFUSED",
  404: "NOT-FOUND",
  405: "RESOURCE-LOCKED",
  406: "PRECONDITION-FAILED",
  501: "FRAME-ERROR",
  502: "SYNTAX-ERROR",
  503: "COMMAND-INVALID",
  504: "CHANNEL-ERROR",
  505: "UNEXPECTED-FRAME",
  506: "RESOURCE-ERROR",
  530: "NOT-ALLOWED",
  540: "NOT-IMPLEMENTED",
  541: "INTERNAL-ERROR",
};

export function reasonIn(
  { code, text }: { readonly code: number; readonly text: string },
): string {
  const name = Object.hasOwn(NAMES, code) ? ` (${NAMES[code]})` : "";
  return `${code}${name} with message "${text}"`;
}
