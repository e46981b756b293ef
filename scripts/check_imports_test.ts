import { assertEquals } from "../tests/assert.ts";
import { findViolations } from "./check_imports.ts";

const found = (path: string, text: string) => findViolations([{ path, text }]).length;

Deno.test("check_imports lets a layer import a lower one", () => {
  assertEquals(found("core/filter/parser.ts", 'import { Span } from "../base/mod.ts";'), 0);
});

Deno.test("check_imports refuses an import of a higher or equal layer", () => {
  assertEquals(found("core/base/text.ts", 'import type { Event } from "../event/mod.ts";'), 1);
  assertEquals(found("core/alert/alert.ts", 'import {\n  x,\n} from "../filter/mod.ts";'), 1);
});

Deno.test("check_imports keeps packages and dangerous calls at home", () => {
  assertEquals(found("core/rule/merge.ts", 'import { parse } from "yaml";'), 1);
  assertEquals(found("core/rule/merge.ts", 'import { parse } from "left-pad";'), 1);
  assertEquals(found("core/filter/check.ts", "const f = new Function(text);"), 1);
  assertEquals(found("core/filter/emit.ts", "const f = new Function(text);"), 0);
  assertEquals(found("core/app/run.ts", "Deno.exit(1);"), 1);
  assertEquals(found("main.ts", "Deno.exit(1);"), 0);
});

Deno.test("check_imports keeps plugins apart from each other and from the inside of core", () => {
  const path = "plugins/sinks/stdout/mod.ts";
  assertEquals(found(path, 'import { x } from "../../../core/mod.ts";'), 0);
  assertEquals(found(path, 'import { x } from "./schema.ts";'), 0);
  assertEquals(found(path, 'import { x } from "../../../core/alert/mod.ts";'), 1);
  assertEquals(found(path, 'import { x } from "../file/mod.ts";'), 1);
  assertEquals(found(path, 'import { x } from "../../../ffi/mod.ts";'), 1);
  assertEquals(
    found("plugins/sources/syscall/mod.ts", 'import { x } from "../../../ffi/mod.ts";'),
    0,
  );
});

Deno.test("check_imports has zod imported whole", () => {
  const path = "core/app/x/schema.ts";
  assertEquals(found(path, 'import { z } from "zod";'), 1);
  assertEquals(found(path, 'import * as z from "zod";'), 0);
  assertEquals(found(path, 'import type { z } from "zod";'), 0);
});

Deno.test("check_imports sees dynamic imports", () => {
  assertEquals(found("core/base/x.ts", 'const m = await import("../app/cli/mod.ts");'), 1);
});
