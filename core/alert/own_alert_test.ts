import { assert, assertEquals } from "../../tests/assert.ts";
import { ownAlert } from "./own_alert.ts";

Deno.test("ownAlert() is of nobody's rule, of now, and in one line whatever it quotes", () => {
  const before = BigInt(Date.now()) * 1_000_000n;
  const alert = ownAlert({
    rule: "Falco internal: test",
    priority: "Notice",
    hostname: "here",
    message: "it says\n\x1b[2J",
    fields: [["a", 1]],
  });
  assertEquals([alert.source, alert.tags, alert.message], ["internal", [], "it says\\n\\u001b[2J"]);
  assert(alert.timeNs >= before);
  assertEquals([...alert.fields], [["a", 1]]);
  const old = ownAlert({ rule: "", priority: "Debug", hostname: "", message: "", timeNs: 7n });
  assertEquals(old.timeNs, 7n);
});
