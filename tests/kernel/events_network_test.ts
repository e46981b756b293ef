/** System calls on sockets, each made really over the loopback: what rules see of both ends. */
import { type EventCase, eventTests } from "./actor.ts";

interface Family {
  readonly name: string;
  readonly domain: string;
  readonly char: string;
  readonly any: string;
  readonly loopback: string;
  /** Perl for the loopback's address with a port, and for the port of an address. */
  readonly address: (port: string) => string;
  readonly portOf: (address: string) => string;
}

const FAMILIES: readonly Family[] = [
  {
    name: "IPv4",
    domain: "AF_INET",
    char: "4",
    any: "0.0.0.0",
    loopback: "127.0.0.1",
    address: (port) => `pack_sockaddr_in(${port}, INADDR_LOOPBACK)`,
    portOf: (address) => `(unpack_sockaddr_in(${address}))[0]`,
  },
  {
    name: "IPv6",
    domain: "AF_INET6",
    char: "6",
    any: "::",
    loopback: "::1",
    address: (port) => `pack_sockaddr_in6(${port}, inet_pton(AF_INET6, "::1"))`,
    portOf: (address) => `(unpack_sockaddr_in6(${address}))[0]`,
  },
];

function ipCases(family: Family): readonly EventCase[] {
  const { name, domain, char, any, loopback, address, portOf } = family;
  const listen = `socket(L, ${domain}, SOCK_STREAM, 0); bind(L, ${address("0")}); listen(L, 5);
    fact(port => ${portOf("getsockname L")});`;
  const connect = `${listen} socket(C, ${domain}, SOCK_STREAM, 0); connect(C, getsockname L);
    fact(own => ${portOf("getsockname C")});`;
  const bound = `socket(L, ${domain}, SOCK_DGRAM, 0); bind(L, ${address("0")});
    socket(C, ${domain}, SOCK_DGRAM, 0); fact(port => ${portOf("getsockname L")});`;
  const pair = `${loopback}:{own}->${loopback}:{port}`;
  const ends = {
    "fd.type": `ipv${char}`,
    "fd.typechar": char,
    "fd.sockfamily": "ip",
    "fd.cip": loopback,
    "fd.sip": loopback,
    "fd.cport": "{own}",
    "fd.sport": "{port}",
    "fd.name": pair,
  };
  const asClient = { "fd.lport": "{own}", "fd.rport": "{port}", "fd.is_server": false };
  const asServer = { "fd.lport": "{port}", "fd.rport": "{own}", "fd.is_server": true };
  const tcp = { ...ends, "fd.l4proto": "tcp", "fd.connected": true };
  const accepted = `fd=5(<${char}t>${pair}) tuple=${pair} queuepct=0 queuelen=0 queuemax=5`;
  return [
    {
      name: `${name} socket`,
      type: "socket",
      perl: `call(SYS_socket, ${domain}, SOCK_STREAM | 02004000, 6)`,
      expect: {
        "evt.args": new RegExp(
          `^fd=3\\(<${char}>\\) domain=\\d+\\(${domain}\\) type=526337 proto=6 ` +
            "flags=4160\\(O_NONBLOCK\\|O_CLOEXEC\\)$",
        ),
        "evt.category": "net",
        "fd.type": `ipv${char}`,
        "fd.l4proto": "<NA>",
        "fd.cip": null,
        "fd.connected": false,
      },
    },
    {
      name: `${name} bind`,
      type: "bind",
      perl: listen,
      expect: {
        "evt.args": `res=0 addr=${loopback}:0 fd=3(<${char}>${loopback}:0)`,
        "fd.name": `${loopback}:0`,
        "fd.sip": null,
        "fd.sport": null,
        "fd.is_server": false,
        "fd.l4proto": "<NA>",
      },
    },
    {
      name: `${name} bind to another's address`,
      type: "bind",
      perl: `socket(L, ${domain}, SOCK_STREAM, 0);
        bind(L, ${
        char === "4"
          ? 'pack_sockaddr_in(80, inet_aton("203.0.113.9"))'
          : 'pack_sockaddr_in6(80, inet_pton(AF_INET6, "2001:db8::9"))'
      })`,
      expect: {
        "evt.args": `res=-99(EADDRNOTAVAIL) addr=${
          char === "4" ? "203.0.113.9" : "2001:db8::9"
        }:80 fd=3(<${char}>)`,
        "evt.failed": true,
        "fd.name": "",
      },
    },
    {
      name: `${name} listen`,
      type: "listen",
      perl: listen,
      expect: {
        "evt.args": `res=0 fd=3(<${char}t>${loopback}:{port}) backlog=5`,
        "fd.name": `${loopback}:{port}`,
        "fd.sip": loopback,
        "fd.sport": "{port}",
        "fd.cip": null,
        "fd.is_server": true,
        "fd.l4proto": "tcp",
      },
    },
    {
      name: `${name} connect`,
      type: "connect",
      perl: connect,
      expect: {
        ...tcp,
        ...asClient,
        "evt.args": `res=0 tuple=${pair} fd=4(<${char}t>${pair}) addr=${loopback}:{port}`,
        "evt.category": "net",
        "fd.name_changed": true,
      },
    },
    {
      name: `${name} connect that does not wait`,
      type: "connect",
      perl: `${listen} socket(C, ${domain}, SOCK_STREAM, 0); fcntl(C, F_SETFL, O_NONBLOCK);
        connect(C, getsockname L); fact(own => ${portOf("getsockname C")})`,
      expect: { ...ends, ...asClient, "evt.res": "EINPROGRESS", "evt.rawres": -115 },
    },
    {
      name: `${name} connect that does not wait and is refused`,
      type: "connect",
      perl: `${listen} my $gone = getsockname L; close L; socket(C, ${domain}, SOCK_STREAM, 0);
        fcntl(C, F_SETFL, O_NONBLOCK); connect(C, $gone)`,
      expect: { "evt.rawres": -115, "fd.lport": /^[1-9]/, "fd.rport": "{port}" },
    },
    {
      name: `${name} connect that is refused`,
      type: "connect",
      perl: `${listen} my $gone = getsockname L; close L;
        socket(C, ${domain}, SOCK_STREAM, 0); connect(C, $gone)`,
      expect: {
        "evt.res": "ECONNREFUSED",
        "evt.failed": true,
        "fd.connected": false,
        "fd.sip": loopback,
        "fd.sport": "{port}",
        "fd.rip": loopback,
        "evt.args": /addr=[0-9.:]+:\d+$/,
      },
    },
    {
      name: `${name} accept4`,
      type: "accept4",
      perl: `${connect} call(SYS_accept4, fileno(L), 0, 0, 02004000)`,
      expect: { ...tcp, ...asServer, "evt.args": `${accepted} flags=1040` },
    },
    {
      name: `${name} accept`,
      type: "accept",
      perl: `${connect} call(SYS_accept, fileno(L), 0, 0)`,
      expect: { ...tcp, ...asServer, "evt.args": accepted },
    },
    {
      name: `${name} copy of a client's socket`,
      type: "dup2",
      perl: `${connect} call(SYS_dup2, fileno(C), 0)`,
      expect: {
        ...tcp,
        ...asClient,
        "evt.args":
          `res=0(<${char}t>${pair}) oldfd=4(<${char}t>${pair}) newfd=0(<${char}t>${pair})`,
      },
    },
    {
      name: `${name} copy of a server's socket`,
      type: "dup2",
      perl: `${connect} accept(A, L); call(SYS_dup2, fileno(A), 0)`,
      expect: { ...tcp, ...asServer },
    },
    {
      name: `${name} copy of a client's socket with a port of its own choice`,
      type: "dup2",
      perl: `${listen} socket(F, ${domain}, SOCK_STREAM, 0); bind(F, ${address("0")});
        my $free = getsockname F; close F; socket(C, ${domain}, SOCK_STREAM, 0);
        bind(C, $free); connect(C, getsockname L); fact(own => ${portOf("getsockname C")});
        call(SYS_dup2, fileno(C), 0)`,
      expect: { ...tcp, ...asClient },
    },
    {
      name: `${name} datagram to an address`,
      type: "sendto",
      perl: `${bound} send(C, "hello", 0, getsockname L); fact(own => ${portOf("getsockname C")})`,
      expect: {
        ...asClient,
        "evt.args": `res=5 data=hello fd=4(<${char}u>${any}:{own}->${loopback}:{port}) size=5 ` +
          `tuple=${any}:{own}->${loopback}:{port}`,
        "evt.category": "net",
        "fd.l4proto": "udp",
        "fd.sip": loopback,
        "fd.sport": "{port}",
        "fd.connected": false,
        "fd.name_changed": true,
      },
    },
    {
      name: `${name} datagram from an address`,
      type: "recvfrom",
      perl: `${bound} send(C, "hello", 0, getsockname L); fact(own => ${portOf("getsockname C")});
        recv(L, my $got, 10, 0)`,
      expect: {
        ...ends,
        ...asServer,
        "evt.args": `res=5 data=hello tuple=${pair} fd=3(<${char}u>${pair}) size=10`,
        "fd.l4proto": "udp",
      },
    },
    {
      name: `${name} datagram of a connected socket`,
      type: "sendto",
      perl: `${bound} connect(C, getsockname L); fact(own => ${portOf("getsockname C")});
        send(C, "x", 0)`,
      expect: { ...ends, ...asClient, "fd.l4proto": "udp", "fd.name_changed": false },
    },
  ];
}

const UNIX: readonly EventCase[] = [
  {
    name: "unix socket",
    type: "socket",
    perl: "socket(S, AF_UNIX, SOCK_STREAM, 0)",
    expect: { "evt.args": /domain=1\(AF_LOCAL\|AF_UNIX\) type=524289 proto=0/, "fd.type": "unix" },
  },
  {
    name: "unix bind to a path",
    type: "bind",
    perl: `socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("./node"))`,
    expect: {
      "evt.args": "res=0 addr=./node fd=3(<u>./node)",
      "fd.name": "./node",
      "fd.nameraw": "./node",
      "fd.realpath": "{D}/node",
      "fd.sockfamily": "unix",
      "fd.typechar": "u",
    },
  },
  {
    name: "unix connect through a link",
    type: "connect",
    perl: `unlink "node"; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("node"));
      listen(S, 1); symlink "node", "way"; socket(C, AF_UNIX, SOCK_STREAM, 0);
      connect(C, pack_sockaddr_un("way"))`,
    expect: {
      "evt.args": "res=0 tuple=node fd=4(<u>node) addr=way",
      "fd.realpath": "{D}/node",
      "fd.connected": true,
      "fd.type": "unix",
    },
  },
  {
    name: "unix connect to nothing",
    type: "connect",
    perl: `socket(C, AF_UNIX, SOCK_STREAM, 0); connect(C, pack_sockaddr_un("/run/none"))`,
    expect: {
      "evt.args": "res=-2(ENOENT) tuple=NULL fd=3(<u>/run/none) addr=/run/none",
      "fd.name": "/run/none",
      "fd.realpath": null,
      "fd.connected": false,
    },
  },
  {
    name: "unix accept",
    type: "accept4",
    perl: `unlink "node"; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("node"));
      listen(S, 1); socket(C, AF_UNIX, SOCK_STREAM, 0); connect(C, pack_sockaddr_un("node"));
      accept(A, S)`,
    expect: { "evt.args": /^fd=5\(<u>node\) tuple=node /, "fd.realpath": "{D}/node" },
  },
  {
    name: "unix bind to an abstract name",
    type: "bind",
    perl:
      `socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un("\\0hidden $$")); fact(p => $$)`,
    expect: { "evt.args": "res=0 addr=@hidden {p} fd=3(<u>@hidden {p})", "fd.name": "@hidden {p}" },
  },
  {
    name: "unix datagram to an abstract name",
    type: "sendto",
    perl:
      `socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un("\\0hidden $$")); fact(p => $$);
      socket(C, AF_UNIX, SOCK_DGRAM, 0); send(C, "hello", 0, pack_sockaddr_un("\\0hidden $$"))`,
    expect: {
      "evt.args": "res=5 data=hello fd=4(<u>@hidden {p}) size=5 tuple=@hidden {p}",
      "evt.category": "ipc",
    },
  },
];

const OTHER: readonly EventCase[] = [
  {
    name: "a family the kernel does not have",
    type: "socket",
    perl: "call(SYS_socket, 77, 1, 0)",
    expect: { "evt.res": "EAFNOSUPPORT", "fd.num": -1, "fd.type": null, "evt.failed": true },
  },
  {
    name: "connect of no descriptor",
    type: "connect",
    perl: 'call(SYS_connect, 99, "x" x 16, 16)',
    expect: { "evt.args": "res=-9(EBADF) tuple=NULL fd=99 addr=<NA>", "fd.name": "NULL" },
  },
  {
    name: "accept of no descriptor",
    type: "accept",
    perl: "call(SYS_accept, 99, 0, 0)",
    expect: { "evt.res": "EBADF", "evt.arg.fd": "EBADF", "fd.num": -1 },
  },
  {
    name: "connect of a file",
    type: "connect",
    perl: 'sysopen(F, "case.pl", 0); call(SYS_connect, fileno(F), "x" x 16, 16)',
    expect: { "evt.res": "ENOTSOCK", "evt.rawres": -88 },
  },
  {
    name: "netlink socket",
    type: "socket",
    perl: "socket(S, 16, SOCK_RAW, 0)",
    expect: { "evt.args": /domain=16\(AF_ROUTE\|AF_NETLINK\)/, "fd.type": "netlink" },
  },
  {
    name: "raw socket, which has no ports",
    type: "socket",
    // perl's own has SOCK_CLOEXEC in it, with which libs take it for no raw one
    perl: "call(SYS_socket, AF_INET, SOCK_RAW, 1)",
    expect: { "evt.args": /^fd=3\(<4r>\) domain=2\(AF_INET\) type=3 proto=1 /, "fd.name": "" },
  },
  {
    name: "packet socket",
    type: "socket",
    perl: "socket(S, 17, SOCK_RAW, 0)",
    expect: { "evt.args": /domain=17\(AF_PACKET\)/ },
  },
  {
    name: "shutdown",
    type: "shutdown",
    perl: "socketpair(P, Q, AF_UNIX, SOCK_STREAM, 0); shutdown(P, 1)",
    expect: { "evt.args": "res=0 fd=3(<u>) how=1(SHUT_WR)" },
  },
];

const FOR_BOTH = `socket(L, AF_INET6, SOCK_STREAM, 0);
  bind(L, pack_sockaddr_in6(0, IN6ADDR_ANY)); listen(L, 5);
  fact(port => (unpack_sockaddr_in6(getsockname L))[0]);`;
const REACHED = `${FOR_BOTH} my $to = pack_sockaddr_in((unpack_sockaddr_in6(getsockname L))[0],
  INADDR_LOOPBACK); socket(C, AF_INET, SOCK_STREAM, 0); connect(C, $to);
  fact(own => (unpack_sockaddr_in(getsockname C))[0]);`;

const MAPPED: readonly EventCase[] = [
  {
    name: "IPv4 accepted by a socket of IPv6",
    type: "accept",
    perl: `${REACHED} call(SYS_accept, fileno(L), 0, 0)`,
    expect: {
      "fd.type": "ipv4",
      "fd.typechar": "4",
      "fd.cip": "127.0.0.1",
      "fd.sip": "127.0.0.1",
      "fd.name": "127.0.0.1:{own}->127.0.0.1:{port}",
      "fd.is_server": true,
      "fd.l4proto": "tcp",
      "evt.args": new RegExp(
        "^fd=5\\(<4t>127.0.0.1:\\d+->127.0.0.1:\\d+\\) tuple=127.0.0.1:\\d+->127.0.0.1:\\d+ ",
      ),
    },
  },
  {
    name: "what is read of it",
    type: "read",
    perl: `${REACHED} accept(A, L); syswrite(C, "hello"); sysread(A, my $in, 5)`,
    expect: { "fd.type": "ipv4", "fd.cip": "127.0.0.1", "fd.sport": "{port}" },
  },
  {
    name: "IPv4 reached through a socket of IPv6",
    type: "connect",
    perl: `socket(L, AF_INET, SOCK_STREAM, 0); bind(L, pack_sockaddr_in(0, INADDR_LOOPBACK));
      listen(L, 5); my $port = (unpack_sockaddr_in(getsockname L))[0]; fact(port => $port);
      socket(C, AF_INET6, SOCK_STREAM, 0);
      connect(C, pack_sockaddr_in6($port, inet_pton(AF_INET6, "::ffff:127.0.0.1")))`,
    expect: {
      "fd.type": "ipv4",
      "fd.sip": "127.0.0.1",
      "fd.sport": "{port}",
      "fd.is_server": false,
    },
  },
  {
    name: "a server for both",
    type: "bind",
    perl: `socket(L, AF_INET6, SOCK_STREAM, 0);
      bind(L, pack_sockaddr_in6(48123, IN6ADDR_ANY))`,
    expect: { "fd.type": "ipv4", "fd.name": ":::48123", "fd.sport": 48123, "fd.is_server": true },
  },
];

for (const family of FAMILIES) {
  eventTests(`${family.name} events show both ends, client and server`, ipCases(family));
}
eventTests("IPv4 through sockets of IPv6 counts as IPv4, as in Falco", MAPPED);
eventTests("events of unix sockets show the name and the node it leads to", UNIX);
eventTests("events of other sockets, and of what is none", OTHER);
