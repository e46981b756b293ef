import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { proxyAuthorization, proxyFor } from "./proxy.ts";

const environment = (variables: Record<string, string>) => (name: string) => variables[name];

function proxy(url: string, variables: Record<string, string>, configured = "") {
  return proxyFor(new URL(url), configured, environment(variables))?.href;
}

Deno.test("proxyFor() takes what is configured before what the environment says", () => {
  const variables = { HTTPS_PROXY: "http://a:1" };
  assertEquals(proxy("https://x.org/", variables, "http://b:2"), "http://b:2/");
  assertEquals(proxy("https://x.org/", variables, "none"), undefined);
  assertEquals(proxy("https://x.org/", variables), "http://a:1/");
});

Deno.test("proxyFor() knows the variables that other programs know", () => {
  assertEquals(proxy("http://x.org/", { HTTPS_PROXY: "http://a:1" }), undefined);
  assertEquals(proxy("http://x.org/", { http_proxy: "a:1" }), "http://a:1/");
  assertEquals(proxy("http://x.org/", { ALL_PROXY: "a:1" }), "http://a:1/");
  assertEquals(proxy("http://x.org/", { ALL_PROXY: "socks5://a:1" }), undefined);
});

Deno.test("proxyFor() does not go past a proxy that it cannot speak to", () => {
  for (const address of ["https://me:secret@a:1", "socks5://a:1", "http://"]) {
    const refused = () => proxy("https://x.org/", { HTTPS_PROXY: address });
    // Also where there is no sink with a key for it, as when a plugin is fetched.
    const message = /^The proxy that the variable HTTPS_PROXY names has no .*: NO_PROXY names /;
    assertThrows(refused, { message });
    assertEquals(proxy("https://x.org/", { HTTPS_PROXY: address, NO_PROXY: "x.org" }), undefined);
    assertEquals(proxy("http://x.org/", { HTTPS_PROXY: address }), undefined);
  }
});

Deno.test("proxyFor() leaves alone what NO_PROXY names, and this machine", () => {
  const all = (NO_PROXY: string) => ({ ALL_PROXY: "a:1", NO_PROXY });
  for (const excepted of ["*", "x.org", "a.org, .x.org", "*.x.org", "x.org:443", "x.org y.org"]) {
    assertEquals(proxy("https://hooks.x.org/", all(excepted)), undefined, excepted);
  }
  for (const other of ["", "ax.org", "x.org:80", "ooks.x.org"]) {
    assertEquals(proxy("https://hooks.x.org/", all(other)), "http://a:1/", other);
  }
  for (const own of ["http://localhost/", "http://127.0.0.1:8/", "http://[::1]/"]) {
    assertEquals(proxy(own, all("")), undefined);
  }
});

Deno.test("proxyFor() leaves alone addresses of networks that NO_PROXY names, as clusters do", () => {
  const variables = { ALL_PROXY: "a:1", NO_PROXY: "10.0.0.0/8,192.168.1.7,fd00::/8,.svc" };
  for (const own of ["http://10.96.0.1/", "https://[fd00::7]:6443/", "http://192.168.1.7/"]) {
    assertEquals(proxy(own, variables), undefined, own);
  }
  for (const other of ["http://11.0.0.1/", "https://[fe80::1]/", "http://10.x.org/"]) {
    assertEquals(proxy(other, variables), "http://a:1/", other);
  }
  const single = { ALL_PROXY: "a:1", NO_PROXY: "fe80:0:0::1,10.96.0.1" };
  assertEquals(proxy("https://[fe80::1]:6443/", single), undefined);
  assertEquals(proxy("https://10.96.0.1/", single), undefined);
  assertEquals(proxy("https://[fe80::2]/", single), "http://a:1/");
});

Deno.test("proxyFor() does not repeat an address that is none", () => {
  for (const configured of ["me:secret", "https://me:secret@x", "http://"]) {
    assertThrows(() => proxy("http://x.org/", {}, configured), {
      message: "The address of the proxy is none that begins with http://",
    });
  }
});

Deno.test("proxyAuthorization() takes passwords with percent signs, encoded or not", () => {
  const of = (address: string) => proxyAuthorization(new URL(address));
  const basic = (text: string) => `Basic ${btoa(text)}`;
  assertEquals(of("http://me:100%25@p:1"), basic("me:100%"));
  assertEquals(of("http://me:100%@p:1"), basic("me:100%"));
});
