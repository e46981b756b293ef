/** What somebody said about one event. */
import type { FieldArgument, FieldValue } from "../field/mod.ts";

/** By name and argument; a value that is `undefined` was said to be absent. */
export type GivenValues = ReadonlyMap<string, ReadonlyMap<FieldArgument, FieldValue>>;

/** Values by field, with accessors for those who build an event of them. Immutable. */
export class Given {
  constructor(
    /** Name of the event source, as in a rule's `source`. */
    readonly source: string,
    /** Code of an `eventType()`. */
    readonly type: number,
    readonly values: GivenValues,
  ) {}

  /** Something was said, be it that there is no value. */
  says(name: string, argument?: FieldArgument): boolean {
    return this.values.get(name)?.has(argument) ?? false;
  }

  value(name: string, argument?: FieldArgument): FieldValue {
    return this.values.get(name)?.get(argument);
  }

  text(name: string, argument?: FieldArgument): string | undefined {
    const value = this.value(name, argument);
    return typeof value === "string" ? value : undefined;
  }

  number(name: string, argument?: FieldArgument): number | undefined {
    const value = this.value(name, argument);
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
  }

  truth(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === "boolean" ? value : undefined;
  }

  bytes(name: string): Uint8Array | undefined {
    const value = this.value(name);
    return value instanceof Uint8Array ? value : undefined;
  }

  /** The field's value for each argument it was given with, in order. */
  *byArgument(name: string): Generator<readonly [FieldArgument, FieldValue]> {
    for (const [argument, value] of this.values.get(name) ?? []) {
      if (argument !== undefined) yield [argument, value];
    }
  }

  /** A value was given for some field whose name begins so. */
  mentions(prefix: string): boolean {
    for (const [name, values] of this.values) {
      if (!name.startsWith(prefix)) continue;
      for (const value of values.values()) if (value !== undefined) return true;
    }
    return false;
  }
}
