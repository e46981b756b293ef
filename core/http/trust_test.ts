import { assert, assertEquals } from "../../tests/assert.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { readClientTls } from "./trust.ts";

Deno.test("readClientTls() trusts several files, and the system's beside them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-trust-" });
  try {
    const authorities = [await newAuthority("one"), await newAuthority("other")];
    const paths = [`${folder}/one.pem`, `${folder}/with:colon.pem`];
    for (const [index, path] of paths.entries()) {
      await Deno.writeTextFile(path, authorities[index]!.certificate);
    }
    const own = { client_certificate: "", client_key: "", insecure: false };
    const trusted = (ca: string) => readClientTls({ ...own, ca }).ca?.length ?? 0;
    await Deno.copyFile(paths[1]!, `${folder}/other.pem`);
    assertEquals(trusted(`${folder}/one.pem:${folder}/other.pem`), 2);
    assertEquals(trusted(paths[1]!), 1);
    const systems = trusted("");
    assertEquals(trusted("system"), systems);
    assert(systems === 0 || trusted(`system:${paths[0]}`) === systems + 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
