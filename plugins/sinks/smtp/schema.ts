/** `type: smtp` */
import * as z from "zod";
import { hostAndPort, serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { flag, oneOf, secret, sequence, text, word } = setting;

export const PORT = 25;

/** As mail programs write one: `name@host`, or `A name <name@host>`. */
const mailbox = (message: string) => word().regex(/^[^\r\n]*[^\s@<>]@[^\s@<>]+>?$/, message);

export const schema = z.strictObject({
  host_port: serverAddress({ port: PORT }).describe("host:port of the mail server"),
  from: mailbox("a mail address").describe("Who the mails are from"),
  to: sequence(mailbox("mail addresses")).refine((all) => all.length > 0, {
    error: "mail addresses",
  }).describe("Who gets them"),
  output_format: oneOf(["html", "text"], "html").describe(
    "html: with a table beside the plain text; text: only that",
  ),
  implicit_tls: flag(false).describe(
    "Whether the server speaks TLS from the beginning, as it always does on port 465; else STARTTLS begins it",
  ),
  tls: tlsSection(true),
  auth_mechanism: oneOf(["plain", "login", "cram-md5", "oauth2"], "plain").describe(
    "How the user is shown to be who it is",
  ),
  user: text().describe("User; empty: the server asks for none"),
  password: secret().prefault("").describe("Password of the user, or for oauth2 its access token"),
});

export type SmtpConfig = z.output<typeof schema>;

/** RFC 8314, 3.3: nobody there waits for STARTTLS. */
const TLS_PORT = 465;

export function beginsWithTls({ host_port, implicit_tls, tls }: SmtpConfig): boolean {
  return tls.enabled && (implicit_tls || hostAndPort(host_port, PORT)?.port === TLS_PORT);
}
