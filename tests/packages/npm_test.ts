/** Plugins from registries of npm. */
import { newAuthority } from "../certificates.ts";
import { assert, assertEquals } from "../assert.ts";
import { testWithPeer } from "../peers/server.ts";
import { integrityOf, npmRegistry } from "./npm_registry.ts";
import { connectProxy } from "./proxy.ts";
import { fails, Place, pluginFiles, succeeds } from "./running.ts";
import { packed } from "./tar.ts";

/** As `npm pack` has it. */
function tarball(version = "1.0.0", manifest: Readonly<Record<string, unknown>> = {}) {
  const files = pluginFiles({ manifest: { version, ...manifest } });
  return packed(
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [`package/${path}`, content]),
    ),
  );
}

const environmentOf = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  environment: { npm_config_registry: url, HOME: "/nonexistent", ...more },
});

Deno.test("add npm: installs the latest version, with where from and its integrity", async () => {
  using place = new Place();
  await using registry = npmRegistry();
  const bytes = tarball("1.2.0");
  registry.publish("falcod-pager", "1.0.0", tarball());
  registry.publish("falcod-pager", "1.2.0", bytes, { deprecated: "use\u001b[2J 2.0" });
  const said = await succeeds(
    ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins],
    environmentOf(registry.url),
  );
  assertEquals(said.out, "installed pager 1.2.0\n");
  assert(said.error.includes("has no TLS"), said.error);
  assert(said.error.includes("its maker says of this version: use\\u001b[2J 2.0"), said.error);
  const { out } = await succeeds(["list", "--json", "--dir", place.plugins]);
  const [entry] = JSON.parse(out);
  assertEquals([entry.from, entry.requested, entry.integrity], [
    "npm:falcod-pager@1.2.0",
    "npm:falcod-pager@latest",
    integrityOf(bytes),
  ]);
});

const WISHES = [["1.0.0", "1.0.0"], ["^1.0", "1.5.0"], ["next", "2.0.0-rc.1"], [
  "1.x <1.5",
  "1.1.0",
]];
for (const [wish, version] of WISHES) {
  Deno.test(`add npm: takes ${version} for "${wish}"`, async () => {
    using place = new Place();
    await using registry = npmRegistry();
    for (const version of ["1.0.0", "1.1.0", "1.5.0", "2.0.0-rc.1"]) {
      registry.publish("@team/pager", version, tarball(version));
    }
    registry.tag("@team/pager", "next", "2.0.0-rc.1");
    const { out } = await succeeds(
      ["add", `npm:@team/pager@${wish}`, "--yes", "--dir", place.plugins],
      environmentOf(registry.url),
    );
    assertEquals(out, `installed pager ${version}\n`);
    assertEquals(registry.asked[0]!.path, "/@team%2fpager");
  });
}

const REGISTRIES: Readonly<
  Record<string, readonly [(registry: ReturnType<typeof npmRegistry>) => void, RegExp]>
> = {
  "another tarball than its integrity": [(registry) => {
    const integrity = integrityOf(tarball());
    registry.publish("falcod-pager", "1.0.0", tarball("1.0.1"), { integrity });
  }, /error\[I004\]/],
  "no integrity but that of SHA-1": [
    (registry) => registry.publish("falcod-pager", "1.0.0", tarball(), { integrity: null }),
    /error\[I005\]/,
  ],
  "an integrity of MD5": [(registry) => {
    const integrity = integrityOf(tarball(), "md5");
    registry.publish("falcod-pager", "1.0.0", tarball(), { integrity });
  }, /error\[I005\]/],
  "a strong integrity that is wrong beside a weak one that is right": [(registry) => {
    const integrity = `${integrityOf(tarball(), "sha256")} ${integrityOf(tarball("9.9.9"))}`;
    registry.publish("falcod-pager", "1.0.0", tarball(), { integrity });
  }, /error\[I004\]/],
  "another version than it was asked for": [
    (registry) => registry.publish("falcod-pager", "1.0.0", tarball(), { says: "6.6.6" }),
    /error\[I002\].*not understood/,
  ],
  "a version that every object has": [
    (registry) => {
      registry.publish("falcod-pager", "1.0.0", tarball());
      registry.tag("falcod-pager", "latest", "constructor");
    },
    /error\[I003\]/,
  ],
  "a tarball that is a file of this machine": [(registry) => {
    registry.publish("falcod-pager", "1.0.0", tarball(), { tarball: "file:///etc/shadow" });
  }, /error\[I002\].*TLS/],
  "a tarball without end": [(registry) => {
    const answer = () => {
      const piece = new Uint8Array(1 << 20);
      return new Response(new ReadableStream({ pull: (stream) => stream.enqueue(piece) }));
    };
    registry.publish("falcod-pager", "1.0.0", tarball(), { answer });
  }, /error\[I002\].*more than/],
  "a tarball that ends too early": [(registry) => {
    const bytes = tarball();
    registry.publish("falcod-pager", "1.0.0", bytes, {
      answer: () => new Response(bytes.subarray(0, 100)),
    });
  }, /error\[I004\]/],
  "a redirection without end": [(registry) => {
    registry.publish("falcod-pager", "1.0.0", tarball(), {
      answer: () => new Response(null, { status: 302, headers: { location: "?" } }),
    });
  }, /error\[I002\].*sends us on/],
  "an answer that is a web page": [(registry) => {
    registry.publish("falcod-pager", "1.0.0", tarball(), {
      answer: () => new Response("<html>log in</html>"),
    });
  }, /error\[I004\]/],
  "an error": [(registry) => {
    registry.publish("falcod-pager", "1.0.0", tarball(), {
      answer: () => new Response("out of\u001b[2J order", { status: 503 }),
    });
  }, /error\[I002\].*503.*out of/],
  "a million brackets to say": [(registry) => {
    registry.answer("falcod-pager", () => new Response("[".repeat(7 << 20)));
  }, /error\[I002\].*more than 32 brackets/],
  "millions of empty versions": [(registry) => {
    const text = `{"versions":{"1.0.0":[${"{},".repeat(2 << 20)}{}]}}`;
    registry.answer("falcod-pager", () => new Response(text));
  }, /error\[I002\].*more than 250000 values/],
  "more to say than a package has versions": [(registry) => {
    registry.answer("falcod-pager", () => new Response(" ".repeat(9 << 20)));
  }, /error\[I002\].*more than 8388608 bytes/],
  "a version that is megabytes long": [(registry) => {
    const version = "1".repeat(1 << 20);
    registry.publish("falcod-pager", version, tarball());
  }, /error\[I002\].*not understood/],
  "a version whose key is __proto__": [(registry) => {
    const dist = { tarball: registry.url, integrity: integrityOf(tarball()) };
    const told = JSON.stringify({ version: "1.0.0", dist });
    const text = `{"dist-tags":{"latest":"__proto__"},"versions":{"__proto__":${told}}}`;
    registry.answer("falcod-pager", () => new Response(text));
  }, /error\[I00[23]\]/],
  "no such package": [() => {}, /error\[I002\].*404/],
};

for (const [what, [prepare, wanted]] of Object.entries(REGISTRIES)) {
  Deno.test(`add npm: installs nothing from a registry that has ${what}`, async () => {
    using place = new Place();
    await using registry = npmRegistry();
    prepare(registry);
    const args = ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins];
    const { error } = await fails(args, wanted, environmentOf(registry.url));
    // deno-lint-ignore no-control-regex -- what must not be printed
    assert(!/[\u0000-\u0009\u000b-\u001f]/.test(error), error);
    assertEquals(place.listing(), []);
  });
}

Deno.test("add npm: says which versions there are", async () => {
  using place = new Place();
  await using registry = npmRegistry();
  registry.publish("falcod-pager", "1.0.0", tarball());
  registry.publish("falcod-pager", "1.1.0", tarball("1.1.0"));
  await fails(
    ["add", "npm:falcod-pager@^3", "--yes", "--dir", place.plugins],
    /error\[I003\].*no version "\^3"[^]*there are 1\.1\.0, 1\.0\.0/,
    environmentOf(registry.url),
  );
});

Deno.test("add npm: uses registries, scopes and tokens of .npmrc, each where it belongs", async () => {
  using place = new Place();
  await using open = npmRegistry();
  await using closed = npmRegistry({ token: "s3cret-token" });
  open.publish("falcod-pager", "1.0.0", tarball());
  // The archive is on a server that the token is not for.
  open.publish("@team/pager", "2.0.0", tarball("2.0.0"));
  closed.publish("@team/pager", "2.0.0", tarball("2.0.0"), {
    tarball: `${open.url}@team/pager/-/2.0.0.tgz`,
  });
  place.file(
    ".npmrc",
    `; of a test\nregistry=${open.url}\n@team:registry = "${closed.url}"\n` +
      `${closed.url.replace("http:", "")}:_authToken=\${TEAM_TOKEN}\n`,
  );
  const running = { environment: { HOME: place.path, TEAM_TOKEN: "s3cret-token" } };
  const add = ["add", "--yes", "--dir", place.plugins];
  await succeeds([...add, "npm:falcod-pager"], running);
  const { out, error } = await succeeds([...add, "npm:@team/pager", "--replace"], running);
  assert(!`${out}${error}`.includes("s3cret"), error);
  assertEquals(open.asked.map(({ authorization }) => authorization), [null, null, null]);
  assertEquals(closed.asked.map(({ authorization }) => authorization), ["Bearer s3cret-token"]);
  assert(!Deno.readTextFileSync(`${place.plugins}/falcod-plugins.lock.json`).includes("s3cret"));
  const wrong = { environment: { ...running.environment, TEAM_TOKEN: "other" } };
  await fails([...add, "npm:@team/pager"], /error\[I002\].*401/, wrong);
});

Deno.test("add npm: does not read .npmrc of the folder it happens to be started in", async () => {
  using place = new Place();
  await using evil = npmRegistry();
  await using registry = npmRegistry();
  evil.publish("falcod-pager", "6.6.6", tarball("6.6.6"));
  registry.publish("falcod-pager", "1.0.0", tarball());
  place.file("own/.npmrc", `registry=${evil.url}\n`);
  place.file("home/.npmrc", `registry=${registry.url}\n`);
  const before = Deno.cwd();
  Deno.chdir(`${place.path}/own`);
  try {
    const running = { environment: { HOME: `${place.path}/home` } };
    await succeeds(["add", "npm:falcod-pager", "--yes", "--dir", place.plugins], running);
  } finally {
    Deno.chdir(before);
  }
  assertEquals(evil.asked, []);
});

Deno.test("add npm: trusts servers by --ca, SSL_CERT_FILE and cafile, and no others", async () => {
  using place = new Place();
  const authority = await newAuthority();
  const tls = await authority.issue({ commonName: "registry" });
  await using registry = npmRegistry({ tls });
  registry.publish("falcod-pager", "1.0.0", tarball());
  const ca = place.file("ca.pem", authority.certificate);
  const other = place.file("other.pem", (await newAuthority("another")).certificate);
  const add = ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins];
  const running = (more = {}) => environmentOf(registry.url, more);
  await fails(add, /error\[I002\].*Cannot reach/, running());
  await fails([...add, "--ca", other], /error\[I002\].*Cannot reach/, running());
  await fails([...add, "--ca", `${ca}.missing`], /error\[I002\].*no such file/, running());
  const { error } = await succeeds([...add, "--ca", ca], running());
  assert(!error.includes("no TLS"), error);
  await succeeds(add, running({ SSL_CERT_FILE: ca }));
  await succeeds(add, running({ npm_config_cafile: ca }));
});

Deno.test("add npm: goes through the proxy that is named, and tells its password nobody", async () => {
  using place = new Place();
  const authority = await newAuthority();
  const tls = await authority.issue({ commonName: "registry" });
  await using registry = npmRegistry({ tls });
  await using proxy = await connectProxy("me:s3cret");
  registry.publish("falcod-pager", "1.0.0", tarball());
  const ca = place.file("ca.pem", authority.certificate);
  const add = ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins, "--ca", ca];
  const through = (credentials: string) =>
    environmentOf(registry.url, { npm_config_https_proxy: proxy.url(credentials) });
  await succeeds(add, through("me:s3cret@"));
  const { host } = new URL(registry.url);
  assertEquals(proxy.led, [host, host]);
  const { error } = await fails(add, /error\[I002\].*proxy answered 407/, through("me:wr0ng-one@"));
  assert(!error.includes("wr0ng"), error);
});

Deno.test("add npm: does not follow a server with TLS to one without", async () => {
  using place = new Place();
  const authority = await newAuthority();
  const tls = await authority.issue({ commonName: "registry" });
  await using plain = npmRegistry();
  await using registry = npmRegistry({ tls });
  plain.publish("falcod-pager", "1.0.0", tarball());
  const ca = place.file("ca.pem", authority.certificate);
  const args = ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins, "--ca", ca];
  registry.publish("falcod-pager", "1.0.0", tarball(), {
    tarball: `${plain.url}falcod-pager/-/1.0.0.tgz`,
  });
  await fails(args, /error\[I002\].*no TLS/, environmentOf(registry.url));
  registry.publish("falcod-pager", "1.0.0", tarball(), {
    answer: () => {
      const location = `${plain.url}falcod-pager/-/1.0.0.tgz`;
      return new Response(null, { status: 302, headers: { location } });
    },
  });
  await fails(args, /error\[I002\].*no TLS/, environmentOf(registry.url));
  assertEquals(plain.asked, []);
});

Deno.test("update npm: takes newer versions, and asks about more permissions", async () => {
  using place = new Place();
  await using registry = npmRegistry();
  const running = environmentOf(registry.url);
  const permissions = { net: ["a.example:443"], env: ["PAGER_KEY"] };
  registry.publish("falcod-pager", "1.0.0", tarball("1.0.0", { permissions }));
  const at = ["--dir", place.plugins];
  await succeeds(["add", "npm:falcod-pager", "--yes", "--deny", "env", ...at], running);
  const granted = async () => {
    const { out } = await succeeds(["list", "--json", ...at]);
    const [{ version, granted: { net, env, run } }] = JSON.parse(out);
    return [version, ...net, ...env, ...run];
  };
  assertEquals((await succeeds(["update", ...at], running)).out, "kept pager 1.0.0\n");

  registry.publish("falcod-pager", "1.1.0", tarball("1.1.0", { permissions }));
  assertEquals((await succeeds(["update", ...at], running)).out, "updated pager 1.0.0 to 1.1.0\n");
  assertEquals(await granted(), ["1.1.0", "a.example:443"]);

  const more = { net: ["a.example:443", "b.example:443"], env: ["PAGER_KEY"], run: ["/bin/true"] };
  registry.publish("falcod-pager", "1.2.0", tarball("1.2.0", { permissions: more }));
  await fails(
    ["update", ...at],
    /error\[I019\].*asks for more than 1\.1\.0 did: net=b\.example:443, run=\/bin\/true/,
    running,
  );
  await fails(["update", ...at], /error\[I019\]/, { ...running, answers: "no\n" });
  assertEquals(await granted(), ["1.1.0", "a.example:443"]);
  const said = await succeeds(["update", "--deny", "run", ...at], { ...running, answers: "y\n" });
  assert(said.error.includes("  - connect to b.example:443\n"), said.error);
  assert(!said.error.includes("run /bin/true"), said.error);
  assertEquals(await granted(), ["1.2.0", "a.example:443", "b.example:443"]);

  registry.tag("falcod-pager", "latest", "1.0.0");
  const older = await succeeds(["update", ...at], running);
  assert(older.error.includes("which is older"), older.error);
  assertEquals(await granted(), ["1.2.0", "a.example:443", "b.example:443"]);

  const most = { ...more, net: [...more.net, "c.example:443"], env: ["PAGER_KEY", "PAGER_PLACE"] };
  registry.publish("falcod-pager", "1.3.0", tarball("1.3.0", { permissions: most }));
  registry.tag("falcod-pager", "latest", "1.3.0");
  await succeeds(["update", "--yes", "--deny", "env", ...at], running);
  const net = ["a.example:443", "b.example:443", "c.example:443"];
  assertEquals(await granted(), ["1.3.0", ...net]);
});

Deno.test("update npm: does not take another plugin for the one that is installed", async () => {
  using place = new Place();
  await using registry = npmRegistry();
  const running = environmentOf(registry.url);
  const at = ["--dir", place.plugins];
  registry.publish("falcod-pager", "1.0.0", tarball());
  await succeeds(["add", "npm:falcod-pager", "--yes", ...at], running);
  registry.publish("falcod-pager", "1.1.0", tarball("1.1.0", { name: "other" }));
  await fails(["update", "pager", ...at], /error\[I019\].*the sink "other"/, running);
  const { out } = await succeeds(["verify", ...at]);
  assertEquals(out, "ok pager 1.0.0\n");
});

const npm = { program: "npm", package: "npm" };
testWithPeer("add npm: installs what npm pack makes of a new plugin", npm, async () => {
  using place = new Place();
  await using registry = npmRegistry();
  await succeeds(["new", "sink", "bell", "--folder", `${place.path}/bell`]);
  const pack = await new Deno.Command("npm", {
    args: ["pack", "--json", "--offline"],
    cwd: `${place.path}/bell`,
    env: { npm_config_cache: `${place.path}/cache`, npm_config_update_notifier: "false" },
  }).output();
  const packed = JSON.parse(new TextDecoder().decode(pack.stdout));
  const [{ filename, integrity }] = Array.isArray(packed) ? packed : Object.values(packed);
  const bytes = Deno.readFileSync(`${place.path}/bell/${filename}`);
  registry.publish("falcod-bell", "0.1.0", bytes, { integrity });
  const { out, error } = await succeeds(
    ["add", "npm:falcod-bell", "--yes", "--dir", place.plugins],
    environmentOf(registry.url),
  );
  assertEquals(out, "installed bell 0.1.0\n");
  assert(error.includes("connect to 127.0.0.1:8080"), error);
});

Deno.test("add npm: without a registry says what to write, and where", async () => {
  using place = new Place();
  const add = ["add", "npm:@acme/pager", "--yes", "--dir", place.plugins];
  const files = { HOME: place.path, npm_config_globalconfig: `${place.path}/none` };
  const help = `@acme:registry=https://ADDRESS/ into ${place.path}/.npmrc`;
  const nowhere = await fails(
    add,
    /error\[I001\]: Nobody has said which registry "npm:@acme\/pager"/,
    { environment: files },
  );
  assert(nowhere.error.includes(help), nowhere.error);
  const secret = "ftp://me:secret@registry/";
  const odd = await fails(add, /error\[I001\]: .* has no http address/, {
    environment: { ...files, npm_config_registry: secret },
  });
  assert(odd.error.includes(help) && !odd.error.includes("secret"), odd.error);
});
