import { assertEquals } from "../../tests/assert.ts";
import { type Diagnostic, Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { checkCondition } from "./check.ts";
import { lintValues } from "./lint_values.ts";
import { parseCondition } from "./parser.ts";

/** What is told of a condition without macros. */
function toldOf(text: string, hints = false): readonly Diagnostic[] {
  const found = new Report();
  const parsed = parseCondition(new SourceText("<condition>", text), found)!;
  const checked = checkCondition(parsed, syscallFields, found)!;
  assertEquals(found.hasErrors, false, text);
  const report = new Report();
  lintValues(parsed, checked, { report, hints });
  return report.diagnostics;
}

function codesOf(text: string, hints = false): readonly string[] {
  return toldOf(text, hints).map(({ code, severity }) => `${severity} ${code}`);
}

Deno.test("lintValues() tells of values that no event has", () => {
  for (
    const text of [
      "evt.arg.flags contains O_CREATE",
      "fd.type = files",
      "fd.type != files",
      "fd.type contains fil3",
      "fd.typechar = q",
      "fd.l4proto in (TCP)",
      "evt.res = EFOO",
      "evt.res = 0",
      "evt.res != 2",
      "fd.filename = /etc/passwd",
      "fd.directory = /etc/",
      "proc.cwd = /root",
      "proc.exepath = cat",
      "proc.name = averyveryverylongname",
      "proc.name in (/bin/bash)",
      "proc.pname startswith /usr/",
      "proc.aname[2] startswith averyveryverylongname",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
});

Deno.test("lintValues() tells what to write for names that the kernel cuts", () => {
  const helps = {
    "proc.name = averyveryverylongname":
      "write proc.name = averyveryverylo, or ask for proc.exepath",
    "proc.pname = averyveryverylongname":
      "write proc.pname = averyveryverylo, or ask for proc.pexepath",
    'proc.pname = "bash /opt/agent/run"':
      'for a command line, write proc.pcmdline startswith "bash /opt/agent/run"',
  };
  for (const [text, help] of Object.entries(helps)) assertEquals(toldOf(text)[0]?.help, help, text);
});

Deno.test("lintValues() tells of texts compared by order, where a number was meant", () => {
  for (
    const text of ["evt.res < 0", "evt.res >= 0", "evt.arg.size > 1000", "proc.name <= 5"]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  for (const text of ["evt.rawres < 0", "evt.rawarg.size > 1000", "proc.pid > 5"]) {
    assertEquals(codesOf(text, true), [], text);
  }
});

Deno.test("lintValues() tells of tags and digests where only a repository is compared", () => {
  for (
    const text of [
      "container.image.repository = nginx:latest",
      "container.image.repository in (docker.io/library/nginx:1, localhost:5000/a@sha256)",
      "container.image.repository endswith :latest",
      "container.image.repository startswith docker.io/nginx:",
      "container.image.repository contains :lat",
    ]
  ) assertEquals(new Set(codesOf(text)), new Set(["warning F037"]), text);
  for (
    const text of [
      "container.image.repository = localhost:5000/nginx",
      "container.image.repository startswith registry:5000",
      "container.image.repository startswith registry:",
      "container.image.repository contains :5000/team",
      "container.image.repository endswith nginx",
      "container.image = nginx:latest",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of names and ids of containers that look another way", () => {
  for (
    const text of [
      "container.image.tag = :latest",
      "container.image.digest = 0123456789ab",
      "container.id = 0123456789abcdef",
      "container.id startswith docker://",
      "container.type = Docker",
      "k8s.ns.name = Kube-System",
      "k8s.pod.name startswith nginx_",
      "k8s.ns.name = 'kube-system, default'",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  for (
    const text of [
      "container.image.tag = latest",
      "container.image.digest startswith sha256:01",
      "container.id = 0123456789ab",
      "container.id startswith 01234",
      "container.type in (cri-o, docker)",
      "k8s.ns.name startswith kube-",
      "k8s.pod.name glob Nginx-[0-9]*",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of paths that only shells understand", () => {
  for (
    const text of [
      "fd.name startswith ~/.ssh",
      "fd.name = ~root/.bashrc",
      "fd.name startswith $HOME/.ssh",
      "fd.name contains '~/.aws'",
      "fd.name glob '~/*'",
      "fs.path.name startswith ${HOME}/",
      "proc.exepath startswith ~/bin",
      "proc.cwd = ~/",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  assertEquals(codesOf("proc.cmdline contains 'cat ~/.ssh'"), []);
  assertEquals(codesOf("proc.cmdline contains 'cat ~/.ssh'", true), ["info F037"]);
  for (const text of ["fd.name endswith ~", "fd.name contains /~", "proc.cmdline contains a~/b"]) {
    assertEquals(codesOf(text, true), [], text);
  }
});

Deno.test("lintValues() tells of paths that falcod never shows that way", () => {
  for (
    const text of [
      "fd.name = etc/passwd",
      "fd.name startswith ./tmp",
      "fd.name glob etc/*",
      "fd.directory startswith etc/",
      "fd.name = /etc//passwd",
      "fd.name startswith /usr/../etc/",
      "fd.name = /etc/",
      "user.shell = bash",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  for (
    const text of [
      // A file that is hidden this way.
      "fd.name startswith /tmp/..",
      "fd.name startswith /tmp/.",
      "fd.name startswith /etc/",
      "fd.name = /",
      "fd.name glob */etc/*",
      "fd.name startswith memfd:a/b",
      "fd.name startswith 10.0.0.1:80",
      "fd.name endswith etc/passwd",
      "fd.nameraw = etc/passwd",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of command lines and names that are written as something else", () => {
  for (
    const text of [
      "proc.cmdline startswith /usr/bin/curl",
      "proc.pcmdline = '/bin/sh -c x'",
      "user.name = 0",
      "group.name in (0)",
      "proc.name in ('bash, sh')",
      "fd.name = '/etc/passwd,/etc/shadow'",
      "evt.category = files",
      "proc.stdin.type = pipes",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  for (
    const text of [
      "proc.cmdline startswith 'curl /usr/bin'",
      "proc.cmdline startswith /",
      "proc.cmdline startswith /usr/sbin/spamd",
      "proc.cmdline contains /usr/bin/curl",
      "user.name = root",
      "fd.name endswith ',v'",
      "evt.category in (file, net, IPC, ipc, process)",
      "proc.stdin.type = pipe",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of values that a transformer never gives", () => {
  for (
    const text of [
      "tolower(proc.name) = CURL",
      "toupper(proc.name) in (curl)",
      "tolower(proc.cmdline) contains Curl",
      "basename(proc.exepath) = /bin/bash",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
  for (
    const text of [
      "tolower(proc.name) = curl",
      "toupper(proc.name) in (CURL, '1')",
      "tolower(proc.name) regex '[A-Z]'",
      "basename(proc.exepath) = bash",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of signs that only other patterns understand", () => {
  for (
    const text of [
      "proc.name = 'bash|sh'",
      "fd.name contains 'passwd|shadow'",
      "fd.name startswith ^/etc",
      "proc.name endswith sh$",
      "fd.sip.name = *.example.com",
      "fd.name glob '/etc/{passwd,shadow}'",
      "proc.name glob '(ba|z)sh'",
      "proc.name glob '@(ba|z)sh'",
    ]
  ) assertEquals(codesOf(text), ["warning F038"], text);
  for (
    const text of [
      "proc.name regex '^(bash|sh)$'",
      "proc.cmdline contains 'curl x|sh'",
      "fd.name contains '|'",
      "fd.name endswith /a$",
      "fd.name glob '/etc/{a}'",
      "fd.name glob '/proc/(deleted)*'",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() tells of stars that stand for themselves", () => {
  for (
    const text of [
      "fd.name = /etc/*",
      "fd.name contains *.conf",
      "container.image.repository = a/*",
    ]
  ) assertEquals(codesOf(text), ["warning F038"], text);
});

Deno.test("lintValues() tells that a star of pmatch is one directory, and lets patterns of names be", () => {
  for (const text of ["fd.name pmatch (*/etc/x)", "fd.name pmatch (**/x*)"]) {
    assertEquals(codesOf(text), ["warning F038"], text);
  }
  for (const text of ["fd.name pmatch (/etc/cron*, /home/*/.ssh)", "fd.name pmatch (/*)"]) {
    assertEquals(codesOf(text, true), [], text);
  }
});

Deno.test("lintValues() says nothing of values that events may have", () => {
  for (
    const text of [
      "evt.arg.flags contains O_CREAT",
      "evt.arg.flags contains CREAT",
      "evt.arg.filename contains A_B",
      "evt.res = -4000",
      "evt.res startswith E",
      "proc.name contains /",
      "proc.name startswith kworker/",
      "proc.name = /usr/sbin/spamd",
      "fd.type = file",
      "fd.type contains ipv",
      "fd.type glob i*",
      "fd.typechar = 4",
      "fd.l4proto icontains TC",
      "fd.filename glob *.conf",
      "fd.directory = /",
      "fd.directory startswith /etc/",
      "proc.exepath endswith cat",
      "proc.exepath = '<NA>'",
      "proc.name = fifteen_letters",
      "proc.name = in_heartbeat_r*",
      "proc.cmdline contains 'rm *'",
      "fd.name glob /etc/*",
      "tolower(fd.type) = files",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() knows null as what alerts show where there is no value", () => {
  // falco issue 670
  for (const text of ["k8s.ns.name = null", "not container.id in ('null')", "proc.pname = null"]) {
    assertEquals(codesOf(text), ["warning F037"], text);
  }
  for (const text of ["k8s.ns.name != null", "fd.filename = null", "proc.args = null"]) {
    assertEquals(codesOf(text), [], text);
  }
});

Deno.test("lintValues() only mentions single values of a list that may hold otherwise", () => {
  assertEquals(codesOf("fd.type in (file, files)"), []);
  assertEquals(codesOf("fd.type in (file, files)", true), ["info F037"]);
  assertEquals(codesOf("fd.type in (filed, files)"), ["warning F037", "warning F037"]);
});
