/** Services of AWS, and of others that speak their protocols. */
import {
  idle,
  made,
  output,
  type Problem,
  same,
  type SidekickKey,
  type SidekickOutput,
  type Values,
} from "../output.ts";

/** Of `aws` itself, for all of them. */
const shared: Readonly<Record<string, SidekickKey>> = {
  region: same("region"),
  accesskeyid: same("access_key_id"),
  secretaccesskey: same("secret_access_key"),
  rolearn: same("role_arn"),
  externalid: same("external_id"),
  checkidentity: idle("who falcod is shows with the first alert", "true"),
};

/** Of `yandex`, whose services speak as those of AWS. */
const ofYandex: Readonly<Record<string, SidekickKey>> = {
  region: same("region", "ru-central1"),
  accesskeyid: same("access_key_id"),
  secretaccesskey: same("secret_access_key"),
};

/** As falcosidekick, which asks the machine where nothing else is known. */
const always = { instance_metadata: "true" };

/** Of the lake: minutes, which falcosidekick keeps between these two. */
const SHORTEST_MINUTES = 5, LONGEST_MINUTES = 60;
/** Of what one batch can have here. */
const MOST_AT_ONCE = 10_000;

export const AWS: readonly SidekickOutput[] = [
  output({
    section: "aws.lambda",
    sink: "awslambda",
    enabledBy: ["functionname"],
    keys: {
      functionname: same("function_name"),
      invocationtype: same("invocation_type"),
      logtype: same("log_type"),
    },
    shared,
    always,
  }),
  output({
    section: "aws.sqs",
    sink: "awssqs",
    enabledBy: ["url"],
    keys: { url: same("url") },
    shared,
    always,
  }),
  output({
    section: "aws.sns",
    sink: "awssns",
    enabledBy: ["topicarn"],
    keys: { topicarn: same("topic_arn"), rawjson: same("raw_json") },
    shared,
    always,
  }),
  output({
    section: "aws.cloudwatchlogs",
    sink: "awscloudwatchlogs",
    enabledBy: ["loggroup"],
    keys: { loggroup: same("log_group"), logstream: same("log_stream") },
    shared,
    always,
  }),
  output({
    section: "aws.s3",
    sink: "awss3",
    enabledBy: ["bucket"],
    keys: {
      bucket: same("bucket"),
      prefix: same("prefix"),
      endpoint: same("endpoint"),
      objectcannedacl: same("object_canned_acl"),
    },
    shared,
    always,
  }),
  output({
    section: "aws.securitylake",
    sink: "awssecuritylake",
    enabledBy: ["bucket", "region", "accountid", "prefix"],
    keys: {
      bucket: same("bucket"),
      region: same("region"),
      prefix: same("prefix"),
      accountid: same("account_id"),
      interval: made("batch.interval", lakeInterval, `${SHORTEST_MINUTES * 60_000}ms`),
      batchsize: made("batch.size", lakeBatch, "1000"),
    },
    shared,
    always,
  }),
  output({
    section: "aws.kinesis",
    sink: "awskinesis",
    enabledBy: ["streamname"],
    keys: { streamname: same("stream_name") },
    shared,
    always,
  }),
  output({
    section: "yandex.s3",
    sink: "awss3",
    enabledBy: ["bucket"],
    keys: {
      bucket: same("bucket"),
      prefix: same("prefix"),
      endpoint: same("endpoint", "https://storage.yandexcloud.net"),
    },
    shared: ofYandex,
    always: { object_canned_acl: "none" },
  }),
  output({
    section: "yandex.datastreams",
    sink: "awskinesis",
    enabledBy: ["streamname"],
    keys: {
      streamname: same("stream_name"),
      endpoint: same("endpoint", "https://yds.serverless.yandexcloud.net"),
    },
    shared: ofYandex,
  }),
];

function lakeInterval(text: string): Values | Problem {
  if (!/^\d{1,9}$/.test(text)) return { problem: "a number of minutes" };
  const minutes = Math.min(Math.max(Number(text), SHORTEST_MINUTES), LONGEST_MINUTES);
  return { "batch.interval": `${minutes * 60_000}ms` };
}

function lakeBatch(text: string): Values | Problem {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) return { problem: "a number from 1" };
  return { "batch.size": String(Math.min(Number(text), MOST_AT_ONCE)) };
}
