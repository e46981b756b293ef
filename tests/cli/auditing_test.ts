/**
 * "Auditing with falcod" of README.md, done word for word: its files, its commands, what they print.
 * Only folders and ports are others, so that tests do not meet.
 */
import { readYaml } from "../../core/base/yaml.ts";
import { plainValue } from "../../core/base/yaml_value.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { freePort } from "../free_port.ts";
import { falcod, root } from "./program.ts";
import { Running } from "./running.ts";

const README = Deno.readTextFileSync(`${root}README.md`);

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The code of the section, without its indentation. */
function blocksOf(section: string): readonly Block[] {
  const start = README.indexOf(`\n## ${section}\n`);
  const text = README.slice(start, README.indexOf("\n## ", start + 1));
  return [...text.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)].map((
    [, indent, language, body],
  ) => ({
    language: language!,
    text: body!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

const blocks = blocksOf("Auditing with falcod");

/** The only block that begins so. */
function block(language: string, beginning: string): string {
  const found = blocks.filter((block) =>
    block.language === language && block.text.startsWith(beginning)
  );
  assertEquals(found.length, 1, beginning);
  return found[0]!.text;
}

/** A machine of which only two folders of /etc are there. */
class Machine implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "falcod-auditing-" });
  readonly port = freePort();

  constructor() {
    for (const name of ["falcod", "kubernetes"]) {
      Deno.mkdirSync(`${this.folder}/etc/${name}`, { recursive: true });
    }
  }

  /** What the README says, about this machine. */
  here(text: string): string {
    return text.replaceAll(/\/etc\/(falcod|kubernetes)/g, (path) => this.folder + path)
      .replaceAll(/:9765\b/g, `:${this.port}`).replaceAll(/: 8765\b/g, `: ${this.port}`);
  }

  write(path: string, text: string): string {
    Deno.writeTextFileSync(this.here(path), this.here(text));
    return this.here(path);
  }

  async shell(script: string) {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", this.here(script)],
      env: { no_proxy: "*" },
    }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const CONFIG = block("yaml", "# /etc/falcod/falco.yaml\n");
const POST = block("sh", "curl ");
const ALERT = block("", "12:00:00.000000000: ");

Deno.test("what README.md says of auditing makes falcod alert", async () => {
  using machine = new Machine();
  await using running = await Running.start(
    "-c",
    machine.write("/etc/falcod/falco.yaml", CONFIG),
  );
  const { code, error } = await machine.shell(POST);
  assertEquals(code, 0, error);
  assertEquals(await running.end(), 0, running.error);
  // the time is the local one
  assertEquals(running.out.replace(/^\S+/, ""), ALERT.replace(/^\S+/, ""));
});

Deno.test("the certificates of README.md let the API server in, and nobody else", async () => {
  using machine = new Machine();
  const made = await machine.shell(block("sh", "mkdir -p /etc/falcod\n"));
  assertEquals(made.code, 0, made.error);
  const plugin = block("yaml", "# /etc/falcod/falco.yaml, in place of the plugin above\n");
  const config = CONFIG.replace(/^plugins:[^]*(?=^stdout_output)/m, plugin);
  assert(config.includes("https:") && config.includes("nodriver"), config);
  await using running = await Running.start(
    "-c",
    machine.write("/etc/falcod/falco.yaml", config),
  );
  const overTls = POST.replace("http://", "--cacert /etc/falcod/ca.crt https://");
  const [, certificate, key] =
    /client-certificate: (\S+)\s+client-key: (\S+)/.exec(webhooks()[1]!) ?? [];
  const posted = await machine.shell(
    overTls.replace("--fail", `--fail --cert ${certificate} --key ${key}`),
  );
  assertEquals(posted.code, 0, posted.error);
  const stranger = await machine.shell(overTls);
  assert(stranger.code !== 0, stranger.out);
  assertEquals(await running.end(), 0, running.error);
  assertEquals(running.out.split("\n").filter((line) => line !== "").length, 1, running.out);
});

Deno.test("the configuration of old in README.md takes audit events", async () => {
  using machine = new Machine();
  const old = block("yaml", "# /etc/falco/falco.yaml\n");
  const path = machine.write("/etc/falcod/falco.yaml", old);
  await using running = await Running.start(
    "-c",
    path,
    "-r",
    `${root}rules/k8s_audit_rules.yaml`,
    "--disable-source",
    "syscall",
    "-o",
    "stdout_output.enabled=true",
  );
  const { code, error } = await machine.shell(
    POST.replace("/k8s-audit", "/k8s_audit"),
  );
  assertEquals(code, 0, error);
  assertEquals(await running.end(), 0, running.error);
  assertEquals(running.out.replace(/^\S+/, ""), ALERT.replace(/^\S+/, ""));
});

Deno.test("the commands of README.md tell of an audit log", async () => {
  using machine = new Machine();
  const event = (number: number, more: object) => ({
    auditID: String(number),
    stage: "ResponseStarted",
    stageTimestamp: "2026-01-31T12:00:00Z",
    user: { username: "ana" },
    ...more,
  });
  const uri = "/api/v1/namespaces/shop/pods/web";
  const removed = event(3, { stage: "ResponseComplete", verb: "delete", requestURI: uri });
  const run = event(12, { objectRef: { resource: "pods", subresource: "exec", name: "web" } });
  const log = Array.from({ length: 12 }, (_, index) => event(index + 1, { verb: "get" }));
  log[2] = removed;
  log[11] = run;
  Deno.writeTextFileSync(
    `${machine.folder}/audit.log`,
    log.map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
  const [alerts, lines, reason] = await Promise.all(
    block("sh", "falcod replay").trimEnd().split("\n").map((line) => {
      const words = [...line.replace(/ #.*/, "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
        .map(([, single, double, plain]) => single ?? double ?? plain!);
      return falcod(words.slice(1), { folder: machine.folder });
    }),
  );
  assert(
    alerts!.out.includes("Notice Command in a pod or attachment to it | action=exec user=ana"),
  );
  assertEquals(lines!.out, `ana\t${uri}\n`);
  assert(reason!.out.includes("action=exec user=ana"), reason!.out + reason!.error);
});

Deno.test("the rules of README.md for a cluster change ours", async () => {
  using machine = new Machine();
  const path = `${machine.folder}/cluster.yaml`;
  Deno.writeTextFileSync(path, block("yaml", "# /etc/falcod/rules.d/cluster.yaml\n"));
  const own = `${root}rules/k8s_audit_rules.yaml`;
  const { code, out, error } = await falcod(["validate", own, path]);
  assertEquals(code, 0, error);
  assert(out.includes("0 errors, 0 warnings"), out + error);
});

Deno.test("the kubeconfigs of README.md lead to where falcod listens", () => {
  const [plain, tls] = webhooks().map(parsed) as readonly Kubeconfig[];
  for (const config of [plain!, tls!]) {
    const { context } = config.contexts.find(({ name }) => name === config["current-context"])!;
    assert(config.clusters.some(({ name }) => name === context.cluster));
    assert(context.user === "" || config.users.some(({ name }) => name === context.user));
  }
  assert(CONFIG.includes(`open_params: ${plain!.clusters[0]!.cluster.server}\n`));
  const secured = block("yaml", "# /etc/falcod/falco.yaml, in place of the plugin above\n");
  assert(secured.includes(`open_params: ${tls!.clusters[0]!.cluster.server}\n`));
});

Deno.test("the audit policy of README.md has all that our rules look into, and no secrets", () => {
  const policy = parsed(block("yaml", "# /etc/kubernetes/audit-policy.yaml\n")) as Policy;
  assertEquals([policy.apiVersion, policy.kind], ["audit.k8s.io/v1", "Policy"]);
  const levels = new Set(["None", "Metadata", "Request", "RequestResponse"]);
  for (const { level, nonResourceURLs, resources } of policy.rules) {
    assert(levels.has(level), level);
    assert(!nonResourceURLs || !resources, "a rule is about objects or about URLs");
  }
  const inFull = policy.rules.filter(({ level }) => level === "RequestResponse")
    .flatMap(({ resources = [] }) => resources);
  const names = new Set(inFull.flatMap(({ resources = [] }) => resources));
  const rules = Deno.readTextFileSync(`${root}rules/k8s_audit_rules.yaml`);
  const asked = new Set(
    [...rules.matchAll(/ka\.target\.resource = (\w+)/g)].map(([, name]) => name!),
  );
  const [, workloads] = /- list: k8s_workloads\n {2}items:((?:\n {4}- \w+)+)/.exec(rules)!;
  for (const [name] of workloads!.matchAll(/\w+/g)) asked.add(name);
  assert(asked.size > 16);
  const rbac = /^(?:cluster)?role(?:binding)?s$/;
  assertEquals([...asked].filter((name) => !names.has(name) && !rbac.test(name)), ["secrets"]);
  assert(inFull.some(({ group }) => group === "rbac.authorization.k8s.io"));
  assertEquals(Object.entries(policy.rules.at(-1)!), [["level", "Metadata"]]);
});

interface Kubeconfig {
  readonly "current-context": string;
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string };
  }[];
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly users: readonly { readonly name: string }[];
}

interface Policy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly rules: readonly {
    readonly level: string;
    readonly nonResourceURLs?: readonly string[];
    readonly resources?: readonly {
      readonly group: string;
      readonly resources?: readonly string[];
    }[];
  }[];
}

/** Without and with TLS. */
function webhooks(): readonly string[] {
  const found = blocks.filter(({ text }) =>
    text.startsWith("# /etc/kubernetes/audit-webhook.yaml\n")
  );
  assertEquals(found.length, 2);
  return found.map(({ text }) => text);
}

function parsed(text: string): unknown {
  const report = new Report();
  const [document] = readYaml(new SourceText("README.md", text), report);
  assertEquals(report.diagnostics, []);
  return plainValue(document!.root);
}
