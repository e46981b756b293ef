import type { State } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { corpusTest, readCorpus } from "../../../tests/corpus.ts";
import { AuditEvent } from "./audit_event.ts";
import plugin from "./mod.ts";
import { auditEvents } from "./payload.ts";

const { fields } = plugin;
const NO_STATE = {} as State;

/** Values of fields, `ka.…` with an argument in brackets. */
function valuesOf(document: object, names: readonly string[]): unknown[] {
  const whole = { auditID: "1", stageTimestamp: "2020-10-25T13:58:49Z", ...document };
  const limits = { maxEventBytes: 1e6, maxDepth: 100 };
  const { events: [found] } = auditEvents(JSON.stringify(whole), limits);
  const event = new AuditEvent(found!, { number: 1, firstTimeNs: found!.timeNs });
  return names.map((name) => {
    const [, plain, argument] = /^([^[]+)(?:\[(.*)\])?$/.exec(name)!;
    const field = fields.get(plain!)!;
    const value = argument !== undefined && field.argument?.kind === "index"
      ? Number(argument)
      : argument;
    return field.extract(event, NO_STATE, value);
  });
}

const pod = (spec: object) => ({ requestObject: { spec } });

Deno.test("ka.sourceips has the addresses of the request, unlike Falco", () => {
  const sourceIPs = ["10.0.0.1", "10.0.0.2"];
  const names = ["ka.sourceips", "ka.sourceips[1]", "ka.sourceips[2]"];
  assertEquals(valuesOf({ sourceIPs }, names), [sourceIPs, ["10.0.0.2"], undefined]);
  assertEquals(valuesOf({ sourceIPs: "x" }, names), [undefined, undefined, undefined]);
});

Deno.test("ka.req.pod.containers.eff_run_as_user is what the containers run as, unlike in Falco", () => {
  const containers = [
    { name: "a", securityContext: { runAsUser: 7 } },
    { name: "b" },
    { name: "c", securityContext: { runAsUser: 0, runAsGroup: 9 } },
  ];
  const all = "ka.req.pod.containers.eff_run_as_user";
  const names = [all, `${all}[1]`, `${all}[3]`, "ka.req.pod.containers.eff_run_as_group"];
  assertEquals(valuesOf(pod({ containers }), names), [
    ["7", "0", "0"],
    ["0"],
    undefined,
    ["0", "0", "9"],
  ]);
  const securityContext = { runAsUser: 1000, runAsGroup: 1001 };
  assertEquals(valuesOf(pod({ containers, securityContext }), names), [
    ["7", "1000", "0"],
    ["1000"],
    undefined,
    ["1001", "1001", "9"],
  ]);
  assertEquals(valuesOf(pod({}), [all]), [undefined]);
});

Deno.test("ka.req.binding.subject.has_name says whether a subject has the name, unlike in Falco", () => {
  const subjects = [{ kind: "User", name: "jane" }];
  const names = ["jane", "joe"].map((name) => `ka.req.binding.subject.has_name[${name}]`);
  assertEquals(valuesOf({ requestObject: { subjects } }, names), ["true", "false"]);
  assertEquals(valuesOf({}, names), [undefined, undefined]);
});

Deno.test("ka.req.volume.hostpath looks at all volumes, unlike in Falco", () => {
  const volumes = [{ name: "a", emptyDir: {} }, { name: "b", hostPath: { path: "/etc/ssl" } }];
  const names = ["/etc/ssl", "/etc/*", "/etc", "/var*"].map((path) =>
    `ka.req.volume.hostpath[${path}]`
  );
  assertEquals(valuesOf(pod({ volumes }), names), ["true", "true", "false", "false"]);
  assertEquals(valuesOf(pod({}), names.slice(0, 1)), [undefined]);
  const types = ["ka.req.pod.volumes.volume_type", "ka.req.pod.volumes.volume_type[1]"];
  assertEquals(valuesOf(pod({ volumes }), types), [["emptyDir", "hostPath"], ["hostPath"]]);
});

Deno.test("no field of a request is there in a list of patches, and none throws", () => {
  const requestObject = [{ op: "add", path: "/spec/containers/0/image", value: "x" }];
  for (const field of fields.values()) {
    if (!field.name.startsWith("ka.req.") || field.name === "ka.req.configmap.name") continue;
    const argument = field.argument?.required ? "[x]" : "";
    const [value] = valuesOf({ requestObject }, [`${field.name}${argument}`]);
    // These say in Falco as well that there is none.
    const isNone = /\.(container\.privileged|volume\.hostpath)$/.test(field.name);
    assertEquals(value, isNone ? "false" : undefined, field.name);
  }
});

Deno.test("fields with an index take it in every list on the way", () => {
  const containers = [
    { name: "a", image: "r/a:1", ports: [{ hostPort: 80 }, { containerPort: 81 }] },
    { name: "b", image: "r/b@sha256:0", ports: [{ containerPort: 90, hostPort: 91 }] },
    { name: "c", image: "r/c", command: ["sh", "-c", "id"], args: ["x"] },
  ];
  const prefix = "ka.req.pod.containers.";
  const values = valuesOf(pod({ containers }), [
    `${prefix}image[1]`,
    `${prefix}image.repository`,
    `${prefix}host_port`,
    `${prefix}host_port[1]`,
    `${prefix}command`,
    `${prefix}command[0]`,
    `${prefix}args[2]`,
    `${prefix}privileged`,
  ]);
  assertEquals(values, [
    ["r/b@sha256:0"],
    ["r/a", "r/b", "r/c"],
    ["80", "81", "91"],
    ["91"],
    ["sh -c id"],
    undefined,
    ["x"],
    undefined,
  ]);
});

Deno.test("ka.uri.param decodes as the API server does", () => {
  const uri = "/api?a=1&a=2&b=x%20y+z&c&d=%zz&d=ok&e;f=1&%67=h#?i=1";
  const names = ["a", "b", "c", "d", "e", "f", "g", "i", ""].map((key) => `ka.uri.param[${key}]`);
  assertEquals(valuesOf({ requestURI: uri }, names), [
    ...["1", "x y z", "", "ok"],
    ...[undefined, undefined, "h", undefined, undefined],
  ]);
  assertEquals(valuesOf({ requestURI: "/api#?a=1" }, names.slice(0, 1)), [undefined]);
});

Deno.test("json.value finds what a pointer points to, and nothing that JavaScript adds", () => {
  const document = { a: { "b/c": [1, { d: null }], "~": 1.5, "": "empty" }, n: "x" };
  const pointers = ["/a/b~1c/1", "/a/b~1c/1/d", "a/~0", "/a/", "/n/length", "/a/constructor"];
  const values = valuesOf(document, [
    ...pointers.map((pointer) => `json.value[${pointer}]`),
    "jevt.value[/a/b~1c/01]",
    "jevt.value[/a/b~1c/2]",
    "json.rawtime",
  ]);
  const time = "1603634329000000000";
  const none = [undefined, undefined];
  assertEquals(values, [
    '{"d":null}',
    "null",
    "1.5",
    "empty",
    ...none,
    '{"d":null}',
    undefined,
    time,
  ]);
});

Deno.test("events tell which plugin of Falco's they would come from, and everything they say", () => {
  const [name, info] = valuesOf({ verb: "get" }, ["evt.pluginname", "evt.plugininfo"]);
  assertEquals(name, "k8saudit");
  assertEquals(JSON.parse(String(info)).verb, "get");
});

interface Fact {
  readonly name: string;
  readonly type: string;
  readonly is_list?: boolean;
  readonly arg: string;
  readonly arg_index?: boolean;
  readonly arg_key?: boolean;
}

/** Of a version that tells of init containers, too. */
interface Newer {
  readonly name: string;
  readonly list: boolean;
  readonly arg: unknown;
  readonly argRequired: boolean;
}

corpusTest("the fields of Falco's plugins k8saudit and json are known as upstream has them", [
  "fields.json",
  "k8s_audit/ka_fields.json",
], () => {
  const { classes } = JSON.parse(readCorpus("fields.json")) as {
    classes: readonly { source: string; fields: readonly Fact[] }[];
  };
  const facts = classes.filter(({ source }) => /^plugin:(k8saudit|json)$/.test(source))
    .flatMap(({ fields }) => fields);
  for (const fact of facts) {
    const field = fields.get(fact.name);
    assert(field, `${fact.name} is missing`);
    const { argument } = field;
    assertEquals([field.type, fact.type], ["CHARBUF", "string"], fact.name);
    assertEquals(field.list ?? false, fact.is_list ?? false, fact.name);
    const rule = argument === undefined ? "none" : argument.required ? "required" : "allowed";
    assertEquals(rule, fact.arg, fact.name);
    assertEquals(argument?.kind, fact.arg_index ? "index" : fact.arg_key ? "key" : undefined);
    assertEquals(field.unavailable, undefined);
  }
  assertEquals(facts.length, 77);
  const newer = JSON.parse(readCorpus("k8s_audit/ka_fields.json")) as readonly Newer[];
  for (const { name, list, arg, argRequired } of newer) {
    const field = fields.get(name);
    assert(field, `${name} is missing`);
    assertEquals([field.list ?? false, field.argument?.required ?? false], [list, argRequired]);
    assertEquals(field.argument !== undefined, arg !== null, name);
  }
  const upstream = new Set([...facts, ...newer].map(({ name }) => name));
  const own = [...fields.keys()].filter((name) => !upstream.has(name) && !name.startsWith("evt."));
  assertEquals(own, []);
  for (const { name, summary } of fields.values()) {
    assert(summary.length > 0 && summary.length <= 100 && !summary.endsWith("."), name);
  }
});
