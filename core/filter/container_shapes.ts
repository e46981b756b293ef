/** What names and ids of containers, images and pods look like. */
import { ANY_PART, asValue, BEGINNING, type Shape, WHOLE } from "./shape.ts";

/** Behind the last slash, a colon begins a tag; before it, a port of digits. */
const TAG_BEHIND_SLASH = /[:@][^/]*$/;
const NO_PORT = /\/[^/]*:|:\d*[^\d/]|@/;

/** As rules of Kubernetes' API have it: RFC 1123, subdomain. */
const POD_NAMES = /^[a-z0-9.-]+$/;

export const CONTAINER_SHAPES: readonly Shape[] = [
  {
    fields: /^container\.image\.repository$/,
    operators: new Set([...WHOLE, "endswith"]),
    isOdd: (text) => TAG_BEHIND_SLASH.test(text),
    title: titleOfTag,
    help: helpForTag,
  },
  {
    fields: /^container\.image\.repository$/,
    operators: new Set(["startswith", "contains", "icontains"]),
    isOdd: (text) => NO_PORT.test(text),
    title: titleOfTag,
    help: helpForTag,
  },
  {
    fields: /^container\.image\.tag$/,
    operators: ANY_PART,
    isOdd: (text) => /[:/@]/.test(text),
    title: (field, text) => `${field} is what stands behind the colon: nothing matches "${text}"`,
    help: (field, text) => {
      const tag = text.replace(/^.*[:/@]/s, "");
      return tag === "" ? "compare container.image" : `write ${field} = ${asValue(tag)}`;
    },
  },
  {
    fields: /^container\.image\.digest$/,
    operators: BEGINNING,
    isOdd: (text) => /^[0-9a-f]{6,}$/.test(text),
    title: (field, text) => `${field} begins with "sha256:": nothing matches "${text}"`,
    help: (_field, text) => `write sha256:${text}`,
  },
  {
    fields: /^container\.id$/,
    operators: new Set([...BEGINNING, "endswith"]),
    isOdd: (text) => /^[0-9a-f]{13,64}$/.test(text),
    title: (field, text) =>
      `${field} has the first 12 characters of the id: hardly anything matches "${text}"`,
    help: (_field, text) => `write "${text.slice(0, 12)}", or compare container.full_id`,
  },
  {
    fields: /^container\.(?:full_)?id$/,
    operators: ANY_PART,
    isOdd: (text) => /^[a-z-]+:\/\//.test(text),
    title: (field, text) => `${field} does not name the engine: nothing matches "${text}"`,
    help: (_field, text) => {
      const [engine, id] = text.split("://", 2);
      return `ask for container.type = ${engine}${
        id ? `, and for the id "${id.slice(0, 12)}"` : ""
      }`;
    },
  },
  {
    fields: /^container\.type$/,
    operators: ANY_PART,
    isOdd: (text) => /[A-Z]/.test(text) || text === "crio",
    title: (field, text) => `${field} is never "${text}": engines are docker, cri-o, podman …`,
    help: (_field, text) => `write ${/^cri-?o$/i.test(text) ? "cri-o" : text.toLowerCase()}`,
  },
  {
    fields: /^k8s\.(?:ns|pod)\.name$/,
    operators: ANY_PART,
    isOdd: (text) => !POD_NAMES.test(text),
    title: (field, text) =>
      `${field} has small letters, digits, "-" and "." only: nothing matches "${text}"`,
    help: (field, text) => {
      const names = text.split(/[,|\s]+/).filter((name) => name !== "");
      const list = names.join(", ");
      if (names.length > 1 && names.every((name) => POD_NAMES.test(name))) {
        return `several names stand in brackets: ${field} in (${list})`;
      }
      const near = text.toLowerCase().replaceAll("_", "-").trim();
      return POD_NAMES.test(near) ? `write ${near}` : undefined;
    },
  },
];

function titleOfTag(field: string, text: string): string {
  const part = text.includes("@") ? "digest" : "tag";
  return `${field} has no ${part} in it: nothing matches "${text}"`;
}

function helpForTag(field: string, text: string): string {
  const at = text.search(/@|:(?=[^/]*$)/);
  const name = text.slice(0, at), rest = text.slice(at + 1);
  const other = text[at] === "@" ? "container.image.digest" : "container.image.tag";
  const checks = [
    ...name === "" ? [] : [`${field} = ${asValue(name)}`],
    ...rest === "" ? [] : [`${other} = ${asValue(rest)}`],
  ];
  return checks.length === 0 ? "compare container.image" : `write ${checks.join(" and ")}`;
}
