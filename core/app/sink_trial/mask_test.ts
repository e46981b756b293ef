import { assertEquals } from "../../../tests/assert.ts";
import { Secret } from "../../plugin/mod.ts";
import { MASK, SecretMask } from "./mask.ts";

Deno.test("SecretMask finds what an address has as credentials, also as they are sent", () => {
  const address = new Secret({
    value: "https://me-too:p%40ssword@example.org/hook/t0k3n-1?k=v4lue",
  });
  const mask = new SecretMask({ inner: [{ address }] });
  const sent = btoa("me-too:p@ssword");
  for (const secret of ["me-too", "p@ssword", "p%40ssword", sent, "t0k3n-1", "v4lue"]) {
    assertEquals(mask.text(`Basic <${secret}>`), `Basic <${MASK}>`);
  }
  assertEquals(
    mask.address(address.reveal()),
    `https://${MASK}@example.org/hook/${MASK}?k=${MASK}`,
  );
});

Deno.test("SecretMask shows where an address leads, and hides what looks like a token", () => {
  const cases = [
    ["https://alerts.example:8443/falco-alerts/team_blue/v2/inbox"],
    ["http://127.0.0.1/gateway/loki/api/v1/push"],
    ["https://api.example/sendMessage/1/k8s/infrastructure/Falco"],
    ["https://chat.example/services/T0AB/B1C2D3/x?team=blue", "T0AB B1C2D3 blue"],
    ["https://chat.example/hooks/8mzqb4wnkjgu7f9xhr5c", "8mzqb4wnkjgu7f9xhr5c"],
    ["https://chat.example/a/abcdefghijklmnopqrst/sEcReT", "abcdefghijklmnopqrst sEcReT"],
    ["https://chat.example/bot123456:AAE-x/sendMessage", "bot123456:AAE-x"],
    ["https://chat.example/1234567/deadbeef1", "1234567 deadbeef1"],
  ] as const;
  for (const [address, hidden = ""] of cases) {
    const mask = new SecretMask({ address: new Secret({ value: address }) });
    const wanted = hidden.split(" ").filter((part) => part !== "")
      .reduce((shown, part) => shown.replace(part, MASK), address as string);
    assertEquals(mask.address(address), wanted);
  }
  const address = new Secret({ value: "https://alerts.example/falco-alerts/inbox" });
  const mask = new SecretMask({ address }, "others");
  assertEquals(mask.text(address.reveal()), `https://alerts.example/${MASK}/${MASK}`);
});
