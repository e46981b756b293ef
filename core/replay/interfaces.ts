/** The network interfaces of the machine that was captured. */
import { type Endpoint, equalBytes, isUnspecified } from "./_addresses.ts";

interface Network {
  readonly address: Uint8Array;
  readonly netmask: Uint8Array;
}

/** Half of an IPv6 address: network and subnet by convention. */
const IPV6_NETWORK_BYTES = 8;
const LOOPBACK_V4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK_V6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const MAX_INTERFACES = 4096;

/** After libs userspace/libsinsp/ifinfo.cpp. */
export class NetworkInterfaces {
  readonly #v4: Network[] = [];
  readonly #v6: Network[] = [];

  /** 4 or 16 bytes each. */
  add(address: Uint8Array, netmask: Uint8Array): void {
    const list = address.length === 4 ? this.#v4 : this.#v6;
    if (list.length < MAX_INTERFACES) list.push({ address, netmask });
  }

  clear(): void {
    this.#v4.length = 0;
    this.#v6.length = 0;
  }

  /** Whether an address is the machine's own. */
  isLocal(address: Uint8Array): boolean {
    return address.length === 4
      ? this.#v4.some((network) => equalBytes(network.address, address))
      : this.#v6.some((network) => isInSubnet(network.address, address));
  }

  /** An end without an address is the machine's own, on whichever interface is near the other. */
  completed(
    source: Endpoint,
    destination: Endpoint,
  ): { readonly source: Endpoint; readonly destination: Endpoint } {
    const lacksSource = isUnspecified(source.address);
    if (!lacksSource && !isUnspecified(destination.address)) return { source, destination };
    const other = lacksSource ? destination.address : source.address;
    const address = this.infer(other) ?? new Uint8Array(other.length);
    if (equalBytes(address, other) && source.port === destination.port) {
      return { source, destination };
    }
    return lacksSource
      ? { source: { address, port: source.port }, destination }
      : { source, destination: { address, port: destination.port } };
  }

  /** The machine's end of a connection whose other end is known: the address of a near interface. */
  infer(other: Uint8Array): Uint8Array | undefined {
    const [networks, loopback] = other.length === 4
      ? [this.#v4, LOOPBACK_V4]
      : [this.#v6, LOOPBACK_V6];
    const near = networks.find(({ address }) => equalBytes(address, other)) ??
      networks.find((network) =>
        other.length === 4 ? isInNetwork(network, other) : isInSubnet(network.address, other)
      ) ?? networks.find(({ address }) => !equalBytes(address, loopback));
    return near?.address;
  }
}

function isInNetwork({ address, netmask }: Network, other: Uint8Array): boolean {
  return address.every((byte, i) => (byte & netmask[i]!) === (other[i]! & netmask[i]!));
}

function isInSubnet(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < IPV6_NETWORK_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
