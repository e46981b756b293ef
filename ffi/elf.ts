/** As much of ELF as a compiled BPF object needs: sections by name, and where its variables lie. */
import { BoundedBytes, Malformed } from "./bounded_bytes.ts";

/** Largest object that is looked at. */
const LIMIT_BYTES = 16 << 20;
const SECTION_LIMIT = 4096;
const SYMBOL_LIMIT = 65536;
const ELF_MAGIC = 0x464c457f;
const CLASS_64 = 2, LITTLE_ENDIAN = 1;
const SECTION_HEADER_BYTES = 64, SYMBOL_BYTES = 24;
const TYPE_SYMTAB = 2, TYPE_NOBITS = 8;

interface Section {
  readonly name: string;
  readonly type: number;
  /** Index of the section this one refers to: for symbols, their names. */
  readonly link: number;
  /** Empty when the section has no bytes in the file (.bss). */
  readonly content: BoundedBytes;
}

/** An object file. Its methods throw `Malformed`. */
export class ElfFile {
  private constructor(readonly sections: readonly Section[]) {}

  static parse(bytes: Uint8Array): ElfFile {
    if (bytes.byteLength > LIMIT_BYTES) {
      throw new Malformed(`The file has over ${LIMIT_BYTES} bytes`);
    }
    const file = new BoundedBytes(bytes, "The file");
    if (file.u32(0) !== ELF_MAGIC || file.u8(4) !== CLASS_64 || file.u8(5) !== LITTLE_ENDIAN) {
      throw new Malformed("The file is not a little-endian 64-bit ELF object");
    }
    const table = file.u64(40);
    const count = file.u16(60), namesIndex = file.u16(62);
    if (file.u16(58) !== SECTION_HEADER_BYTES || count > SECTION_LIMIT) {
      throw new Malformed("The file's section table is none");
    }
    const headers = Array.from(
      { length: count },
      (_, index) =>
        file.slice(table + index * SECTION_HEADER_BYTES, SECTION_HEADER_BYTES, "A section header"),
    );
    const content = headers.map((header) => {
      const type = header.u32(4);
      const length = type === TYPE_NOBITS ? 0 : header.u64(32);
      return file.slice(length === 0 ? 0 : header.u64(24), length, "A section");
    });
    const names = content[namesIndex];
    if (names === undefined) throw new Malformed("The file has no section names");
    return new ElfFile(headers.map((header, index) => ({
      name: names.text(header.u32(0)),
      type: header.u32(4),
      link: header.u32(40),
      content: content[index]!,
    })));
  }

  section(name: string): BoundedBytes {
    const found = this.sections.find((section) => section.name === name);
    if (found === undefined) throw new Malformed(`The file has no section "${name}"`);
    return found.content;
  }

  /** Offsets of the named symbols of a section, in bytes from its start. */
  symbolsOf(sectionName: string): ReadonlyMap<string, number> {
    const index = this.sections.findIndex((section) => section.name === sectionName);
    const table = this.sections.find((section) => section.type === TYPE_SYMTAB);
    const names = this.sections[table?.link ?? -1];
    if (index < 0 || table === undefined || names === undefined) {
      throw new Malformed(`The file has no symbols of a section "${sectionName}"`);
    }
    const offsets = new Map<string, number>();
    const count = Math.floor(table.content.byteLength / SYMBOL_BYTES);
    if (count > SYMBOL_LIMIT) throw new Malformed("The file has too many symbols");
    for (let i = 0; i < count; i++) {
      const at = i * SYMBOL_BYTES;
      if (table.content.u16(at + 6) !== index) continue;
      const name = names.content.text(table.content.u32(at));
      if (name !== "") offsets.set(name, table.content.u64(at + 8));
    }
    return offsets;
  }
}
