import { assertEquals } from "../../tests/assert.ts";
import { readWebAddress, withoutSecretsOf } from "./web_address.ts";

const environment = (name: string) =>
  ({ TOKEN: "s3cret/&?#@:[", USER_NAME: "ana", EMPTY: "" })[name];
const read = (text: string) => readWebAddress(text, environment);
const shownOf = (text: string) => {
  const address = read(text);
  return typeof address === "string" ? address : address.shown;
};

const ADDRESSES: Readonly<Record<string, string>> = {
  "https://Example.org:443/a/../x.tgz": "https://example.org/x.tgz",
  "https://example.org": "https://example.org/",
  "https://s3cret@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://ana:s3cret@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://s3cret:@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://s3cret:x@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://a@b:s3cret@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://ana:${TOKEN}@example.org/x.tgz": "https://ana:${TOKEN}@example.org/x.tgz",
  "https://${TOKEN}@example.org/x.tgz": "https://${TOKEN}@example.org/x.tgz",
  "https://x${TOKEN}@example.org/x.tgz": "https://[secret]@example.org/x.tgz",
  "https://example.org/x.tgz?s3cret": "https://example.org/x.tgz?[secret]",
  "https://example.org/x.tgz?token=s3cret&v=1=2&c":
    "https://example.org/x.tgz?token=[secret]&v=[secret]&[secret]",
  "https://example.org/x.tgz?token=${TOKEN}&empty=":
    "https://example.org/x.tgz?token=${TOKEN}&empty=",
  "https://example.org/x.tgz?token=s3${TOKEN}": "https://example.org/x.tgz?token=[secret]",
  "https://example.org/${TOKEN}/x.tgz": "https://example.org/${TOKEN}/x.tgz",
  "https://example.org/x.tgz?a=?/@s3cret": "https://example.org/x.tgz?a=[secret]",
};
for (const [text, shown] of Object.entries(ADDRESSES)) {
  Deno.test(`readWebAddress() shows and keeps "${text}" as "${shown}", also the next time`, () => {
    assertEquals(shownOf(text), shown);
    assertEquals(shownOf(shown), shown);
    const again = read(shown);
    assertEquals(typeof again === "string" || again.isForgotten, shown.includes("[secret]"));
  });
}

Deno.test("readWebAddress() puts values in where their names stand, and nothing beside them", () => {
  const address = read("https://${USER_NAME}:${TOKEN}@example.org/${TOKEN}/x?t=${TOKEN}&u=1");
  if (typeof address === "string") throw new Error(address);
  const { url } = address;
  assertEquals(decodeURIComponent(url.password), environment("TOKEN"));
  assertEquals(url.username, "ana");
  assertEquals(url.host, "example.org");
  assertEquals(decodeURIComponent(url.pathname), `/${environment("TOKEN")}/x`);
  assertEquals(url.searchParams.get("t"), environment("TOKEN"));
  assertEquals([...url.searchParams.keys()], ["t", "u"]);
});

const WRONG: Readonly<Record<string, string>> = {
  "https://": "it is no address",
  "https:example.org/x": "it is no address",
  "https:///example.org/x": "it is no address",
  "https://example.org\\@evil.example/x": "it has a backslash",
  "https://${TOKEN}/x.tgz": "its host cannot be a variable",
  "https://example.${TOKEN}/x.tgz": "its host cannot be a variable",
  "https://example.org/x?t=${NOT_THERE}": "the environment has no variable NOT_THERE",
  "https://example.org/x?t=${EMPTY}": "the environment has no variable EMPTY",
};
for (const [text, wanted] of Object.entries(WRONG)) {
  Deno.test(`readWebAddress() says of "${text}" that ${wanted}`, () => {
    assertEquals(read(text), wanted);
  });
}

Deno.test("withoutSecretsOf() shows what somebody wrote, but no secrets", () => {
  for (
    const [text, shown] of [
      [
        "http://ana:s3cret@example.org/x?t=s3cret#md5=1",
        "http://[secret]@example.org/x?t=[secret]#md5=1",
      ],
      ["https://example.org/x?t=s3cret#s3cret", "https://example.org/x?t=[secret]#[secret]"],
      ["oci://ana:s3cret@example.org/x:1", "oci://[secret]@example.org/x:1"],
      ["https:\\\\s3cret@example.org\\x?s3cret", "https:\\\\[secret]@example.org\\x?[secret]"],
      ["npm:@team/pager@^1 ?", "npm:@team/pager@^1 ?"],
      ["./folder@2?", "./folder@2?"],
    ] as const
  ) assertEquals(withoutSecretsOf(text), shown);
});
