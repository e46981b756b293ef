/** Settings that forwarders share. */
import { z } from "zod";
import { setting } from "../plugin/mod.ts";
import { compileMessage, MESSAGE_PARTS, type MessageTemplate } from "./message.ts";

const WANTED = `a text with ${
  Object.keys(MESSAGE_PARTS).map((name) => `{{ .${name} }}`).join(", ")
} and {{ index .OutputFields "proc.name" }} in it`;

/** A setting; absent when it is empty. */
export const messageTemplate = () =>
  setting.text().transform((text, context): MessageTemplate | undefined => {
    if (text === "") return undefined;
    const compiled = compileMessage(text);
    if (typeof compiled === "function") return compiled;
    context.issues.push({ code: "custom", message: WANTED, input: text });
    return z.NEVER;
  });
