import { assertEquals } from "../../tests/assert.ts";
import { parseAddress } from "../base/ip.ts";
import { decodeUtf8 } from "../base/mod.ts";
import { bothWays, check, evaluate, field, type Values } from "./testing.ts";

const ip = (text: string) => parseAddress(text)!;
const bytes = (text: string) => new TextEncoder().encode(text);

/** Each through interpreter and generated code. */
function holds(values: Values, cases: Readonly<Record<string, boolean>>): void {
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(evaluate(text, values), expected, text);
  }
}

Deno.test("conditions: an absent value makes every comparison false, and not turns it", () => {
  holds({}, {
    "proc.name = cat": false,
    "proc.name != cat": false,
    "not proc.name = cat": true,
    "proc.name exists": false,
    "proc.name in ()": false,
    "fd.types in ()": false,
    "fd.ip != 1.2.3.4": false,
    "proc.name != tolower(proc.exe)": false,
  });
});

Deno.test("conditions: unknown events answer to the name they had of old", () => {
  holds({ "evt.type": "unknown" }, {
    'evt.type in ("<unknown>", open)': true,
    'evt.type != "<unknown>"': false,
  });
});

Deno.test("conditions: bytes that are not UTF-8 are told apart", () => {
  const values = {
    "proc.name": decodeUtf8(new Uint8Array([0x62, 0xff])),
    "proc.exe": decodeUtf8(new Uint8Array([0x62, 0xf0, 0x9f, 0x98, 0x80])),
    "fd.name": decodeUtf8(new Uint8Array([0x2f, 0xe2, 0x82, 0x2f, 0xc3, 0xa9])),
  };
  holds(values, {
    'proc.name = "b\\xff"': true,
    'proc.name = "b\\xfe"': false,
    'proc.name contains "\\xfe"': false,
    'proc.name in (cat, "b\\xff")': true,
    "proc.name glob b?": true,
    // Patterns see what is printed: U+FFFD, once for both bytes of the path.
    "proc.name regex b\ufffd": true,
    "fd.name regex /./.": true,
    'fd.name startswith "/\\xe2\\x82/"': true,
    'fd.name endswith "\\xc3\\xa9"': true,
    "proc.name > val(proc.exe)": true,
    "proc.name <= val(proc.exe)": false,
    "len(proc.name) = 2": true,
  });
});

Deno.test("conditions: strings", () => {
  holds({ "proc.name": "Cat-é", "fd.name": "/etc/shadow", "proc.exe": "" }, {
    "proc.name = Cat-é": true,
    "proc.name = cat-é": false,
    "proc.name contains at": true,
    "proc.name icontains cAT": true,
    "proc.name icontains É": false,
    "proc.name startswith Ca": true,
    "proc.name endswith é": true,
    "proc.name glob C??-*": true,
    "proc.name iglob c*": true,
    "proc.name regex 'C.t-[é]'": true,
    "proc.name in (a, Cat-é)": true,
    "proc.name intersects (a, b)": false,
    "fd.name pmatch (/usr, /etc)": true,
    "fd.name pmatch ()": false,
    "proc.name > 5": true,
    "proc.name exists": true,
    "proc.exe exists and proc.exe = ''": true,
    "proc.exe contains ''": true,
  });
});

Deno.test("conditions: order of strings is that of their bytes", () => {
  holds({ "proc.name": "\u{1F600}", "proc.exe": "\uffee" }, {
    "proc.name > val(proc.exe)": true,
    "proc.exe < val(proc.name)": true,
    "proc.name >= val(proc.name) and proc.name <= val(proc.name)": true,
  });
});

Deno.test("conditions: integers, whether fields hold numbers or bigints", () => {
  for (const pid of [7, 7n]) {
    holds({
      "proc.pid": pid,
      "evt.rawtime": 2n ** 60n + 1n,
      "user.uid": 4294967295,
      "test.double": 1.5,
    }, {
      "proc.pid = 7 and proc.pid in (1, 7) and proc.pid != 8": true,
      "proc.pid > 6 and proc.pid >= 7 and proc.pid < 8 and proc.pid <= 7": true,
      "proc.pid > -1": true,
      "evt.rawtime = 1152921504606846977": true,
      "evt.rawtime in (1152921504606846976)": false,
      "evt.rawtime > 1152921504606846976": true,
      "user.uid = -1": true,
      "test.double > 1": true,
    });
  }
});

Deno.test("conditions: what is equal up to a value is so below it, too", () => {
  holds({ "test.around": 5n }, {
    "test.around = 5": true,
    "test.around == 6": true,
    "test.around = 4": false,
    "test.around != 6": true,
    "not test.around = 6": false,
  });
});

Deno.test("conditions: booleans", () => {
  holds({ "evt.is_open": true }, {
    "evt.is_open = true": true,
    "evt.is_open != true": false,
    "evt.is_open in (false)": false,
  });
});

Deno.test("conditions: bytes", () => {
  holds({ "evt.buffer": bytes("\x7fELF\0x") }, {
    "evt.buffer contains ELF": true,
    "evt.buffer startswith ELF": false,
    "evt.buffer endswith x": true,
    "evt.buffer bcontains 454c46": true,
    "evt.buffer bstartswith 7f45": true,
    "evt.buffer bstartswith 7f46": false,
    'evt.buffer = "\\x7fELF\\x00x"': true,
    'evt.buffer in (a, "\\x7fELF\\x00x")': true,
    "len(evt.buffer) = 6": true,
  });
  holds({ "evt.buffer": new Uint8Array([0xff]) }, { 'evt.buffer = "\\xff"': true });
});

Deno.test("conditions: addresses and networks", () => {
  holds({ "fd.sip": ip("10.1.2.3"), "fd.net": [ip("10.1.2.3"), ip("::1")] }, {
    "fd.sip = 10.1.2.3": true,
    "fd.sip != ::1": true,
    "fd.sip in (::1, 10.1.2.3)": true,
    "fd.sip in (10.1.2.4)": false,
    "fd.net = 10.0.0.0/8": true,
    "fd.net in (192.168.0.0/16, ::/64)": true,
    "fd.net != 10.0.0.0/8": false,
    "fd.net != 11.0.0.0/8": true,
  });
});

Deno.test("conditions: of several candidates any may match, and for addresses all must differ", () => {
  holds(
    { "fd.ip": [ip("1.1.1.1"), ip("2.2.2.2")], "proc.aname": ["bash", "sshd"], "fd.port": [] },
    {
      "fd.ip = 2.2.2.2": true,
      "fd.ip != 2.2.2.2": false,
      "fd.ip != 3.3.3.3": true,
      "proc.aname = sshd": true,
      "proc.aname != sshd": true,
      "proc.aname in (sshd, init)": true,
      "proc.aname startswith anyof (x, ss)": true,
      "fd.port exists": true,
      "fd.port != 80": false,
      "fd.port = 80": false,
    },
  );
  holds({ "proc.aname": [] }, { "proc.aname exists": false, "proc.aname != a": false });
  holds({ "fd.sip.name": ["a.example", "b.example"] }, {
    "fd.sip.name != b.example": false,
    "fd.sip.name != c.example": true,
  });
  // Falco's own example of it: a connection to anything else, also to what has no name.
  holds({ "fd.sip.name": [] }, {
    "fd.sip.name != a.example": true,
    "fd.sip.name = a.example": false,
  });
  holds({}, { "fd.sip.name != a.example": false });
  holds({ "proc.aname[2]": "init" }, {
    "proc.aname[2] = init": true,
    "proc.aname[2] != init": false,
  });
});

Deno.test("conditions: in asks for all values of a list, intersects for any", () => {
  holds({ "fd.types": ["file", "pipe"], "test.numbers": [1n, 2] }, {
    "fd.types in (file, pipe, ipv4)": true,
    "fd.types in (file)": false,
    "fd.types intersects (file)": true,
    "fd.types intersects (ipv4)": false,
    "test.numbers in (1, 2)": true,
    "tolower(fd.types) intersects (pipe)": true,
  });
  holds({ "fd.types": [] }, {
    "fd.types in ()": true,
    "fd.types intersects ()": false,
    "fd.types exists": true,
  });
});

Deno.test("conditions: quantifiers count the constants that hold", () => {
  holds({ "proc.name": "myexe" }, {
    "proc.name startswith oneof (my, bash)": true,
    "proc.name startswith oneof (my, mye)": false,
    "proc.name startswith allof (my, mye)": true,
    "proc.name != allof (a, b)": true,
    "proc.name != anyof (myexe)": false,
    "proc.name = oneof (myexe, myexe)": false,
    "proc.name = allof ()": false,
    "proc.name != anyof ()": false,
    "proc.name regex anyof ('b.*', '[my]+e.e')": true,
    [`proc.name = anyof (${Array.from({ length: 40 }, (_, i) => `p${i}`).join()}, myexe)`]: true,
    [`proc.name != allof (${Array.from({ length: 40 }, (_, i) => `p${i}`).join()}, myexe)`]: false,
  });
});

Deno.test("conditions: and, or and not stop as soon as the answer is known", () => {
  holds({ "proc.name": "a", "proc.pid": 1 }, {
    "proc.name = a or proc.pid = 2": true,
    "proc.name = b and proc.pid = 1": false,
    "not (proc.name = a and proc.pid = 2) and not proc.name = b": true,
  });
});

Deno.test("contains finds long values that come from fields, as text and as bytes", () => {
  const half = "ab".repeat(200);
  const text = `${half}${half}c${half}`, part = `${half}c`;
  const bytes = new TextEncoder().encode(text);
  assertEquals(
    evaluate("proc.name contains val(proc.exe)", { "proc.name": text, "proc.exe": part }),
    true,
  );
  assertEquals(
    evaluate("proc.name contains val(proc.exe)", { "proc.name": text, "proc.exe": `${part}c` }),
    false,
  );
  assertEquals(evaluate(`evt.buffer contains '${part}'`, { "evt.buffer": bytes }), true);
  assertEquals(evaluate(`evt.buffer contains '${part}c'`, { "evt.buffer": bytes }), false);
});

Deno.test("contains looks into the JSON of lists that rules of old took for it", () => {
  const ofOld = field({ name: "test.json", type: "CHARBUF", list: true, wasJsonText: true });
  const fields = new Map([[ofOld.name, ofOld]]);
  const values = { "test.json": ["pods", "*"] };
  const holds = (text: string, given: Values) => {
    const { condition, report } = check(text, {}, fields);
    assertEquals(report.diagnostics.map(({ code, severity }) => [code, severity]), [
      ["F034", "warning"],
    ]);
    return bothWays(condition!, given, text);
  };
  assertEquals(holds("test.json contains od", values), true);
  assertEquals(holds(`test.json contains '"*"'`, values), true);
  assertEquals(holds(`test.json contains '"pod"'`, values), false);
  assertEquals(holds("test.json contains od", {}), false);
});
