/** Raw sockets, as those of ping: which protocol they count as, and what they are called. */
import { type EventCase, eventTests } from "./actor.ts";

const ICMP_ECHO = 'pack("H16", "0800f7ff00000000")';

const RAW: readonly EventCase[] = [
  {
    name: "a ping through a raw socket",
    type: "sendto",
    perl: `socket(R, AF_INET, SOCK_RAW, 1); call(SYS_fcntl, fileno(R), 2, 0);
      send(R, ${ICMP_ECHO}, 0, pack_sockaddr_in(0, INADDR_LOOPBACK))`,
    expect: {
      "evt.args": /fd=3\(<4r>0\.0\.0\.0->127\.0\.0\.1\) size=8 tuple=0\.0\.0\.0:1->127\.0\.0\.1:0$/,
      "fd.name": "0.0.0.0->127.0.0.1",
      "fd.l4proto": "raw",
      "fd.type": "ipv4",
      "fd.sip": "127.0.0.1",
    },
  },
  {
    name: "a ping through a raw socket that closes on exec, as most do",
    type: "sendto",
    perl: `my $s = call(SYS_socket, 2, 3 | 02000000, 1);
      call(SYS_sendto, $s, ${ICMP_ECHO}, 8, 0, pack_sockaddr_in(0, INADDR_LOOPBACK), 16)`,
    expect: {
      "evt.args": /fd=3\(<4i>0\.0\.0\.0->127\.0\.0\.1\) size=8 tuple=0\.0\.0\.0:1->127\.0\.0\.1:0$/,
      "fd.l4proto": "icmp",
      "fd.cport": 1,
    },
  },
  {
    name: "a ping through a raw socket that does not block, connected",
    type: "sendto",
    perl: `my $s = call(SYS_socket, 2, 3 | 04000, 1);
      call(SYS_connect, $s, pack_sockaddr_in(0, INADDR_LOOPBACK), 16);
      call(SYS_sendto, $s, ${ICMP_ECHO}, 8, 0, 0, 0)`,
    expect: {
      "evt.args": /fd=3\(<4i>127.0.0.1->127.0.0.1\) size=8 tuple=127.0.0.1:1->127.0.0.1:0$/,
      "fd.l4proto": "icmp",
      "fd.name": "127.0.0.1->127.0.0.1",
    },
  },
  {
    name: "a raw socket of a protocol that Falco does not know",
    type: "bind",
    perl:
      `my $s = call(SYS_socket, 2, 3, 89); call(SYS_bind, $s, pack_sockaddr_in(9, INADDR_LOOPBACK), 16)`,
    expect: {
      "evt.args": "res=0 addr=127.0.0.1:9 fd=3(<4>127.0.0.1:9)",
      "fd.l4proto": "<NA>",
      "fd.name": "127.0.0.1:9",
    },
  },
  {
    name: "a raw socket that is bound",
    type: "bind",
    perl: `my $s = call(SYS_socket, 2, 3 | 02000000, 6);
      call(SYS_bind, $s, pack_sockaddr_in(9, INADDR_LOOPBACK), 16)`,
    expect: { "evt.args": "res=0 addr=127.0.0.1:9 fd=3(<4t>127.0.0.1:9)", "fd.l4proto": "tcp" },
  },
  {
    name: "an address that was not filled in is nobody's",
    type: "recvfrom",
    perl: `my $s = call(SYS_socket, 2, 3 | 04000, 1); my $b = "x" x 64; my $n = pack("L", 16);
      my $a = pack_sockaddr_in(7, inet_aton("192.0.2.1")); call(SYS_recvfrom, $s, $b, 64, 0, $a, $n)`,
    expect: {
      "evt.args": /^res=-11\(EAGAIN\) data=NULL tuple=NULL fd=3\(<4>\) size=64$/,
      "fd.name": "",
    },
  },
];

eventTests("raw sockets are of the protocol that Falco has them for", RAW);
