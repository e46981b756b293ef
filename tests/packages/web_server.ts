/** A web server on this machine that has an archive. */
import { type Authority, newAuthority } from "../certificates.ts";
import type { Place } from "./running.ts";

/** With TLS, and an archive at `url`; `seen` has what stood in `authorization`. */
export async function webServer(
  place: Place,
  answer: (request: Request) => Response,
  authority?: Authority,
) {
  authority ??= await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "web" });
  const ca = place.file("ca.pem", authority.certificate);
  const seen: (string | null)[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, cert: certificate, key },
    (request) => {
      seen.push(request.headers.get("authorization"));
      return answer(request);
    },
  );
  const url = `https://127.0.0.1:${server.addr.port}/plugins/pager-1.0.0.tgz`;
  return { url, ca, seen, [Symbol.asyncDispose]: () => server.shutdown() };
}
