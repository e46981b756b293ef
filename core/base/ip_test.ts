import { assertEquals } from "../../tests/assert.ts";
import { addressText, networkContains, networkText, parseAddress, parseNetwork } from "./ip.ts";

const canonical: readonly (readonly [string, string])[] = [
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["::ffff:10.1.2.3", "::ffff:10.1.2.3"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
];

Deno.test("addressText() prints what parseAddress() read in its one canonical form", () => {
  for (const [text, expected] of canonical) {
    assertEquals(addressText(parseAddress(text)!), expected, text);
  }
});

Deno.test("parseAddress() takes nothing that inet_pton() refuses", () => {
  const refused = [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "+1.2.3.4",
    ":",
    ":::",
    "1:2",
    "1::2::3",
    "12345::",
    "::g",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "1.2.3.4::",
    "::1.2.3",
    "[::1]",
    "fe80::1%eth0",
    "x".repeat(1_000_000),
    ":".repeat(40),
  ];
  for (const text of refused) assertEquals(parseAddress(text), undefined, text.slice(0, 40));
});

Deno.test("parseNetwork() requires a prefix length that fits the family", () => {
  assertEquals(networkText(parseNetwork("10.0.0.0/8")!), "10.0.0.0/8");
  assertEquals(networkText(parseNetwork("2001:db8::/128")!), "2001:db8::/128");
  for (const text of ["10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "/8"]) {
    assertEquals(parseNetwork(text), undefined, text);
  }
});

Deno.test("networkContains() compares the leading bits and never crosses families", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["142.0.0.0/4", "142.251.111.147", true],
    ["142.0.0.0/4", "128.0.0.1", true],
    ["142.0.0.0/4", "127.0.0.1", false],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["1.2.3.4/32", "1.2.3.4", true],
    ["1.2.3.4/32", "1.2.3.5", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["::ffff:10.0.0.0/104", "10.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", false],
  ];
  for (const [network, address, inside] of cases) {
    assertEquals(
      networkContains(parseNetwork(network)!, parseAddress(address)!),
      inside,
      `${address} in ${network}`,
    );
  }
});
