import { assertEquals } from "../../tests/assert.ts";
import { describeImage, parseImageName } from "./image_name.ts";

const DIGEST = `sha256:${"d".repeat(64)}`;

for (
  const [reference, repository, tag, digest] of [
    ["nginx", "nginx", undefined, undefined],
    ["nginx:1.25", "nginx", "1.25", undefined],
    [
      "registry.example.com:5000/team/app",
      "registry.example.com:5000/team/app",
      undefined,
      undefined,
    ],
    ["registry.example.com:5000/team/app:2", "registry.example.com:5000/team/app", "2", undefined],
    [`docker.io/library/nginx@${DIGEST}`, "docker.io/library/nginx", undefined, DIGEST],
    [`nginx:1.25@${DIGEST}`, "nginx", "1.25", DIGEST],
    [`sha256:${"a".repeat(64)}`, undefined, undefined, undefined],
    ["a".repeat(64), undefined, undefined, undefined],
    ["", undefined, undefined, undefined],
    [":", undefined, undefined, undefined],
  ] as const
) {
  Deno.test(`parseImageName() splits "${reference.slice(0, 50)}"`, () => {
    assertEquals(parseImageName(reference), { repository, tag, digest });
  });
}

Deno.test("describeImage() completes a name from the engine's tags and digests", () => {
  assertEquals(
    describeImage("nginx", ["other:9", "docker.io/library/nginx:1.25"], [`nginx@${DIGEST}`]),
    { repository: "nginx", tag: "1.25", digest: DIGEST },
  );
});

Deno.test("describeImage() names an image that was asked for by its id", () => {
  assertEquals(describeImage("a".repeat(64), ["nginx:1.25"], []), {
    repository: "nginx",
    tag: "1.25",
    digest: undefined,
  });
});

Deno.test("describeImage() gives no tag to an image asked for by digest", () => {
  assertEquals(describeImage(`nginx@${DIGEST}`, ["nginx:1.25"], []).tag, undefined);
});

Deno.test("describeImage() calls an image as it was asked for, not as it is called elsewhere", () => {
  const tags = ["example.com/one:1", "example.com/two:2"];
  assertEquals(describeImage("example.com/two", tags, [`example.com/one@${DIGEST}`]), {
    repository: "example.com/two",
    tag: "2",
    digest: DIGEST,
  });
  assertEquals(describeImage("example.com/three:3", tags, [`example.com/one@${DIGEST}`]), {
    repository: "example.com/three",
    tag: "3",
    digest: DIGEST,
  });
  assertEquals(describeImage("example.com/three", tags, []).tag, undefined);
});

Deno.test("describeImage() takes no mirror whose name ends alike for what was asked for", () => {
  const mirror = "mirror.example.com/library/nginx", digests = [`${mirror}@${DIGEST}`];
  for (const own of ["nginx", "docker.io/library/nginx"]) {
    const all = [...digests, `${own}@${DIGEST}`];
    assertEquals(describeImage("nginx", [`${mirror}:9`, `${own}:1.25`], all), {
      repository: own,
      tag: "1.25",
      digest: DIGEST,
    });
  }
  // As Podman completes it.
  assertEquals(describeImage("nginx", [`${mirror}:9`], digests).repository, mirror);
});

Deno.test("describeImage() knows nothing of nothing", () => {
  assertEquals(describeImage(undefined, [], []), {
    repository: undefined,
    tag: undefined,
    digest: undefined,
  });
});
