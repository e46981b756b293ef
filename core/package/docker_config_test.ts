import { assertEquals } from "../../tests/assert.ts";
import { credentialsFor } from "./docker_config.ts";

/** Value of the header for a host, where this file is kept. */
function headerFor(host: string, file: unknown): string | undefined {
  const path = Deno.makeTempFileSync({ prefix: "falcod-auths-" });
  try {
    Deno.writeTextFileSync(path, JSON.stringify(file));
    const environment: Readonly<Record<string, string>> = {
      REGISTRY_AUTH_FILE: path,
      HOME: "/nonexistent",
    };
    return credentialsFor(host, (name) => environment[name])?.reveal();
  } finally {
    Deno.removeSync(path);
  }
}

const AUTH = { auth: "dTpw" };

Deno.test("credentialsFor() gives a registry its own credentials, and no other's", () => {
  for (const place of ["registry.example", "https://registry.example", "registry.example/v1/"]) {
    assertEquals(headerFor("registry.example", { auths: { [place]: AUTH } }), "Basic dTpw");
    assertEquals(headerFor("registry.example:5000", { auths: { [place]: AUTH } }), undefined);
    assertEquals(headerFor("docker.io", { auths: { [place]: AUTH } }), undefined);
  }
});

Deno.test("credentialsFor() finds those of docker.io where docker and podman keep them", () => {
  for (const place of ["https://index.docker.io/v1/", "index.docker.io", "docker.io"]) {
    assertEquals(headerFor("docker.io", { auths: { [place]: AUTH } }), "Basic dTpw");
    assertEquals(headerFor("registry.example", { auths: { [place]: AUTH } }), undefined);
  }
});
