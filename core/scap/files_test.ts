import { assert, assertEquals, assertObjectMatch, assertRejects } from "../../tests/assert.ts";
import { InputError, memoryInput, openCapture } from "./input.ts";
import { createCapture, OutputError } from "./output.ts";
import { ScapReader } from "./reader.ts";
import { readAll, written } from "./testing.ts";
import { ScapWriter } from "./writer.ts";

const EVENTS = 5000;

Deno.test("a capture on disk reads as it was written, compressed or not", async () => {
  await inFolder(async (folder) => {
    const sizes: number[] = [];
    for (const compress of [false, true]) {
      const path = `${folder}/${compress}.scap`;
      const output = await createCapture(path, { compress });
      const writer = new ScapWriter(output);
      writeEvents(writer);
      await writer.close();
      assertEquals(output.writtenBytes, (await Deno.stat(path)).size);
      sizes.push(output.writtenBytes);
      const { events, fault } = await readAll(await openCapture(path));
      assertEquals([events.length, fault], [EVENTS, undefined]);
    }
    assert(sizes[1]! < sizes[0]! / 2, "compressed it is smaller");
  });
});

Deno.test("a file is read at once, but lets others have a turn now and then", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/long.scap`;
    await Deno.writeTextFile(path, "");
    await Deno.truncate(path, 8 << 20);
    const input = await openCapture(path);
    const into = new Uint8Array(64 << 10);
    let atOnce = 0, later = 0;
    for (;;) {
      const got = input.read(into);
      if (typeof got === "number") atOnce++;
      else later++;
      if (await got === 0) break;
    }
    input.close();
    assert(later > 0 && atOnce > 20 * later, `${atOnce} at once, ${later} later`);
  });
});

Deno.test("a capture is nobody else's to read", async () => {
  await inFolder(async (folder) => {
    const output = await createCapture(`${folder}/x.scap`);
    await output.close();
    assertEquals((await Deno.stat(`${folder}/x.scap`)).mode! & 0o777, 0o600);
  });
});

Deno.test("createCapture() refuses a name that is taken when it is asked to", async () => {
  await inFolder(async (folder) => {
    const [path, link] = [`${folder}/x.scap`, `${folder}/link.scap`];
    await Deno.writeTextFile(path, "something dear");
    await Deno.symlink(`${folder}/elsewhere`, link);
    for (const taken of [path, link]) {
      await assertRejects(createCapture(taken, { refuseExisting: true }), OutputError);
    }
    assertEquals(await Deno.readTextFile(path), "something dear");
    await (await createCapture(`${folder}/new.scap`, { refuseExisting: true })).close();
  });
});

Deno.test("createCapture() leaves what has the name alone until the capture is placed", async () => {
  await inFolder(async (folder) => {
    for (const compress of [false, true]) {
      const path = `${folder}/x.scap`;
      await Deno.writeTextFile(path, "something dear", { mode: 0o644 });
      const discarded = await createCapture(path, { compress });
      await discarded.write(new Uint8Array(1000));
      discarded.discard();
      assertEquals(await Deno.readTextFile(path), "something dear");
      const kept = await createCapture(path, { compress });
      assertEquals(await Deno.readTextFile(path), "something dear");
      kept.place();
      const { size, mode } = await Deno.stat(path);
      assertEquals([size, mode! & 0o777], [0, 0o600]);
      await kept.write(new Uint8Array(1000));
      await kept.close();
      assertEquals((await Deno.stat(path)).size, kept.writtenBytes);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.scap"]);
    }
  });
});

Deno.test("createCapture() follows no link, and replaces only files", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/dear`, "something dear");
    await Deno.symlink(`${folder}/dear`, `${folder}/link`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/dangling`);
    for (const name of ["link", "dangling", "", ".", "new/"]) {
      await assertRejects(createCapture(name && `${folder}/${name}`), OutputError);
    }
    // Put there after it was looked at.
    const output = await createCapture(`${folder}/x.scap`);
    await Deno.symlink(`${folder}/dear`, `${folder}/x.scap`);
    await output.close();
    assert((await Deno.lstat(`${folder}/x.scap`)).isFile);
    assertEquals(await Deno.readTextFile(`${folder}/dear`), "something dear");
    // Nothing to be moved to.
    const misplaced = await createCapture(`${folder}/y.scap`);
    await Deno.mkdir(`${folder}/y.scap/z`, { recursive: true });
    await assertRejects(misplaced.close(), { code: "create-failed" });
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["dangling", "dear", "link", "x.scap", "y.scap"]);
  });
});

Deno.test("ScapReader may be closed more than once", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/x.scap`, await written(writeEvents));
    using reader = new ScapReader(await openCapture(`${folder}/x.scap`));
    reader.close();
  });
});

Deno.test("openCapture() and createCapture() say which file they cannot have", async () => {
  await assertRejects(openCapture("/nowhere/x.scap"), (error) => {
    assert(error instanceof InputError);
    assertEquals(error.code, "open-failed");
    assertEquals(error.message, 'Cannot open capture "/nowhere/x.scap": No such file or directory');
    return true;
  });
  await assertRejects(createCapture("/nowhere/x.scap"), (error) => {
    assert(error instanceof OutputError);
    assertEquals(error.code, "create-failed");
    assertEquals(
      error.message,
      'Cannot create capture "/nowhere/x.scap": No such file or directory',
    );
    return true;
  });
});

Deno.test("a directory is no capture", async () => {
  await inFolder(async (folder) => {
    const message = `Cannot open capture "${folder}": it is a directory`;
    const help = `name the captures in it: ${folder}/*.scap`;
    await assertRejects(openCapture(folder), { code: "open-failed", message, help });
  });
});

Deno.test("a full disk fails a capture, compressed or not, and closing it does not hang", async () => {
  for (const compress of [false, true]) {
    const writer = new ScapWriter(await createCapture("/dev/full", { compress }));
    writeEvents(writer);
    const write = writer.close();
    await assertRejects(write, OutputError);
  }
});

Deno.test("of a compressed capture that was never closed all that was written can be read", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/x.scap.gz`;
    const output = await createCapture(path, { compress: true });
    output.place();
    const bytes = await written(writeEvents);
    for (const [start, end] of [[0, 100], [100, bytes.length]]) {
      await output.write(bytes.subarray(start, end));
    }
    const { events, fault } = await readAll(await openCapture(path));
    assertEquals([events.length, fault?.reason], [EVENTS, "unreadable"]);
    await output.close();
    assertEquals((await readAll(await openCapture(path))).fault, undefined);
  });
});

Deno.test("members of gzip that were joined are one capture", async () => {
  const bytes = await written(writeEvents);
  const joined = [bytes.subarray(0, 1001), bytes.subarray(1001)];
  const packed = await Promise.all(joined.map(gzip));
  const { events, fault } = await readAll(await fromFile(concatenated(packed)));
  assertEquals([events.length, fault], [EVENTS, undefined]);
});

Deno.test("what follows a compressed capture and is none is passed over", async () => {
  const packed = await gzip(await written(writeEvents));
  const { events, fault } = await readAll(
    await fromFile(concatenated([packed, new TextEncoder().encode("something else")])),
  );
  assertEquals([events.length, fault], [EVENTS, undefined]);
});

Deno.test("a compressed capture that was cut gives all it still has, and a fault", async () => {
  const packed = await gzip(await written(writeEvents));
  let before = -1;
  for (const part of [0.1, 0.5, 0.9]) {
    const { events, fault } = await readAll(
      await fromFile(packed.subarray(0, Math.floor(packed.length * part))),
    );
    assert(events.length > before, "the more there is, the more is read");
    before = events.length;
    assertObjectMatch(fault, {
      reason: "unreadable",
      message: "the file cannot be decompressed: unexpected end of file",
    });
  }
  // Without its checksum it is all there, and cut all the same.
  const { events, fault } = await readAll(await fromFile(packed.subarray(0, -8)));
  assertEquals([events.length, fault?.reason], [EVENTS, "unreadable"]);
});

Deno.test("a compressed capture with a wrong byte in it is a fault", async () => {
  const packed = await gzip(await written(writeEvents));
  const broken = Uint8Array.from(packed);
  broken[packed.length >> 1]! ^= 0xff;
  const { fault } = await readAll(await fromFile(broken));
  assert(fault !== undefined);
  const headOnly = await readAll(await fromFile(Uint8Array.of(0x1f, 0x8b, 0xff, 0xff, 1, 2, 3)));
  assertEquals(headOnly.fault?.reason, "unreadable");
});

Deno.test("an input that fails otherwise than files do is not taken for a fault of the file", async () => {
  const input = { read: () => Promise.reject(new TypeError("our own mistake")), close() {} };
  using reader = new ScapReader(input);
  assertEquals(reader.next().kind, "more");
  await assertRejects(async () => await reader.fill(), TypeError);
});

Deno.test("memoryInput() hands out its bytes in parts of any size", async () => {
  const input = memoryInput(Uint8Array.of(1, 2, 3, 4, 5));
  const into = new Uint8Array(2);
  const parts: number[][] = [];
  for (let got = await input.read(into); got > 0; got = await input.read(into)) {
    parts.push([...into.subarray(0, got)]);
  }
  assertEquals(parts, [[1, 2], [3, 4], [5]]);
});

/** Different enough from each other not to vanish in compression. */
function writeEvents(writer: ScapWriter): void {
  for (let i = 0; i < EVENTS; i++) {
    const number = Uint8Array.from({ length: 8 }, (_, index) => (i * 2654435761) >> index);
    writer.event({ type: 5, timeNs: BigInt(i), threadId: i, cpu: 0 }, [number]);
  }
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

async function fromFile(bytes: Uint8Array) {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, bytes);
  const input = await openCapture(path);
  await Deno.remove(path);
  return input;
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
