import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { fetchPackage } from "./fetch.ts";
import type { Fetching } from "./get.ts";
import { TIME_LIMITS, type TimeLimits } from "./time_limits.ts";

const NONE: TimeLimits = { answerMs: () => 60_000, signaturesMs: 60_000, packageMs: 60_000 };
const fetching: Fetching = {
  environment: () => undefined,
  certificateFile: "",
  trustedRootFile: "",
  verifies: true,
  allowsPlain: true,
};

/** A byte now and then, and never the last. */
function dripping(): Response {
  const body = new ReadableStream({
    pull: (stream) => delay(10).then(() => stream.enqueue(new Uint8Array([32]))),
  });
  return new Response(body);
}

/** A registry that answers so, and how falcod ends with it. */
async function fetched(answer: (path: string) => Response, limits: Partial<TimeLimits>) {
  const serving = { port: 0, hostname: "127.0.0.1", onListen() {} };
  await using server = Deno.serve(serving, ({ url }) => answer(new URL(url).pathname));
  const host = `127.0.0.1:${server.addr.port}`;
  const origin = { kind: "oci", host, repository: "pager", reference: "1" } as const;
  await fetchPackage(origin, { ...fetching, limits: { ...NONE, ...limits } });
}

function tooSlow(wanted: RegExp) {
  return (error: unknown) => {
    assert(error instanceof PackageError, String(error));
    assertEquals(error.code, "I002");
    assert(wanted.test(error.message), error.message);
    return true;
  };
}

Deno.test("TIME_LIMITS has 15 minutes for the largest archive, and two for a manifest", () => {
  const { answerMs, signaturesMs, packageMs } = TIME_LIMITS;
  assertEquals(Math.round(answerMs(64 << 20) / 60_000), 15);
  assertEquals(Math.round(answerMs(4 << 20) / 60_000), 2);
  assertEquals(Math.round(answerMs(1 << 20) / 1000), 73);
  assertEquals([signaturesMs, packageMs], [2 * 60_000, 20 * 60_000]);
});

Deno.test("fetchPackage() gives up an answer that drips", async () => {
  const slow = fetched(dripping, { answerMs: () => 200 });
  await assertRejects(slow, tooSlow(/has not sent all of it in/));
});

Deno.test("fetchPackage() gives up when all of it takes too long, in however many answers", async () => {
  const slow = fetched(dripping, { packageMs: 200 });
  await assertRejects(slow, tooSlow(/^Fetching the package takes longer than/));
});

Deno.test("fetchPackage() waits no longer for a layer than its size is worth", async () => {
  const bytes = new TextEncoder().encode("{}");
  const digest = `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
  const empty = { mediaType: "application/vnd.oci.empty.v1+json", digest, size: 2 };
  const layer = { ...empty, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", size: 1000 };
  const manifest = { schemaVersion: 2, config: empty, layers: [layer] };
  const asked: number[] = [];
  const slow = fetched(
    (path) => path.includes("/manifests/") ? Response.json(manifest) : dripping(),
    { answerMs: (mostBytes) => asked.push(mostBytes) === 1 ? 10_000 : 200 },
  );
  await assertRejects(slow, tooSlow(/has not sent all of it in/));
  assertEquals(asked, [4 << 20, 1000]);
});
