/**
 * Serves over HTTP/2 where all temporary files are removed meanwhile, and prints what a client found. In a
 * process of its own: where temporary files go counts for all of one. Argument: an empty folder.
 */
import { curl } from "./curl.ts";
import { Fixture, mirror, tlsFolder } from "./web_server.ts";

const temporary = Deno.args[0]!;
using made = await tlsFolder();
// From here on what is made is made there.
Deno.env.set("TMPDIR", temporary);
await using fixture = new Fixture();
const { url } = await fixture.serve(mirror, made.tls);
for (const { name } of Deno.readDirSync(temporary)) {
  Deno.removeSync(`${temporary}/${name}`, { recursive: true });
}
const { status, httpVersion } = await curl(
  "--http2",
  "--cacert",
  made.path("ca.pem"),
  `${url}/mirror`,
);
console.log(JSON.stringify({ status, httpVersion }));
