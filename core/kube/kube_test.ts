import { createServer } from "node:https";
import type { Server } from "node:net";
import { z } from "zod";
import { assert, assertEquals } from "../../tests/assert.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { handler, listening, rejection, type Seen, serve } from "../../tests/http_servers.ts";
import { httpKeys } from "../http/schema.ts";
import { podAccess } from "./access.ts";
import { kubeconfigAccess, kubeconfigPath } from "./kubeconfig.ts";
import { KubeTarget, type KubeTargetOptions } from "./target.ts";

/** An API server that wants a certificate of clients, and a folder for files. */
async function apiServer() {
  const authority = await newAuthority();
  const own = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "falcod" });
  const seen: Seen[] = [];
  const server = createServer({
    cert: own.certificate,
    key: own.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  }, handler(seen, () => ({})));
  const address = await listening(server as unknown as Server);
  const folder = await Deno.makeTempDir({ prefix: "falcod-kube-" });
  return {
    seen,
    folder,
    url: `https://127.0.0.1:${address.port}`,
    authority: authority.certificate,
    client,
    write: async (name: string, text: string) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    },
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function kubeconfig(server: string, cluster: string, user: string): string {
  return [
    "apiVersion: v1",
    "kind: Config",
    "current-context: here",
    "contexts:",
    "- {name: there, context: {cluster: other, user: nobody}}",
    "- {name: here, context: {cluster: one, user: me, namespace: security}}",
    "clusters:",
    `- {name: one, cluster: {server: "${server}"${cluster}}}`,
    "users:",
    `- {name: me, user: {${user}}}`,
    "",
  ].join("\n");
}

function targetWith(kubeconfig: string, options: KubeTargetOptions = {}) {
  const made = new KubeTarget({ ...z.strictObject(httpKeys).parse({}), kubeconfig }, options);
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.close() });
}

Deno.test("KubeTarget goes by certificates in a kubeconfig, and by files beside it", async () => {
  await using api = await apiServer();
  const { authority, client, write } = api;
  await write("ca.crt", authority);
  await write("me.crt", client.certificate);
  await write("me.key", client.key);
  const cluster = [
    "certificate-authority: ca.crt",
    `certificate-authority-data: ${btoa(authority)}`,
  ];
  const user = [
    "client-certificate: me.crt, client-key: me.key, token: t0ken",
    `client-certificate-data: ${btoa(client.certificate)}, client-key-data: ${btoa(client.key)}`,
  ];
  for (const [index, text] of user.entries()) {
    const path = await write(
      `${index}.yaml`,
      kubeconfig(`${api.url}/`, `, ${cluster[index]}`, text),
    );
    await using target = targetWith(path);
    const { status } = await target.send({ path: "/version?a=b", method: "GET", body: "" });
    assertEquals([status, await target.namespace()], [200, "security"]);
  }
  assertEquals(api.seen.map(({ method, url, headers }) => [method, url, headers.authorization]), [
    ["GET", "/version?a=b", "Bearer t0ken"],
    ["GET", "/version?a=b", undefined],
  ]);
});

Deno.test("KubeTarget reads a kubeconfig and a token again when they have changed", async () => {
  await using first = await serve();
  await using second = await serve();
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config`;
  const origin = (server: { port: number }) => `http://127.0.0.1:${server.port}`;
  await Deno.writeTextFile(`${folder}/token`, "one\n");
  await Deno.writeTextFile(path, kubeconfig(origin(first), "", "tokenFile: token"));
  await using target = targetWith(path);
  await target.send({ path: "/", body: "1" });
  await Deno.writeTextFile(`${folder}/token`, "two\n");
  await target.send({ path: "/", body: "2" });
  await Deno.writeTextFile(path, kubeconfig(origin(second), "", "username: me, password: w0rd"));
  await target.send({ path: "/", body: "3" });
  assertEquals(first.seen.map(({ headers }) => headers.authorization), [
    "Bearer one",
    "Bearer two",
  ]);
  assertEquals(second.seen.map(({ headers }) => headers.authorization), [
    `Basic ${btoa("me:w0rd")}`,
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("KubeTarget never tells a token that a server repeats", async () => {
  await using server = await serve(({ headers }) => ({
    status: 403,
    body: `no ${headers.authorization}`,
  }));
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config`;
  const text = kubeconfig(`http://127.0.0.1:${server.port}`, "", "token: s3cr3t-t0ken");
  await Deno.writeTextFile(path, text);
  await using target = targetWith(path);
  const { code, message } = await rejection(target.send({ path: "/", body: "1" }));
  assertEquals(code, "unavailable");
  assert(message.includes("[secret]") && !message.includes("s3cr3t"), message);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("KubeTarget asks the server of its pod first where it is told to", async () => {
  await using server = await serve();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/token`, "of-the-pod");
  await Deno.writeTextFile(`${folder}/namespace`, "falco\n");
  const environment = new Map([["KUBERNETES_SERVICE_HOST", "fd00::1"], [
    "KUBERNETES_SERVICE_PORT",
    "6443",
  ]]);
  const surroundings = { environment: (name: string) => environment.get(name), podFolder: folder };
  const access = podAccess(surroundings)!;
  assertEquals([access.server, access.namespace, access.tls.ca], [
    "https://[fd00::1]:6443",
    "falco",
    `${folder}/ca.crt`,
  ]);
  assertEquals(access.authorization!().reveal(), "Bearer of-the-pod");
  assertEquals(podAccess({ ...surroundings, environment: () => undefined }), undefined);
  assertEquals(podAccess({ ...surroundings, podFolder: `${folder}/none` }), undefined);
  const path = `${folder}/config`;
  await Deno.writeTextFile(path, kubeconfig(`http://127.0.0.1:${server.port}`, "", ""));
  await using inPod = targetWith(path, { prefersPod: true, surroundings });
  assertEquals(await inPod.namespace(), "falco");
  await using outside = targetWith(path, { surroundings });
  assertEquals(await outside.namespace(), "security");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("kubeconfigPath() is what was given, else what the environment says", () => {
  const environment = (variables: Record<string, string>) => ({
    environment: (name: string) => variables[name],
  });
  assertEquals(kubeconfigPath("~/a", environment({ HOME: "/root" })), "/root/a");
  assertEquals(kubeconfigPath("", environment({ HOME: "/root" })), "/root/.kube/config");
  assertEquals(kubeconfigPath("", environment({ KUBECONFIG: ":/b:/c" })), "/b");
});

const WRONG: readonly (readonly [string, string])[] = [
  ["", "there is nothing in it"],
  ["a: 1\nb: *s3cr3t-t0ken", "it is no YAML from line 2 on"],
  ["just text", "it is no kubeconfig: it is no mapping with clusters, users and contexts"],
  ["[s3cr3t]", "it is no kubeconfig: it is no mapping with clusters, users and contexts"],
  ["clusters: 5", 'what stands at "clusters" is something else than belongs there'],
  ["clusters: [{name: a, cluster: {}}]", '"clusters[0].cluster.server" is missing'],
  ["slack: {webhookurl: s3cr3t}", "it is no kubeconfig: it has neither clusters nor contexts"],
  ["current-context: x", "it is no kubeconfig: it has neither clusters nor contexts"],
  ["clusters: []", 'it has nothing in "contexts"'],
  [
    "current-context: x\ncontexts: [{name: a, context: {cluster: c}}]",
    'there is no context "x" in its "contexts"',
  ],
  ["contexts: [{name: a}]", 'its context "a" names no cluster'],
  [
    "contexts: [{name: a, context: {cluster: c}}]",
    'there is no cluster "c", which its context "a" names, in its "clusters"',
  ],
  [kubeconfig("ftp://x", "", ""), "does not begin with https://"],
  [kubeconfig("https://x", "", "exec: {command: aws}"), "falcod runs none"],
  [kubeconfig("https://x", ", certificate-authority-data: '*'", ""), "is no base64"],
];

Deno.test("kubeconfigAccess() says what is wrong with a kubeconfig", async () => {
  const path = await Deno.makeTempFile();
  for (const [text, what] of WRONG) {
    await Deno.writeTextFile(path, text);
    const { code, message } = await rejection(kubeconfigAccess(path));
    assertEquals(code, "unavailable");
    assert(message.startsWith(`Cannot use "${path}": `), message);
    assert(message.includes(what) && !message.includes("s3cr3t"), `${message} (${what})`);
  }
  await Deno.remove(path);
  assert((await rejection(kubeconfigAccess(path))).message.endsWith("there is no such file"));
});
