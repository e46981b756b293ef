/** Where calls on other threads leave what comes of them. */
import { RC } from "./abi.ts";

/** Room for what a call on another thread leaves: the memory has to be its own. */
export function zeros(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(8));
}

export function resultRoom(): Uint8Array<ArrayBuffer> {
  const room = zeros();
  // What leaves nothing has failed.
  new DataView(room.buffer).setInt32(0, RC.failure, true);
  return room;
}

export function resultIn(room: Uint8Array<ArrayBuffer>): number {
  return new DataView(room.buffer).getInt32(0, true);
}

export function pointerIn(room: Uint8Array<ArrayBuffer>): Deno.PointerValue {
  const address = new DataView(room.buffer).getBigUint64(0, true);
  return address === 0n ? null : Deno.UnsafePointer.create(address);
}
