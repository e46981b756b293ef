/** fdlist.…: the descriptors a poll waits for. */
import { addressText } from "../base/ip.ts";
import type { Event, FileDescriptor, PolledDescriptors } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { descriptorName } from "./_descriptor.ts";
import { eventTypeName, paramIndex } from "./_event.ts";
import { addressOf, isIp, isServerSocket, portOf } from "./_socket.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const UNKNOWN = "<NA>";

type Side = "client" | "server";

/** What one descriptor adds to the list; absent when it adds nothing. */
type Item = (descriptor: FileDescriptor, state: State) => string | undefined;

export const fdlistFields: readonly FieldDefinition[] = [
  pollField("fdlist.nums", "Numbers of the descriptors polled, separated by commas", {
    format: "id",
    number: true,
    item: () => undefined,
  }),
  pollField("fdlist.names", "Names of the descriptors polled, separated by commas", {
    item: (descriptor, state) => descriptorName(descriptor, state) || UNKNOWN,
    otherwise: UNKNOWN,
  }),
  pollField("fdlist.cips", "Client addresses of the sockets polled, separated by commas", {
    item: (descriptor) => address(descriptor, "client"),
  }),
  pollField("fdlist.sips", "Server addresses of the sockets polled, separated by commas", {
    item: (descriptor) => address(descriptor, "server"),
  }),
  pollField("fdlist.cports", "Client ports of the sockets polled, separated by commas", {
    format: "decimal",
    item: (descriptor) => port(descriptor, "client"),
  }),
  pollField("fdlist.sports", "Server ports of the sockets polled, separated by commas", {
    format: "decimal",
    item: (descriptor) => port(descriptor, "server"),
  }),
];

interface PollOptions {
  readonly format?: "id" | "decimal";
  readonly item: Item;
  /** For descriptors nobody knows. */
  readonly otherwise?: string;
  /** The item is the number itself. */
  readonly number?: boolean;
}

function pollField(name: string, summary: string, options: PollOptions): FieldDefinition {
  const { format, item, otherwise, number: isNumber } = options;
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    ...(format === undefined ? {} : { format }),
    extract: (event, state) => {
      const items: string[] = [];
      for (const { number } of polledBy(event)) {
        const descriptor = state.otherDescriptor(number);
        const text = isNumber ? String(number) : descriptor ? item(descriptor, state) : otherwise;
        if (text !== undefined) items.push(text);
      }
      return items.length === 0 ? undefined : items.join(",");
    },
  });
}

function polledBy(event: Event): PolledDescriptors["polled"] {
  const name = eventTypeName(event);
  if (name !== "poll" && name !== "ppoll") return [];
  const value = event.param(paramIndex(event.type, "fds"));
  return typeof value === "object" && "polled" in value ? value.polled : [];
}

function address(descriptor: FileDescriptor, side: Side): string | undefined {
  const bytes = unconnected(descriptor)?.[`${side}Address`] ?? addressOf(descriptor, side);
  return bytes && addressText(bytes);
}

function port(descriptor: FileDescriptor, side: Side): string | undefined {
  const number = unconnected(descriptor)?.[`${side}Port`] ?? portOf(descriptor, side);
  return number === undefined ? undefined : String(number);
}

/**
 * In these lists a socket counts that nobody bound or connected, its ends as they are; libs
 * userspace/libsinsp/sinsp_filtercheck_fdlist.cpp
 */
function unconnected({ socket, role }: FileDescriptor) {
  if (role !== undefined || !socket || !isIp(socket) || isServerSocket(socket)) return undefined;
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return {
    clientAddress: localAddress,
    clientPort: localPort,
    serverAddress: remoteAddress,
    serverPort: remotePort,
  };
}
