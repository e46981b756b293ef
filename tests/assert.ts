/** Assertions for tests: Node's own, under the names tests here use. */
import assertNode from "node:assert/strict";

export function assert(condition: unknown, message?: string): asserts condition {
  if (message === undefined) assertNode.ok(condition);
  else assertNode.ok(condition, message);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (message === undefined) assertNode.deepStrictEqual(actual, expected);
  else assertNode.deepStrictEqual(actual, expected, message);
}

/** Every property of `expected`, recursively, is in `actual`; the rest of `actual` does not matter. */
export function assertObjectMatch(actual: unknown, expected: Record<string, unknown>): void {
  assertNode.deepStrictEqual(project(actual, expected), expected);
}

export const assertThrows = assertNode.throws;
export const assertRejects = assertNode.rejects;

function project(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return actual;
    return actual.length === expected.length
      ? actual.map((item, i) => project(item, expected[i]))
      : actual;
  }
  if (expected === null || typeof expected !== "object" || expected instanceof Uint8Array) {
    return actual;
  }
  if (actual === null || typeof actual !== "object") return actual;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(expected)) {
    if (key in actual) out[key] = project((actual as Record<string, unknown>)[key], value);
  }
  return out;
}
