import * as z from "zod";
import { assertEquals } from "../../../tests/assert.ts";
import { renderText, Report, SourceText } from "../../base/mod.ts";
import { webAddress } from "../../http/schema.ts";
import { alert } from "../../delivery/testing.ts";
import { type PluginEntry, Registry, setting, type SinkPlugin } from "../../plugin/mod.ts";
import { checkConfig } from "./check.ts";
import { checkSinks } from "./check_sinks.ts";
import { readConfigText } from "./load.ts";
import { sinksOf } from "./outputs.ts";

const parcel: SinkPlugin = {
  kind: "sink",
  name: "parcel",
  summary: "For tests",
  schema: z.strictObject({
    address: setting.word().min(1, { error: "text" }),
    token: setting.secret().optional(),
    site: webAddress().optional(),
    copies: setting.sequence(setting.word().regex(/@/, { error: "mail addresses" })).optional(),
    stamp: setting.section({ price: setting.whole({ min: 1, max: 9, standard: 1 }) }),
  }),
  create: () => ({ write: () => Promise.resolve(), close: () => Promise.resolve() }),
};
const entry: PluginEntry = {
  kind: "sink",
  name: "parcel",
  load: () => Promise.resolve({ default: parcel }),
};

const single: PluginEntry = {
  kind: "sink",
  name: "single",
  load: () => Promise.resolve({ default: { ...parcel, name: "single", isAlone: true } }),
};

async function check(yaml: string, report = new Report()) {
  const registry = new Registry([entry, single]);
  const source = new SourceText("falco.yaml", yaml);
  const environment = (name: string) => name === "PRICE" ? "hidden" : undefined;
  const root = readConfigText(source, { environment, report })!;
  const config = checkConfig(root, report);
  const found = sinksOf({ config, root, environment, files: [] }, { registry, report });
  const sinks = await checkSinks(found, { root }, { registry, report });
  return {
    sinks,
    told: report.diagnostics.map(({ code, title, help, at }) =>
      [code, title, help, at?.start === undefined ? "" : yaml.slice(at.start, at.end)].join("|")
    ),
  };
}

Deno.test("checkSinks() hands a plugin its own keys and keeps those of the delivery", async () => {
  const { sinks, told } = await check(
    "sinks: [{type: parcel, address: here, stamp: {price: 2}, timeout: 3s, format: json}]",
  );
  assertEquals(told, []);
  assertEquals(JSON.stringify(sinks[0]!.config), '{"address":"here","stamp":{"price":"2"}}');
  assertEquals([sinks[0]!.label, sinks[0]!.options?.timeoutMs], ["parcel", 3000]);
  assertEquals(sinks[0]!.formatter?.name, "json");
});

Deno.test("checkSinks() takes queues and spools of any size that their keys allow", async () => {
  const { sinks, told } = await check(
    "sinks: [{type: parcel, address: a, queue: {max_size_mb: 4096}, " +
      "spool: {enabled: true, max_size_mb: 1048576}}]",
  );
  assertEquals(told, []);
  const { limits, spool } = sinks[0]!.options!;
  assertEquals([limits?.capacityUnits, spool?.maxBytes], [2 ** 32, 2 ** 40]);
});

Deno.test("checkSinks() says where keys are missing, wrong or unknown", async () => {
  const { told } = await check(`
sinks:
  - {type: parcel, name: a, stamp: {price: ten, prize: 1}, adress: here, tiemout: 1s}
`);
  assertEquals(told, [
    'C004|"sinks[0]" has no "address"|write "address" in place of "adress"|adress',
    'C004|"sinks[0].stamp.price" wants a whole number from 1 to 9, found "ten"||ten',
    'C003|unknown key "prize" in "sinks[0].stamp"|did you mean "price"?|prize',
    'C003|unknown key "tiemout" in "sinks[0]"|did you mean "timeout"?|tiemout',
  ]);
});

Deno.test("checkSinks() tells the key that is wanted in place of what others call it", async () => {
  for (const key of ["url", "webhook_url", "endpoint", "hosts", "hostPort", "brokers"]) {
    const { told, sinks } = await check(`sinks: [{type: parcel, ${key}: here, format: jsn}]`);
    assertEquals(told.map((line) => line.replace(/ wants one of .*? found/, " found")), [
      'C004|"sinks[0].format" found "jsn"|did you mean "json"?|jsn',
      `C004|"sinks[0]" has no "address"|write "address" in place of "${key}"|${key}`,
    ]);
    assertEquals(JSON.stringify(sinks[0]!.config), "{}");
  }
  const optional = (await check("sinks: [{type: parcel, address: a, api-key: b, hosts: c}]")).told;
  assertEquals(optional.map((line) => line.split("|")[2]), [
    'write "token" in place of "api-key"',
    "it is ignored",
  ]);
  const both = (await check("sinks: [{type: parcel, url: here, host: there}]")).told;
  assertEquals(both.map((line) => line.split("|")[0]), ["C004", "C003", "C003"]);
});

Deno.test("checkSinks() says what to write where an address is a host alone", async () => {
  const { told } = await check(
    "sinks: [{type: parcel, address: a, site: 127.0.0.1}, " +
      "{type: parcel, name: b, address: a, site: 'http//u:p@h'}]",
  );
  const wants = "wants an address that begins with http:// or https://, found";
  assertEquals(told.map((line) => line.split("|").slice(1, 3)), [
    [`"sinks[0].site" ${wants} "127.0.0.1"`, 'did you mean "http://127.0.0.1"?'],
    [`"sinks[1].site" ${wants} a text that is not shown`, ""],
  ]);
});

Deno.test("checkSinks() shows the value of a slip, unless it may be a secret", async () => {
  const shown = async (yaml: string) => {
    const report = new Report();
    await check(yaml, report);
    return renderText(report.diagnostics);
  };
  const said = await shown(
    "sinks: [{type: parcel, address: a, copiess: [b@c], tokn: hidden, no_such: hidden, tokens: hidden}]",
  );
  assertEquals([said.includes("copiess: [b@c]"), said.includes("hidden")], [true, false]);
  const untyped = await shown("sinks: [{typ: parcel, name: shown, token: hidden}]");
  assertEquals(untyped.includes("{typ: parcel, name: shown, token: ******}"), true, untyped);
});

Deno.test("sinksOf() lists the types there are once, and none where one was probably meant", async () => {
  const { told } = await check("sinks: [{type: qwzz}, {type: qwzy}, {type: parcels}]");
  assertEquals(told.map((line) => line.split("|")[2]), [
    "there are: parcel, single; falcod plugin add installs others",
    "the types that there are stand above",
    'did you mean "parcel"?',
  ]);
});

Deno.test("checkSinks() takes no default for a key that is left empty", async () => {
  const { told } = await check('sinks: [{type: parcel, address: ""}]');
  assertEquals(told, ['C004|"sinks[0].address" wants text, found nothing||""']);
});

Deno.test("checkSinks() does not show what a variable of the environment holds", async () => {
  const { told } = await check(
    "sinks: [{type: parcel, address: x, stamp: {price: '${PRICE}'}}]",
  );
  assertEquals(told, [
    "C004|\"sinks[0].stamp.price\" wants a whole number from 1 to 9, found what ${PRICE} holds||'${PRICE}'",
  ]);
});

Deno.test("checkSinks() takes several writers at a time only where they do not hinder each other", async () => {
  const { sinks, told } = await check(
    "sinks: [{type: parcel, address: a, max_concurrency: 4}, " +
      "{type: single, address: a, max_concurrency: 2}]",
  );
  assertEquals(sinks.map(({ options }) => options?.concurrency), [4, 2]);
  assertEquals(told, [
    'C004|"sinks[1].max_concurrency" wants 1, since two of type "single" would get in each ' +
    'other\'s way, found "2"||2',
  ]);
});

Deno.test("custom fields may come from the environment, and are left out where they do not", async () => {
  const { sinks, told } = await check(
    'sinks: [{type: parcel, address: a, custom_fields: {a: "%PRICE", b: "%NONE", c: "5%", d: "%"}}]',
  );
  const { fields } = sinks[0]!.options!.adapt!(alert("m"));
  assertEquals([...fields], [["a", "hidden"], ["c", "5%"], ["d", "%"]]);
  assertEquals(told, [
    'C004|custom field "b" is left out: the environment has no NONE|' +
    'set NONE where falcod is started|"%NONE"',
  ]);
});

Deno.test("checkSinks() tells of a list without brackets what stands there", async () => {
  const { told } = await check("sinks: [{type: parcel, address: here, copies: me}]");
  assertEquals(told, ['C004|"sinks[0].copies" wants mail addresses, found "me"||me']);
});

Deno.test("a format that is not there is told with those that are, and how others come", async () => {
  const { told } = await check("sinks: [{type: parcel, address: here, format: few-words}]");
  const title = '"sinks[0].format" wants one of standard, json, text ' +
    '(falcod plugin add installs others), found "few-words"';
  assertEquals(told, [`C004|${title}||few-words`]);
});
