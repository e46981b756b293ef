/** Addresses of this machine that know its credentials. */
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import type { HttpSettings } from "./schema.ts";
import { type HttpRequest, HttpTarget } from "./target.ts";

/** The body of the answer, which is a good one; throws a `SinkError` (`unavailable`). */
export type AskPlainly = (
  request: Pick<HttpRequest, "method" | "headers"> & { readonly url: string },
  context?: WriteContext,
) => Promise<string>;

/** It is next door: who has not answered by then is not there. */
const TIMEOUT_MS = 2000;

/** Never through a proxy, which would get to see the credentials. */
const SETTINGS: HttpSettings = {
  headers: {},
  tls: { ca: "", client_certificate: "", client_key: "", insecure: false },
  proxy: new Secret({ value: "none" }),
  keep_alive: false,
};

export async function askPlainly(
  request: Parameters<AskPlainly>[0],
  context?: WriteContext,
): Promise<string> {
  const late = new AbortController();
  const { origin } = new URL(request.url);
  const timer = setTimeout(
    () => late.abort(new SinkError("unavailable", `${origin} does not answer`)),
    TIMEOUT_MS,
  );
  const signals = context ? [late.signal, context.signal] : [late.signal];
  const target = new HttpTarget(SETTINGS, { url: request.url });
  try {
    const { body } = await target.send({ method: "GET", ...request, body: "" }, {
      signal: AbortSignal.any(signals),
    });
    return body;
  } catch (error) {
    // A request that metadata does not like says nothing of the alerts.
    if (error instanceof SinkError && error.code === "rejected") {
      throw new SinkError("unavailable", error.message);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    await target.close();
  }
}
