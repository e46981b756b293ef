/**
 * Enforces the layer table of ARCHITECTURE.md, the home of each outside package and of each dangerous
 * call. Usage: `deno run --allow-read scripts/check_imports.ts [ROOT]`; exits 1 with one line a finding.
 */
import { dirname, join, normalize, relative } from "node:path";

const LAYERS: Readonly<Record<string, number>> = {
  "core/base": 0,
  "core/event": 1,
  "core/state": 2,
  "core/scap": 2,
  "core/web": 1,
  "core/replay": 3,
  "core/field": 3,
  "core/filter": 4,
  "core/record": 4,
  "core/given": 5,
  "core/alert": 4,
  "core/rule": 5,
  "core/plugin": 5,
  "core/engine": 6,
  "core/delivery": 6,
  "core/http": 6,
  "core/forward": 6,
  "core/package": 7,
  "core/aws": 7,
  "core/gcp": 7,
  "core/kube": 7,
  "core/otlp": 7,
  "core/peer": 7,
  "core/metrics": 7,
  "core/app": 8,
};

/** Outside package → files that may import it. */
const PACKAGE_HOMES: Readonly<Record<string, RegExp>> = {
  "@grpc/grpc-js": /^plugins\/(container_engines\/grpc\/connection|sinks\/grpc\/server)\.ts$/,
  "@sigstore/bundle": /^core\/package\/signature\//,
  "@sigstore/core": /^core\/package\/signature\//,
  "@sigstore/protobuf-specs": /^core\/package\/signature\//,
  "@sigstore/verify": /^core\/package\/signature\//,
  "aws4fetch": /^core\/aws\/sign\.ts$/,
  "hyparquet": /^tests\//,
  "kubernetes-models": /^tests\//,
  "mqtt": /^plugins\/sinks\/mqtt\//,
  "nodemailer": /^plugins\/sinks\/smtp\//,
  "hono": /^core\/web\/server\.ts$/,
  "yaml": /^core\/base\/yaml\.ts$|^core\/base\/yaml\/|^scripts\/deploy\//,
  "js-yaml": /^core\/base\/yaml\.ts$|^core\/base\/yaml\//,
  "undici": /^core\/http\/_/,
  "semver": /^core\/plugin\/api_version\.ts$/,
  "zod": /(^|\/)schema\.ts$|^core\/plugin\/|^core\/app\/config\//,
  "commander":
    /^core\/app\/(cli|completion)\/|^core\/app\/commands\/complete\.ts$|^scripts\/docs\//,
  "@commander-js/extra-typings":
    /^core\/app\/(cli|completion)\/|^core\/app\/commands\/complete\.ts$|^scripts\/docs\//,
};

/** Plugins that call the kernel: its probe, and sockets that Deno has no call for. */
const NATIVE_PLUGINS = /^plugins\/(sources\/syscall|sinks\/syslog)\//;

/** Dangerous call → files that may contain it. */
const CALL_HOMES: readonly {
  readonly call: RegExp;
  readonly name: string;
  readonly home: RegExp;
}[] = [
  { name: "new Function", call: /\bnew\s+Function\b/, home: /^core\/filter\/emit\.ts$/ },
  { name: "eval", call: /(?<![.\w])eval\s*\(/, home: /^$/ },
  { name: "Deno.dlopen", call: /\bDeno\s*\.\s*dlopen\b/, home: /^ffi\// },
  { name: "Deno.UnsafePointer", call: /\bDeno\s*\.\s*Unsafe/, home: /^ffi\// },
  { name: "Deno.exit", call: /\bDeno\s*\.\s*exit\b/, home: /^(main\.ts$|scripts\/|tests\/)/ },
];

export interface SourceFile {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** One sentence a finding: where, and what is wrong. */
export function findViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...importViolations(file), ...callViolations(file)]);
}

function* importViolations(file: SourceFile): Generator<string> {
  const folder = folderOf(file.path);
  for (const { specifier, line, takesNames } of importsOf(file.text)) {
    const say = (what: string) => `${file.path}:${line}: ${what} ("${specifier}")`;
    if (!specifier.startsWith(".")) {
      if (/^(node:|data:|blob:)/.test(specifier)) continue;
      const home = PACKAGE_HOMES[specifier] ?? PACKAGE_HOMES[packageOf(specifier)];
      if (!home) yield say("package has no home: add it to scripts/check_imports.ts with a reason");
      else if (isTest(file.path)) continue;
      else if (!home.test(file.path)) yield say("package outside its home");
      else if (specifier === "zod" && takesNames) {
        yield say("import * as z: a name brings all of it");
      }
      continue;
    }
    const target = normalize(join(dirname(file.path), specifier)).replaceAll("\\", "/");
    if (target.startsWith("..")) {
      yield say("import leaves the repository");
      continue;
    }
    const problem = edgeProblem(file.path, folder, target);
    if (problem) yield say(problem);
  }
}

/** Of "kubernetes-models/apps/v1" the first part, of one with a scope the first two. */
function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function edgeProblem(path: string, folder: string, target: string): string | undefined {
  const targetFolder = folderOf(target);
  const test = isTest(path);
  if (target.split("/").at(-1)!.startsWith("_") && dirname(target) !== dirname(path)) {
    return "private file of another folder";
  }
  if (test && target.startsWith("tests/")) return undefined;
  if (path.startsWith("tests/") || path.startsWith("scripts/")) return undefined;
  if (target.startsWith("tests/") || target.startsWith("scripts/")) {
    return "product imports tests or scripts";
  }
  if (path.startsWith("core/")) {
    if (target.startsWith("core/")) {
      const from = LAYERS[folder], to = LAYERS[targetFolder];
      if (path === "core/mod.ts") return undefined;
      if (from === undefined || to === undefined) return "folder is not in the layer table";
      if (folder === targetFolder) return undefined;
      if (to < from) return undefined;
      return `${folder} (layer ${from}) imports ${targetFolder} (layer ${to})`;
    }
    if (folder === "core/app" && target === "ffi/mod.ts") return undefined; // falcod probe asks it what the kernel can do
    return "core imports only core";
  }
  if (path.startsWith("ffi/")) {
    if (target.startsWith("ffi/") || target.startsWith("core/base/")) return undefined;
    return "ffi imports only ffi and core/base";
  }
  if (path === "plugins/mod.ts") {
    return target.startsWith("plugins/") || target === "core/mod.ts"
      ? undefined
      : "plugins/mod.ts lists plugins only";
  }
  if (path.startsWith("plugins/")) {
    const own = path.split("/").slice(0, 3).join("/") + "/";
    if (target.startsWith(own) || target === "core/mod.ts") return undefined;
    if (target === "ffi/mod.ts" && NATIVE_PLUGINS.test(path)) return undefined;
    // Of libraries that are plugins themselves.
    if (target === "ffi/c_plugin/mod.ts" && own === "plugins/natives/falco/") return undefined;
    return "a plugin imports core/mod.ts and its own folder";
  }
  return undefined; // main.ts
}

function* callViolations(file: SourceFile): Generator<string> {
  for (const [index, line] of file.text.split("\n").entries()) {
    const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, "").replace(/\/\/ .*$/, "");
    for (const { call, name, home } of CALL_HOMES) {
      if (
        call.test(code) && !home.test(file.path) && !isTest(file.path) &&
        file.path !== "scripts/check_imports.ts"
      ) {
        yield `${file.path}:${index + 1}: ${name} outside its home`;
      }
    }
  }
}

interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Names that are there when the program runs, out of the module. */
  readonly takesNames: boolean;
}

function* importsOf(text: string): Generator<Import> {
  const pattern =
    /^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? match[2] ?? match[3]!;
    const line = text.slice(0, match.index).split("\n").length;
    yield { specifier, line, takesNames: /^import\s*\{/.test(match[0]) };
  }
}

function folderOf(path: string): string {
  return path.split("/").slice(0, path.startsWith("core/") ? 2 : 1).join("/");
}

function isTest(path: string): boolean {
  return path.startsWith("tests/") || /_(test|bench)\.ts$/.test(path);
}

function readTree(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  const visit = (folder: string) => {
    for (const entry of Deno.readDirSync(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) {
        if (!/^(\.git|build|dist|node_modules)$/.test(entry.name)) visit(path);
      } else if (entry.name.endsWith(".ts")) {
        files.push({
          path: relative(root, path).replaceAll("\\", "/"),
          text: Deno.readTextFileSync(path),
        });
      }
    }
  };
  visit(root);
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

if (import.meta.main) {
  const root = Deno.args[0] ?? ".";
  const files = readTree(root);
  const violations = findViolations(files);
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) Deno.exit(1);
  console.log(`check_imports: ${files.length} files, each import and dangerous call at home`);
}
