/** Standard output has nothing to configure; `buffered_outputs` is the delivery's business. */
import { z } from "zod";

export const schema = z.strictObject({});

export type StdoutConfig = z.infer<typeof schema>;
