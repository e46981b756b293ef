import { assertEquals } from "../../tests/assert.ts";
import { failureOf, membersIn } from "./reply.ts";

Deno.test("membersIn() has nothing of what is no object of JSON", () => {
  assertEquals(membersIn('{"a": [1], "b": null}'), { a: [1], b: null });
  for (const body of ["", "<html>", "null", "5", '"a"', "[", "[1]", "{"]) {
    assertEquals(membersIn(body), {}, body);
  }
});

Deno.test("failureOf() gives up what is the alert's fault, and not what settings can mend", () => {
  const codes = (from: number, to: number) => {
    const found: Record<string, number[]> = { none: [], rejected: [], unavailable: [] };
    for (let status = from; status < to; status++) {
      const reply = { status, headers: {}, body: "", bytes: new Uint8Array() };
      found[failureOf(reply, "server")?.code ?? "none"]!.push(status);
    }
    return found;
  };
  assertEquals(codes(400, 500).rejected, [400, 412, 413, 414, 422]);
  assertEquals(codes(200, 300).none!.length, 100);
  for (const [from, to] of [[300, 400], [500, 600]] as const) {
    assertEquals(codes(from, to).unavailable!.length, 100);
  }
});
