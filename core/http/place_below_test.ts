import { assertEquals } from "../../tests/assert.ts";
import { Secret } from "../plugin/mod.ts";
import { bearerAuthorization } from "./authorization.ts";
import { placeBelow } from "./place_below.ts";

Deno.test("placeBelow() has one slash between, whatever stands around an address", () => {
  for (const value of ["http://a/b", "http://a/b/", " http://a/b//\n"]) {
    assertEquals(placeBelow(new Secret({ value }), "/c?d").reveal(), "http://a/b/c?d");
  }
});

Deno.test("bearerAuthorization() leaves out what stands around a token", () => {
  assertEquals(bearerAuthorization(new Secret({ value: " t0ken\n" })).reveal(), "Bearer t0ken");
});
