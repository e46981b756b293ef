/** Whether falcod could listen as it is to: certificates are read, and addresses taken for a moment. */
import type { Report } from "../../base/mod.ts";
import type { Listen, WebError } from "../../web/mod.ts";
import { codeOfCause, isAddressFault } from "../cannot_listen.ts";
import { tryListening } from "../try_listening.ts";
import type { SidekickSettings } from "./settings.ts";

/**
 * Reports what a run would end with. An address that is taken is but warned of: whoever checks a
 * configuration for the falcod that runs already has it taken by that.
 */
export async function lookAtListening(settings: SidekickSettings, report: Report): Promise<void> {
  const { listen, plain, placeOf } = settings;
  const look = { placeOf, report };
  await lookAt(listen, { ...look, port: "listenport" });
  if (!plain) return;
  const port = "tlsserver.notlsport";
  if (plain.listen.port !== listen.port) return await lookAt(plain.listen, { ...look, port });
  const title = `"${port}" and "listenport" are the same port, with TLS and without`;
  tell(port, { title, help: `name another port: ${port}` }, look);
}

interface Look extends Pick<SidekickSettings, "placeOf"> {
  readonly report: Report;
}

async function lookAt(listen: Listen, look: Look & { readonly port: string }): Promise<void> {
  const { hostname, port } = listen;
  const warn = (title: string) => tell("tlsserver.certfile", { title, severity: "warning" }, look);
  const error = await tryListening(listen, warn);
  if (error?.code !== "bad-certificate") return tellAddress(error, look);
  tell(keyOfFile(listen, error.message), { title: error.message }, look);
  tellAddress(await tryListening({ hostname, port }, warn), look);
}

function tellAddress(
  error: WebError | undefined,
  { port, ...look }: Look & { readonly port: string },
): void {
  if (!error) return;
  const title = error.message;
  if (codeOfCause(error) === "EADDRINUSE") {
    const help = `name another port with ${port}, unless it is the falcod that this one replaces`;
    tell(port, { title, severity: "warning", help }, look);
  } else if (isAddressFault(error)) {
    tell("listenaddress", { title, help: "name another address: listenaddress" }, look);
  } else tell(port, { title, help: `name another port: ${port}` }, look);
}

/** Messages about files begin with what they are about. */
function keyOfFile({ tls }: Listen, message: string): string {
  const isAbout = (path: string | undefined) => message.startsWith(`Cannot use "${path}"`);
  if (isAbout(tls?.certificatePath)) return "tlsserver.certfile";
  return isAbout(tls?.keyPath) ? "tlsserver.keyfile" : "tlsserver.cacertfile";
}

function tell(
  key: string,
  finding: Omit<Parameters<Report["add"]>[0], "code" | "at">,
  { placeOf, report }: Look,
): void {
  report.add({ code: "C065", ...finding, at: placeOf(key) });
}
