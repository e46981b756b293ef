/** Structs that plugins are handed with their calls: who is asking, and what they can ask of falcod. */
import { Struct } from "./memory.ts";
import { ownerFunctions } from "./owner.ts";
import { tableFunctions } from "./table_functions.ts";

/**
 * What plugins are handed, x86-64 and arm64 alike:
 *
 * ss_plugin_init_input: 0 config | 8 owner | 16 last error | 24 tables | 32 log
 * ss_plugin_init_tables_input: 0 list_tables | 8 get_table | 16 add_table | 24 fields (3)
 *   48 fields_ext | 56 reader_ext | 64 writer_ext
 * ss_plugin_field_extract_input: 0 owner | 8 last error | 16 u32 number of fields | 24 fields
 *   32 reader (4) | 64 reader_ext | 72 offsets of values
 * ss_plugin_event_parse_input: 0 owner | 8 last error | 16 reader (4) | 48 writer (6)
 *   96 reader_ext | 104 writer_ext
 * ss_plugin_capture_listen_input: 0 owner | 8 routines | 16 reader_ext | 24 writer_ext | 32 last error
 * ss_plugin_routine_vtable: 0 subscribe | 8 unsubscribe
 */
const INIT_BYTES = 40, TABLES_BYTES = 72, EXTRACT_BYTES = 80, PARSE_BYTES = 112, LISTEN_BYTES = 40;
const ROUTINES_BYTES = 16;
const CONFIG_AT = 0, TABLES_AT = 24, LOG_AT = 32, FIELDS_AT = 24;
const READER_BYTES = 32, WRITER_BYTES = 48, FIELD_FUNCTIONS_BYTES = 24;
type Pointer = Deno.PointerObject;

export function initInput(
  owner: Pointer,
  { config, usesTables }: { readonly config: string; readonly usesTables: boolean },
): Struct {
  const { log, lastError } = ownerFunctions();
  const input = new Struct(INIT_BYTES);
  input.text(CONFIG_AT, config);
  input.point(8, owner);
  input.point(16, lastError);
  if (usesTables) input.point(TABLES_AT, tablesInput());
  input.point(LOG_AT, log);
  return input;
}

/** Asks for one field at a time. */
export class ExtractionInput {
  readonly #input = new Struct(EXTRACT_BYTES);

  constructor(owner: Pointer) {
    const { reader } = tableFunctions();
    const input = this.#input;
    input.point(0, owner);
    input.point(8, ownerFunctions().lastError);
    input.u32(16, 1);
    input.bytes.set(reader.bytes.subarray(0, READER_BYTES), 32);
    input.point(64, reader);
  }

  /** `field` is what the next call is about. */
  ask(field: Struct): void {
    this.#input.point(FIELDS_AT, field);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#input.bytes;
  }
}

export function parsingInput(owner: Pointer): Struct {
  const { reader, writer } = tableFunctions();
  const input = new Struct(PARSE_BYTES);
  input.point(0, owner);
  input.point(8, ownerFunctions().lastError);
  input.bytes.set(reader.bytes.subarray(0, READER_BYTES), 16);
  input.bytes.set(writer.bytes.subarray(0, WRITER_BYTES), 48);
  input.point(96, reader);
  input.point(104, writer);
  return input;
}

export function listeningInput(owner: Pointer): Struct {
  const { lastError, subscribe, unsubscribe } = ownerFunctions();
  const { reader, writer } = tableFunctions();
  const routines = new Struct(ROUTINES_BYTES);
  routines.point(0, subscribe);
  routines.point(8, unsubscribe);
  const input = new Struct(LISTEN_BYTES);
  input.point(0, owner);
  input.point(8, routines);
  input.point(16, reader);
  input.point(24, writer);
  input.point(32, lastError);
  return input;
}

let tables: Struct | undefined;

function tablesInput(): Struct {
  if (tables) return tables;
  const { reader, writer, fields, listTables, getTable, addTable } = tableFunctions();
  tables = new Struct(TABLES_BYTES);
  tables.point(0, listTables);
  tables.point(8, getTable);
  tables.point(16, addTable);
  tables.bytes.set(fields.bytes.subarray(0, FIELD_FUNCTIONS_BYTES), 24);
  tables.point(48, fields);
  tables.point(56, reader);
  tables.point(64, writer);
  return tables;
}
