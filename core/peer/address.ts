/** `host:port`, as settings of servers are written. */

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const BARE_IPV6 = /^[0-9a-fA-F]*:[0-9a-fA-F.:]*:[0-9a-fA-F.:]*(?:%[\w.-]+)?$/;

/** Without a port, `standardPort`; IPv6 in brackets or alone. Absent for what is no address. */
export function hostAndPort(address: string, standardPort: number): HostAndPort | undefined {
  const isBareIpv6 = BARE_IPV6.test(address);
  const match = isBareIpv6
    ? [address, address, undefined] as const
    : /^(\[[0-9a-fA-F:.%]+\]|[^:\s[\]/@]+)(?::(\d{1,5}))?$/.exec(address);
  if (!match) return undefined;
  const port = match[2] === undefined ? standardPort : Number(match[2]);
  if (port < 1 || port > 65_535) return undefined;
  return { host: match[1]!.replace(/^\[|\]$/g, ""), port };
}
