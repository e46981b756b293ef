/** What AWS's services say went wrong, which they do by names and not by statuses. */
import type { HttpReply } from "../http/reply.ts";
import { SinkError } from "../plugin/sink_error.ts";

/** Of these, what was sent is the reason; all else can be put right, or passes. */
const REFUSALS =
  /^(ValidationException|ValidationError|InvalidParameter(Value|Combination)?|InvalidParameter(Value|Combination)?Exception|InvalidMessageContents|InvalidAttributeValue|BatchRequestTooLong|BatchEntryIdsNotDistinct|MessageTooLong|RequestTooLarge(Exception)?|RequestEntityTooLarge(Exception)?|EntityTooLarge|KeyTooLongError|InvalidRequestContentException|SerializationException|MalformedXML|UnsupportedMediaTypeException)$/;

/** Credentials that are no longer, or not yet, what the service knows. */
const STALE =
  /^(ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|InvalidToken|RequestExpired)$/;

/** The name of what went wrong, as "ThrottlingException"; absent where none is told. */
export function errorNameIn({ headers, body }: HttpReply): string | undefined {
  const inHeader = headers["x-amzn-errortype"];
  if (typeof inHeader === "string") return bareName(inHeader);
  // Queries of SQS, whose JSON has names of its own.
  const ofQuery = headers["x-amzn-query-error"];
  const inXml = /<Code>([\w.]{1,128})<\/Code>/.exec(body)?.[1];
  if (inXml !== undefined) return bareName(inXml);
  const inJson = /"(?:__type|code)"\s*:\s*"([^"]{1,256})"/.exec(body)?.[1];
  if (inJson !== undefined) return bareName(inJson);
  return typeof ofQuery === "string" ? bareName(ofQuery.split(";")[0]!) : undefined;
}

/** `com.amazonaws.sqs#QueueDoesNotExist:http://…` is QueueDoesNotExist. */
function bareName(name: string): string {
  const shown = name.slice(name.indexOf("#") + 1).split(":")[0]!;
  return shown.slice(shown.lastIndexOf(".") + 1);
}

/** Absent where the status says all there is to say. */
export function judgeAwsReply(reply: HttpReply, failure: SinkError): SinkError | undefined {
  const name = errorNameIn(reply);
  if (name === undefined || reply.status >= 500) return undefined;
  const { message, retryAfterMs } = failure;
  const elsewhere = ELSEWHERE.test(name) ? regionOfBucket(reply) : undefined;
  const told = elsewhere === undefined
    ? message
    : `${message} (the bucket is in ${elsewhere}: set region)`;
  return new SinkError(REFUSALS.test(name) ? "rejected" : "unavailable", told, {
    ...retryAfterMs !== undefined && { retryAfterMs },
  });
}

/** S3 of another region than the bucket's, by the address or by the signature. */
const ELSEWHERE =
  /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;

function regionOfBucket({ headers, body }: HttpReply): string | undefined {
  const inHeader = headers["x-amz-bucket-region"];
  const told = typeof inHeader === "string"
    ? inHeader
    : /<Region>([^<]{1,64})<\/Region>/.exec(body)?.[1];
  return told !== undefined && /^[a-z0-9-]{1,64}$/.test(told) ? told : undefined;
}

export function isStale(reply: HttpReply): boolean {
  const name = errorNameIn(reply);
  return name !== undefined && STALE.test(name);
}
