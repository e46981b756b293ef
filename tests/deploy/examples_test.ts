/** Files to copy: what stands twice is the same, and what one part writes is what the other reads. */
import { parse } from "yaml";
import { dashboardFields, dashboardObjects } from "../../scripts/deploy/efk/make_dashboard.ts";
import { documentOf } from "../../plugins/sinks/elasticsearch/document.ts";
import { assert, assertEquals } from "../assert.ts";
import { falcod, root } from "../cli/program.ts";
import { formattedAlert } from "../contract/http_sink_suite.ts";

const DEPLOY = `${root}scripts/deploy`;

for (const name of ["audit-policy", "audit-webhook"]) {
  Deno.test(`audit/${name}.yaml is what the README shows`, () => {
    const readme = Deno.readTextFileSync(`${root}README.md`);
    const [, block = ""] =
      new RegExp(`\`\`\`yaml\\n( *# /etc/kubernetes/${name}\\.yaml\\n[^]*?)\`\`\``).exec(readme) ??
        [];
    const shown = block.split("\n").map((line) => line.replace(/^ {3}/, "")).join("\n").trim();
    assertEquals(Deno.readTextFileSync(`${DEPLOY}/audit/${name}.yaml`).trim(), shown);
  });
}

Deno.test("kubeadm, kind and k3s are told the same flags", () => {
  const read = (name: string) => parse(Deno.readTextFileSync(`${DEPLOY}/audit/${name}.yaml`));
  const kubeadm = read("kubeadm").apiServer.extraArgs.map(
    ({ name, value }: { readonly name: string; readonly value: string }) => `${name}=${value}`,
  ).sort();
  const [node] = read("kind").nodes;
  const patch = parse(node.kubeadmConfigPatches[0]).apiServer;
  const kind = Object.entries(patch.extraArgs).map(([name, value]) => `${name}=${value}`).sort();
  assertEquals(kind, kubeadm);
  assertEquals(patch.extraVolumes, read("kubeadm").apiServer.extraVolumes);
  assertEquals(read("k3s")["kube-apiserver-arg"].toSorted(), kubeadm);
});

Deno.test("with TLS, the certificates that the README names are mounted in the API server's pod", () => {
  const readme = Deno.readTextFileSync(`${root}README.md`);
  const [, folder] = /client-certificate: (\/\S+)\/[\w-]+\.crt/.exec(readme) ?? [];
  const read = (name: string) =>
    parse(
      Deno.readTextFileSync(`${DEPLOY}/audit/${name}.yaml`)
        .replaceAll(/^( +)# (?=- (?:name|hostPath):| )/gm, "$1"),
    );
  const [node] = read("kind").nodes;
  assert(
    node.extraMounts.some((it: { readonly containerPath: string }) => it.containerPath === folder),
  );
  const pods = [read("kubeadm"), parse(node.kubeadmConfigPatches[0])];
  for (const { apiServer } of pods) {
    const paths = apiServer.extraVolumes.map((it: { readonly mountPath: string }) => it.mountPath);
    assert(paths.includes(folder), paths.join());
  }
});

Deno.test("dashboard.ndjson is what make_dashboard.ts makes", () => {
  const lines = dashboardObjects().map((object) => `${JSON.stringify(object)}\n`).join("");
  assertEquals(Deno.readTextFileSync(`${DEPLOY}/efk/dashboard.ndjson`), lines);
});

Deno.test("the dashboard's parts refer to each other", () => {
  const objects = dashboardObjects();
  const there = objects.map(({ type, id }) => `${type} ${id}`);
  for (const { references, attributes } of objects) {
    for (const { type, id } of references) assert(there.includes(`${type} ${id}`), id);
    const inside = Object.entries(attributes).filter(([key]) => /JSON$|^visState$/.test(key));
    for (const [, text] of inside) JSON.parse(text as string);
  }
});

Deno.test("what the dashboard asks for is in documents of the Elasticsearch sink", () => {
  const config = parse(Deno.readTextFileSync(`${DEPLOY}/efk/falco.yaml`));
  const extra = config.append_output[0].extra_fields as readonly string[];
  const alert = { ...formattedAlert().alert, fields: new Map(extra.map((field) => [field, "x"])) };
  const document = documentOf(alert, { mapping: "falco", flatten_fields: false });
  for (const field of dashboardFields()) {
    const [first, ...rest] = field.split(".");
    const value = (document as Record<string, unknown>)[first!];
    const found = rest.length === 0 ? value : (value as Record<string, unknown>)[rest.join(".")];
    assert(found !== undefined, `${field} is in no document`);
  }
});

Deno.test("falcod takes the configuration for Elasticsearch", async () => {
  const { code, out } = await falcod(["validate", `${DEPLOY}/efk/falco.yaml`]);
  assertEquals([code, /0 errors, 0 warnings/.test(out)], [0, true], out);
});
