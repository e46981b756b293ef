import { assertEquals } from "../../tests/assert.ts";
import { boundedLabels, boundedMounts } from "./container_bounds.ts";

Deno.test("boundedLabels() leaves out what is too long, no text, or too much", () => {
  const many = Array.from({ length: 1000 }, (_, i) => [`label${i}`, "x"] as const);
  const odd = [["long", "x".repeat(101)], ["number", 5], ["n".repeat(1025), "x"]] as const;
  const labels = boundedLabels([...odd, ["__proto__", "y"], ...many], 100);
  assertEquals(labels.size, 256);
  assertEquals([...labels].slice(0, 2), [["__proto__", "y"], ["label0", "x"]]);
  const wide = [["fits", "ä".repeat(50)], ["wide", "ä".repeat(51)]] as const;
  assertEquals([...boundedLabels(wide, 100).keys()], ["fits"]);
  const big = Array.from({ length: 10 }, (_, i) => [`b${i}`, "x".repeat(20_000)] as const);
  assertEquals(boundedLabels(big, 65_536).size, 3);
});

Deno.test("boundedMounts() keeps the first mounts, whatever there are", () => {
  const mount = (source: string) => ({
    source,
    destination: "/data",
    mode: "",
    writable: true,
    propagation: "",
  });
  const many = Array.from({ length: 1000 }, (_, i) => mount(`/srv/${i}`));
  assertEquals(boundedMounts([mount("x".repeat(5000)), ...many]).length, 256);
  assertEquals(boundedMounts(Array(100).fill(mount("x".repeat(4000)))).length, 16);
});
