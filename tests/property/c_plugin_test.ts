/** What libraries say and deliver, with anything in it, seeded: understood or refused, nothing else thrown. */
import { fieldsIn, namesIn, openParamsIn, Unintelligible } from "../../ffi/c_plugin/described.ts";
import { EVENT_HEADER } from "../../ffi/c_plugin/mod.ts";
import { CPluginError } from "../../ffi/c_plugin/error.ts";
import { checkSharedObject } from "../../ffi/c_plugin/shared_object.ts";
import { problemsBySchema } from "../../plugins/natives/falco/schema.ts";
import { paramsOf, problemWith } from "../../plugins/natives/falco/plugin_event.ts";
import { builtPlugin } from "../c_plugin/build.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);

const FIELDS =
  '[{"name":"a.b","type":"string","desc":"d","isList":true,"addOutput":false,"arg":{"isKey":true}},' +
  '{"name":"a.c","type":"ipaddr","desc":"d","arg":{"isIndex":true,"isRequired":true}}]';
const WORDS = ["[", "]", "{", "}", ",", ":", '"a"', '"name"', "null", "true", "1e999", '"\\u0000"'];

/** Some characters changed, words put in, the end cut off. */
function garbled(text: string, random: Random): string {
  let result = text;
  for (let count = random.below(4); count >= 0; count--) {
    const at = random.below(result.length + 1);
    const end = at + random.below(6);
    result = result.slice(0, at) + random.pick(WORDS) + result.slice(end);
  }
  return random.below(4) === 0 ? result.slice(0, random.below(result.length + 1)) : result;
}

Deno.test(`what plugins say of themselves is understood or refused (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const readers = [
    fieldsIn,
    openParamsIn,
    (text: string) => namesIn(text, "a list"),
  ];
  for (let round = 0; round < 3000; round++) {
    const text = garbled(FIELDS, random);
    for (const read of readers) {
      try {
        read(text);
      } catch (error) {
        assert(error instanceof Unintelligible, `${text}: ${error}`);
      }
    }
  }
});

Deno.test(`schemas of plugins, whatever they are, have problems or none (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const schema = '{"type":"object","additionalProperties":false,"required":["a"],"properties":' +
    '{"a":{"type":"integer","minimum":1},"b":{"$ref":"#/definitions/b"}},"definitions":{"b":{}}}';
  for (let round = 0; round < 1000; round++) {
    let value: unknown;
    try {
      value = JSON.parse(garbled(schema, random));
    } catch {
      value = random.pick([null, 7, "text", [], { type: "object", allOf: [{ $ref: "#" }] }]);
    }
    problemsBySchema(value, garbled('{"a":1,"b":[{}]}', random));
  }
});

Deno.test(`events of plugins are whole or refused (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 5000; round++) {
    const bytes = new Uint8Array(EVENT_HEADER.byteLength + random.below(40));
    const view = new DataView(bytes.buffer);
    view.setUint16(EVENT_HEADER.type, 322, true);
    view.setUint32(EVENT_HEADER.paramCount, random.pick([2, 2, 2, 0, 3, 0xffff_ffff]), true);
    for (let at = 26; at + 4 <= bytes.length; at += 4) {
      view.setUint32(at, random.pick([0, 4, 4, 1, 7, 999, 0x8000_0000, 0xffff_ffff]), true);
    }
    const problem = problemWith(bytes, 999);
    for (const [start, end] of paramsOf(bytes, 2) ?? []) {
      assert(start <= end && end <= bytes.length);
    }
    if (problem !== undefined) continue;
    const [[start, end]] = paramsOf(bytes, 2)! as [readonly [number, number]];
    assertEquals([end - start, view.getUint32(start, true)], [4, 999]);
  }
});

Deno.test(`files that are changed at random are libraries or none (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const library = Deno.readFileSync(builtPlugin("source"));
  const path = Deno.makeTempFileSync();
  for (let round = 0; round < 300; round++) {
    const bytes = library.slice(0, random.below(4) === 0 ? random.below(library.length) : 4096);
    for (let count = random.below(8); count > 0 && bytes.length > 0; count--) {
      bytes[random.below(Math.min(bytes.length, 1024))] = random.below(256);
    }
    Deno.writeFileSync(path, bytes);
    try {
      checkSharedObject(path);
    } catch (error) {
      assert(error instanceof CPluginError && error.code === "not-a-library", String(error));
    }
  }
  Deno.removeSync(path);
});
