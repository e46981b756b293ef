/** Who has to have signed a plugin of a registry: kept with it, so that updates are held to it, too. */
import * as z from "zod";

const text = z.string().min(1).max(2048);

/** A whole text, or an expression that finds something in it, as Go's regexp does. */
const wanted = z.union([z.strictObject({ is: text }), z.strictObject({ matches: text })]);
export type Wanted = Readonly<z.output<typeof wanted>>;

export const signerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("key"),
    /** Public, PEM. */
    pem: z.string().min(1).max(16 << 10),
    /** The signature need not be in a transparency log. */
    ignoresLog: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("identity"),
    /** Who vouches for the identity: the address of an OpenID Connect provider. */
    issuer: wanted,
    /** An address of a workflow, or of mail. */
    identity: wanted,
    ignoresLog: z.boolean(),
  }),
]);
export type Signer = Readonly<z.output<typeof signerSchema>>;
