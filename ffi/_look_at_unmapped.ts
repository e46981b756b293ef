/** Looks at memory before and after it is unmapped. */
import { cString, Mapping, openLibc } from "./libc.ts";

const MFD_CLOEXEC = 1;
const sizeBytes = openLibc().getpagesize();
const file = openLibc().memfd_create(cString("falcod-test"), MFD_CLOEXEC);
Deno.writeFileSync(`/proc/self/fd/${file}`, new Uint8Array(sizeBytes).fill(7));
const mapping = new Mapping(file, "a test's memory", { offset: 0, sizeBytes, access: "write" });
const bytes = new Uint8Array(mapping.buffer), words = new BigUint64Array(mapping.buffer, 8, 1);
if (bytes[5] !== 7) throw new Error("it is not there");
mapping[Symbol.dispose]();
mapping[Symbol.dispose]();
words[0] = 1n;
if (bytes[5] !== undefined || words.length !== 0) throw new Error("it is still there");
