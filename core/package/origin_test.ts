import { assert, assertEquals } from "../../tests/assert.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { fetchFromPath } from "./folder.ts";
import { get } from "./get.ts";
import { parseOrigin } from "./origin.ts";

/** What to do about it. */
async function helpOf(fetching: () => unknown): Promise<unknown> {
  try {
    await fetching();
  } catch (error) {
    assert(error instanceof PackageError, String(error));
    return error.diagnostics[0]!.help;
  }
  throw new Error("nothing was wrong");
}

const helpFor = (text: string) => helpOf(() => parseOrigin(text));

Deno.test("parseOrigin() says where Falco keeps what falcoctl has short names for", async () => {
  const asked = async (name: string) => String(await helpFor(name)).split(": ")[1];
  assertEquals(await asked("falco-rules:3"), "oci://ghcr.io/falcosecurity/rules/falco-rules:3");
  assertEquals(
    await asked("falco-incubating-rules:latest"),
    "oci://ghcr.io/falcosecurity/rules/falco-incubating-rules:latest",
  );
  assertEquals(
    await asked("k8saudit-rules:0"),
    "oci://ghcr.io/falcosecurity/plugins/ruleset/k8saudit:0",
  );
  assertEquals(
    await asked("k8saudit:0.16.1"),
    "oci://ghcr.io/falcosecurity/plugins/plugin/k8saudit:0.16.1",
  );
});

Deno.test("parseOrigin() tells of a registry without oci:// in front, and of nothing else", async () => {
  assertEquals(
    await helpFor("localhost:5000/team/rules:1"),
    "in a registry of OCI it is oci://localhost:5000/team/rules:1",
  );
  for (const text of ["ftp://host/x.tgz", "git:host/x", "http://host/x"]) {
    assert(String(await helpFor(text)).startsWith("a folder or archive, "), text);
  }
});

Deno.test("fetchFromPath() says how what is elsewhere is named, where there is no such file", async () => {
  const origin = parseOrigin("ghcr.io/falcosecurity/rules/falco-rules", { folder: "/nonexistent" });
  assert(origin.kind === "path");
  assertEquals(
    await helpOf(() => fetchFromPath(origin)),
    "a plugin is a folder with falcod-plugin.json, or an archive of one; what is fetched begins " +
      "with npm:, https:// or oci://",
  );
  const falco = parseOrigin("okta", { folder: "/nonexistent" });
  assert(falco.kind === "path");
  assertEquals(
    await helpOf(() => fetchFromPath(falco)),
    "Falco's plugin of that name: " +
      "falcod plugin add --trusted oci://ghcr.io/falcosecurity/plugins/plugin/okta",
  );
});

Deno.test("get() says that a server speaks no TLS, and what to do", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("plain"),
  );
  const fetching = {
    environment: () => undefined,
    certificateFile: "",
    trustedRootFile: "",
    verifies: true,
    allowsPlain: false,
  };
  const url = new URL(`https://127.0.0.1:${server.addr.port}/v2/`);
  assertEquals(
    await helpOf(() => get(url, { mostBytes: 1000 }, fetching)),
    "what is there speaks no TLS: is it the right port? With --plain-http, registries of OCI are " +
      "asked without",
  );
});
