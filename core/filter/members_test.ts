import { assertEquals } from "../../tests/assert.ts";
import { networkContains, parseAddress, parseNetwork } from "../base/ip.ts";
import { membersOf } from "./members.ts";

Deno.test("membersOf() holds a network's addresses, to the bit and within its family", () => {
  const texts = [
    "10.0.0.0/8",
    "192.168.0.1/31",
    "1.2.3.4/32",
    "172.16.0.0/12",
    "2001:db8::/33",
    "::1/128",
  ];
  const networks = texts.map((text) => parseNetwork(text)!);
  const members = membersOf("network", networks);
  const addresses = ["10.255.0.1", "11.0.0.1", "192.168.0.0", "192.168.0.2", "1.2.3.4", "1.2.3.5"]
    .concat("172.31.255.255", "172.32.0.0", "2001:db8:7fff::", "2001:db8:8000::", "::1", "::a00:1");
  for (const text of addresses) {
    const address = parseAddress(text)!;
    const expected = networks.some((network) => networkContains(network, address));
    assertEquals(members.has(address), expected, text);
  }
});

Deno.test("membersOf() takes the network of everything", () => {
  const members = membersOf("network", [parseNetwork("0.0.0.0/0")!]);
  assertEquals(members.has(parseAddress("8.8.8.8")!), true);
  assertEquals(members.has(parseAddress("::1")!), false);
});
