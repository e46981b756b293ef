import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { SinkError } from "../plugin/mod.ts";
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

Deno.test("readClientTls() wants the key of the certificate", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-trust-" });
  try {
    const authority = await newAuthority();
    const own = await authority.issue({ commonName: "own" });
    const other = await authority.issue({ commonName: "other" });
    const file = async (name: string, text: string) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    const client_certificate = await file("own.crt", own.certificate);
    const read = (client_key: string) =>
      readClientTls({ ca: "", client_certificate, client_key, insecure: true });
    assertEquals(read(await file("own.key", own.key)).key, own.key);
    const wrong = await file("other.key", other.key);
    assertThrows(
      () => read(wrong),
      SinkError,
      `its private key is not that of the certificate in "${client_certificate}"`,
    );
    for (const text of [`${own.certificate}${own.key}`, `${own.key}${own.certificate}`]) {
      await file("own.crt", text);
      assertEquals(read("").cert, text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
