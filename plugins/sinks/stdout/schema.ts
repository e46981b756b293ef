/** Standard output has nothing to configure; `buffered_outputs` is the delivery's business. */
import { z } from "zod";

export const schema = z.object({});

export type StdoutConfig = z.infer<typeof schema>;
