/** Standard output has nothing to configure; `buffered_outputs` is the delivery's business. */
import * as z from "zod";

export const schema = z.strictObject({});

export type StdoutConfig = z.infer<typeof schema>;
