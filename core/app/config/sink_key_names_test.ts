import { assertEquals } from "../../../tests/assert.ts";
import { addressMeant, sinkTypeMeant, writtenInPlaceOf } from "./sink_key_names.ts";

const WANTED = "an address that begins with http:// or https://";

Deno.test("addressMeant() adds what is missing to a host, and to nothing that may be a secret", () => {
  const meant = (text: string) => addressMeant(text, WANTED);
  assertEquals(
    [
      ...["127.0.0.1", "localhost:2801", "hooks.example.org", "hooks.example.org/"],
      ...["loki.example.org:3100", "loki.monitoring.svc", "gateway:80/"],
    ].map(meant),
    [
      "http://127.0.0.1",
      "http://localhost:2801",
      "https://hooks.example.org",
      "https://hooks.example.org/",
      "http://loki.example.org:3100",
      "http://loki.monitoring.svc",
      "http://gateway:80/",
    ],
  );
  const others = [
    "user:pw@h:80",
    "h:80/?a=b",
    "h.org/token",
    "B1C2D3",
    "word",
    "ftp://h",
    "eyJ.b.C",
  ];
  assertEquals(others.map(meant), others.map(() => undefined));
  assertEquals(addressMeant("127.0.0.1", "a text"), undefined);
  const proxy = 'an address that begins with http://, or "none"';
  assertEquals(addressMeant("proxy.example.org", proxy), "http://proxy.example.org");
});

Deno.test("writtenInPlaceOf() names a key only where it can be no other", () => {
  const unknown = ["token"];
  assertEquals(writtenInPlaceOf("routing_key", { unknown, alsoMissing: [] }), "token");
  assertEquals(writtenInPlaceOf("routing_key", { unknown, alsoMissing: ["api_key"] }), undefined);
  assertEquals(writtenInPlaceOf("topic", { unknown, alsoMissing: [] }), undefined);
});

Deno.test("sinkTypeMeant() knows other words for what sinks write to", () => {
  const types = ["smtp", "elasticsearch", "webhook", "http", "awss3", "googlechat"];
  assertEquals(
    ["email", "opensearch", "webhok", "http_output", "s3", "google_chat", "qwzz"]
      .map((name) => sinkTypeMeant(name, types)),
    [
      'did you mean "smtp"?',
      'did you mean "elasticsearch"?',
      'did you mean "webhook"?',
      'did you mean "http"?',
      'did you mean "awss3"?',
      'did you mean "googlechat"?',
      undefined,
    ],
  );
});
