import { assert, assertEquals } from "../../tests/assert.ts";
import { sampleAlert } from "../../tests/contract/formatter_suite.ts";
import { alertId, alertUuid } from "./identity.ts";

Deno.test("alertId() and alertUuid() are the same for what is sent again, and for nothing else", async () => {
  const again = sampleAlert({ fields: new Map([["falcod.repeated", true]]) });
  for (const name of [alertId, alertUuid]) {
    assertEquals(await name(again), await name(sampleAlert()));
    const others = [{ timeNs: 1n }, { hostname: "x" }, { rule: "x" }, { message: "x" }];
    const names = await Promise.all([{}, ...others].map((parts) => name(sampleAlert(parts))));
    assertEquals(new Set(names).size, 5);
  }
});

Deno.test("alertUuid() is a UUID of version 8, alertId() may stand in any address", async () => {
  assert(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(await alertUuid(sampleAlert())));
  assert(/^.{14}8.{4}[89ab]/.test(await alertUuid(sampleAlert())));
  assert(/^[\w-]{32}$/.test(await alertId(sampleAlert({ rule: "\ud800" }))));
});
