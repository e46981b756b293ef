import { assert, assertEquals } from "../../tests/assert.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { certificateProblem, pairProblem } from "./pem.ts";

Deno.test("certificates and keys are what they are called, or it is said what is wrong", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-pem-" });
  const authority = await newAuthority();
  const [one, other] = [
    await authority.issue({ commonName: "one" }),
    await authority.issue({ commonName: "other" }),
  ];
  const written = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const certificate = written("one.crt", one.certificate);
  const key = written("one.key", one.key);
  const strange = written("other.key", other.key);
  const both = written("both.pem", `${one.key}\n${one.certificate}`);
  const junk = written("junk", "-----BEGIN CERTIFICATE-----\nnothing");

  assertEquals(certificateProblem(certificate), undefined);
  assertEquals(pairProblem({ certificate, key }), undefined);
  assertEquals(pairProblem({ certificate: both, key: both }), undefined);
  assertEquals(certificateProblem(key), `there is no certificate in "${key}" (PEM)`);
  assertEquals(certificateProblem(junk), `there is no certificate in "${junk}" (PEM)`);
  assertEquals(certificateProblem(folder), `cannot read "${folder}": it is no file`);
  assertEquals(certificateProblem("/no/such"), 'cannot read "/no/such": there is no such file');
  assertEquals(
    pairProblem({ certificate, key: certificate }),
    `there is no private key in "${certificate}" (PEM)`,
  );
  assert(pairProblem({ certificate, key: strange })?.includes("is not that of"));
  await Deno.remove(folder, { recursive: true });
});
