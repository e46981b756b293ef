import { testAttachments, testMentions } from "../../../tests/contract/attachment_suite.ts";
import plugin from "./mod.ts";

testAttachments(plugin);
testMentions(plugin);
