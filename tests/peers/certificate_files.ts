/** Certificates as files, and TLS settings that a server who knows them takes or does not. */
import { newAuthority } from "../certificates.ts";

export interface CertificateFiles extends AsyncDisposable {
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Settings with which the connection is made. */
  readonly right: readonly Record<string, unknown>[];
  /** Settings with which it is not: another authority, no certificate, a file that is not there. */
  readonly wrong: readonly Record<string, unknown>[];
}

/** For servers that ask clients for a certificate. */
export async function clientFiles(): Promise<CertificateFiles> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-tls-" });
  await Deno.chmod(folder, 0o755);
  const [authority, other] = [await newAuthority(), await newAuthority("another")];
  const server = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "client" });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const ca = await write("ca.crt", authority.certificate);
  const otherCa = await write("other.crt", other.certificate);
  const own = {
    enabled: true,
    client_certificate: await write("client.crt", client.certificate),
    client_key: await write("client.key", client.key),
  };
  return {
    authority: ca,
    serverCertificate: await write("server.crt", server.certificate),
    serverKey: await write("server.key", server.key),
    right: [{ ...own, ca }, { ...own, insecure: true }],
    wrong: [
      { ...own, ca: otherCa },
      { enabled: true, ca },
      { enabled: true, ca: `${folder}/missing.crt` },
    ],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
