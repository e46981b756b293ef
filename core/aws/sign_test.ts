import { assert, assertEquals } from "../../tests/assert.ts";
import { Secret } from "../plugin/secret.ts";
import { signed } from "./sign.ts";

const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** Of AWS's published suite of tests for Signature Version 4. */
const VECTORS = [
  ["GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  [
    "GET",
    "/?Param2=value2&Param1=value1",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  ["POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
] as const;

for (const [method, path, signature] of VECTORS) {
  Deno.test(`signed() signs ${method} ${path} as AWS's own tests have it`, async () => {
    const url = `https://example.amazonaws.com${path}`;
    const { headers } = await signed({ method, url, body: "" }, {
      credentials: CREDENTIALS,
      service: "service",
      region: "us-east-1",
      time: "20150830T123600Z",
    });
    const { authorization } = headers!;
    assert(authorization instanceof Secret);
    assertEquals(
      authorization.reveal(),
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
        `SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });
}
