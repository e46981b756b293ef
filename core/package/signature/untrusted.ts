/** Why a signature does not count; the message continues "a signature that". */
export class Untrusted extends Error {
  override readonly name = "Untrusted";
}
