/** What settings of sinks name on this machine, looked at before anything is written there. */
import { statSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { keyProblem, pairProblem } from "../base/pem.ts";
import { reasonOf } from "../base/reason.ts";
import { readClientTls } from "../http/trust.ts";
import type { SinkFault } from "../plugin/plugin.ts";
import type { TlsSettings } from "./tls.ts";

type TrustSettings = Pick<TlsSettings, "ca" | "client_certificate" | "client_key" | "insecure">;

/** `keys`: where the settings stand, if not in `tls`. Never throws. */
export function tlsFaults(
  tls: TrustSettings,
  keys: {
    readonly ca: readonly string[];
    readonly certificate: readonly string[];
    readonly key: readonly string[];
  } = {
    ca: ["tls", "ca"],
    certificate: ["tls", "client_certificate"],
    key: ["tls", "client_key"],
  },
): readonly SinkFault[] {
  const faults: SinkFault[] = [];
  const help = "name a file with certificates (PEM) that falcod may read, or put it there";
  const untrusted = tls.ca === "" || tls.insecure ? undefined : caProblem(tls);
  if (untrusted !== undefined) faults.push({ path: keys.ca, what: untrusted, help });
  const { client_certificate: certificate, client_key } = tls;
  const problem = certificate === ""
    ? undefined
    : pairProblem({ certificate, key: client_key || certificate });
  if (problem === undefined) return faults;
  faults.push({ path: keys.certificate, what: problem, help });
  // What is wrong with the certificate says nothing of a key of its own.
  const ofKey = client_key === "" || client_key === certificate
    ? undefined
    : keyProblem(client_key);
  if (ofKey !== undefined && ofKey !== problem) {
    const help = "name a file with the private key (PEM) that falcod may read, or put it there";
    faults.push({ path: keys.key, what: ofKey, help });
  }
  return faults;
}

function caProblem(tls: TrustSettings): string | undefined {
  try {
    const { ca = [] } = readClientTls({ ...tls, client_certificate: "", client_key: "" });
    // TLS leaves out what it cannot read; one that it can read is enough.
    for (const pem of ca) {
      try {
        new X509Certificate(pem);
        return undefined;
      } catch {
        continue;
      }
    }
    return ca.length === 0 ? undefined : `there is no certificate in "${tls.ca}" (PEM)`;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Of an address that may be that of a server, too. Never throws. */
export function socketFaults(address: string, path: readonly string[]): readonly SinkFault[] {
  if (!address.startsWith("/")) return [];
  const help = "start who listens there, or write where it does";
  try {
    if (statSync(address).isSocket()) return [];
    return [{ path, what: `"${address}" is no socket`, help }];
  } catch (error) {
    return [{ path, what: `nobody listens at "${address}": ${reasonForFile(error)}`, help }];
  }
}

/** Whether a file could be made in the folder of this path. Never throws. */
export function folderProblem(path: string): string | undefined {
  const folder = path.slice(0, path.lastIndexOf("/")) || (path.startsWith("/") ? "/" : ".");
  try {
    return statSync(folder).isDirectory() ? undefined : `"${folder}" is no folder`;
  } catch (error) {
    return isMissing(error)
      ? `there is no folder "${folder}"`
      : `cannot look at "${folder}": ${reasonForFile(error)}`;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function reasonForFile(error: unknown): string {
  if (isMissing(error)) return "there is no such file";
  const isRefused = error instanceof Error && "code" in error && error.code === "EACCES";
  return isRefused ? "falcod may not look there" : reasonOf(error);
}
