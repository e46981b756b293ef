/** Pipes and pairs of sockets: what comes to be, what passes, how they are set. */
import { assertEquals } from "../assert.ts";
import { type EventCase, eventTests, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";
import { PAIR, VECTOR } from "./scenes.ts";

/** msghdr: name, its length, vector, count, control, its length, flags. */
const MESSAGE = `${VECTOR} $m = pack("QQpQQQQ", 0, 0, $v, 2, 0, 0, 0);`;

const SOCKETS: readonly EventCase[] = [
  {
    name: "pipe",
    type: "pipe",
    perl: `call(SYS_pipe, "\\0" x 8); fact(ino => (stat("/proc/self/fd/3"))[1])`,
    expect: { "evt.args": "res=0 fd1=3(<p>) fd2=4(<p>) ino={ino}", "fd.num": 4 },
  },
  {
    name: "pipe2",
    type: "pipe2",
    perl: `call(SYS_pipe2, "\\0" x 8, 04000); fact(ino => (stat("/proc/self/fd/3"))[1])`,
    expect: {
      "evt.args": "res=0 fd1=3(<p>) fd2=4(<p>) ino={ino} flags=64(O_NONBLOCK)",
      "fd.ino": "{ino}",
    },
  },
  {
    name: "pipe without memory for it",
    type: "pipe",
    perl: `call(SYS_pipe, 8)`,
    expect: { "evt.args": "res=-14(EFAULT) fd1=-1(EPERM) fd2=-1(EPERM) ino=0" },
  },
  {
    name: "socketpair",
    type: "socketpair",
    perl: `call(SYS_socketpair, 1, 1, 0, "\\0" x 8)`,
    expect: {
      "evt.args":
        /^res=0 fd1=3\(<u>\) fd2=4\(<u>\) source=FFFF[0-9A-F]{12} peer=FFFF[0-9A-F]{12} domain=1\(AF_LOCAL\|AF_UNIX\) type=1 proto=0$/,
    },
  },
  {
    name: "socketpair that is refused",
    type: "socketpair",
    perl: `call(SYS_socketpair, 2, 1, 0, "\\0" x 8)`,
    expect: {
      "evt.args": /^res=-95\(EOPNOTSUPP\) fd1=-1\(EPERM\) fd2=-1\(EPERM\) source=0 peer=0 /,
    },
  },
  {
    name: "sendmsg",
    type: "sendmsg",
    perl: `${PAIR} ${MESSAGE} call(SYS_sendmsg, fileno(A), $m, 0)`,
    expect: { "evt.args": /^res=8 data=hello!!! fd=\d\(<u>.*\) size=8 tuple=/ },
  },
  {
    name: "recvmsg",
    type: "recvmsg",
    perl: `${PAIR} syswrite(B, "abcdefg"); ${MESSAGE} call(SYS_recvmsg, fileno(A), $m, 0)`,
    expect: { "evt.args": /^res=7 size=7 data=abcdefg tuple=.* msgcontrol=NULL fd=\d/ },
  },
  {
    name: "recvmsg with a descriptor beside",
    type: "recvmsg",
    perl: `${PAIR} ${VECTOR} $c = pack("Q l l l x4", 20, 1, 1, 0);
      $m = pack("QQpQpQQ", 0, 0, $v, 2, $c, 24, 0); call(SYS_sendmsg, fileno(A), $m, 0);
      $c = "\\0" x 24; $m = pack("QQpQpQQ", 0, 0, $v, 2, $c, 24, 0);
      call(SYS_recvmsg, fileno(B), $m, 0)`,
    expect: { "evt.args": /^res=8 size=8 data=hello!!! tuple=.* msgcontrol=\.{20,} fd=\d/ },
  },
  {
    name: "recvmsg that has nothing to take",
    type: "recvmsg",
    perl: `${PAIR} ${MESSAGE} call(SYS_recvmsg, fileno(A), $m, 0x40)`,
    expect: {
      "evt.args": /^res=-11\(EAGAIN\) size=0 data=NULL tuple=NULL msgcontrol=NULL fd=\d/,
    },
  },
  {
    name: "sendmmsg",
    type: "sendmmsg",
    perl:
      `${PAIR} ${MESSAGE} $two = ($m . "\\0" x 8) x 2; call(SYS_sendmmsg, fileno(A), $two, 2, 0)`,
    expect: { "evt.args": /^res=8 fd=\d\(<u>.*\) size=8 data=hello!!! tuple=/ },
  },
  {
    name: "sendmmsg has an event for each message, with where it goes",
    type: "sendmmsg",
    perl: `socket(R, AF_INET, SOCK_DGRAM, 0); bind(R, sockaddr_in(0, INADDR_LOOPBACK));
      ($p) = sockaddr_in(getsockname R); socket(S, AF_INET, SOCK_DGRAM, 0);
      ${VECTOR} $c = "other"; $w = pack("pQ", $c, 5);
      $one = sockaddr_in($p, INADDR_LOOPBACK); $two = sockaddr_in($p, inet_aton("127.0.0.2"));
      $m = pack("pQpQQQQQ", $one, 16, $v, 2, 0, 0, 0, 0) . pack("pQpQQQQQ", $two, 16, $w, 1, 0, 0, 0, 0);
      call(SYS_sendmmsg, fileno(S), $m, 2, 0); fact(p => $p)`,
    pick: { "evt.buffer": "other" },
    expect: { "fd.sip": "127.0.0.2", "fd.sport": "{p}", "evt.args": /^res=5 .* size=5 data=other/ },
  },
  {
    name: "sendmmsg that sends nothing",
    type: "sendmmsg",
    perl: `${PAIR} ${MESSAGE} $one = $m . "\\0" x 8; call(SYS_sendmmsg, 99, $one, 1, 0)`,
    expect: { "evt.args": "res=-9(EBADF) fd=99 size=0 data=NULL tuple=NULL" },
  },
  {
    name: "recvmmsg",
    type: "recvmmsg",
    perl: `${PAIR} syswrite(B, "abc"); ${MESSAGE} $one = $m . "\\0" x 8;
      call(SYS_recvmmsg, fileno(A), $one, 1, 0, 0)`,
    expect: { "evt.args": /^res=3 fd=\d\(<u>.*\) size=3 data=abc tuple=.* msgcontrol=NULL$/ },
  },
  {
    name: "setsockopt with a number",
    type: "setsockopt",
    perl: `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 1, 2, pack("l", 1), 4)`,
    expect: {
      "evt.args":
        /^res=0 fd=3\(<4>\) level=1\(SOL_SOCKET\) optname=2\(SO_REUSEADDR\) val=1 optlen=4$/,
    },
  },
  {
    name: "setsockopt with a time",
    type: "setsockopt",
    perl:
      `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 1, 20, pack("qq", 5, 10), 16)`,
    expect: { "evt.args": /optname=20\(SO_RCVTIMEO\) val=5000010000\(5.00001s\) optlen=16$/ },
  },
  {
    name: "setsockopt of another level",
    type: "setsockopt",
    perl: `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 6, 13, "reno", 4)`,
    expect: { "evt.args": /level=2\(SOL_TCP\) optname=0\(UNKNOWN\) val=reno optlen=4$/ },
  },
  {
    name: "getsockopt",
    type: "getsockopt",
    perl:
      `socket(S, AF_INET, SOCK_DGRAM, 0); call(SYS_getsockopt, 3, 1, 3, "\\0" x 4, pack("l", 4))`,
    expect: { "evt.args": /level=1\(SOL_SOCKET\) optname=3\(SO_TYPE\) val=2 optlen=4$/ },
  },
  {
    name: "shutdown",
    type: "shutdown",
    perl: `${PAIR} call(SYS_shutdown, fileno(A), 1)`,
    expect: { "evt.args": /^res=0 fd=\d\(<u>.*\) how=1\(SHUT_WR\)$/ },
  },
];

const ANSWER = `socket(L, AF_INET, SOCK_STREAM, 0); bind(L, pack_sockaddr_in(0, INADDR_LOOPBACK));
  listen(L, 1); socket(C, AF_INET, SOCK_STREAM, 0); connect(C, getsockname L); accept(A, L);
  fact(port => (unpack_sockaddr_in(getsockname L))[0], own => (unpack_sockaddr_in(getsockname C))[0]);
  send(C, "x", 0); recv(A, my $got, 9, 0); send(A, "yy", 0); recv(C, $got, 9, 0);`;
const QUESTION_PAIR = "127.0.0.1:{own}->127.0.0.1:{port}";
const ANSWER_PAIR = "127.0.0.1:{port}->127.0.0.1:{own}";

const ANSWERS: readonly EventCase[] = [
  {
    name: "an answer goes from the server to who asked",
    type: "sendto",
    perl: ANSWER,
    expect: {
      "evt.args": `res=2 data=yy fd=5(<4t>${QUESTION_PAIR}) size=2 tuple=${ANSWER_PAIR}`,
      "fd.name": QUESTION_PAIR,
    },
  },
  {
    name: "an answer comes from the server",
    type: "recvfrom",
    perl: ANSWER,
    expect: {
      "evt.args": `res=2 data=yy tuple=${ANSWER_PAIR} fd=4(<4t>${QUESTION_PAIR}) size=9`,
      "fd.name": QUESTION_PAIR,
    },
  },
  {
    name: "a question comes from who asks",
    type: "recvfrom",
    perl: ANSWER,
    pick: { "evt.rawres": 1 },
    expect: { "evt.args": `res=1 data=x tuple=${QUESTION_PAIR} fd=5(<4t>${QUESTION_PAIR}) size=9` },
  },
];

eventTests("events of sockets and pipes show what passes and what comes to be", SOCKETS);

kernelTest(
  "each of several messages is told, also where nobody asks what it goes through",
  async () => {
    const condition = "evt.type = sendmmsg and proc.exepath endswith /actor";
    await withActor({ condition, allFields: ["evt.type", "evt.rawres"] }, async (theatre) => {
      const two = `($m . "\\0" x 8) x 2`;
      const { events } = await theatre.perform(
        `${PAIR} ${MESSAGE} $two = ${two}; call(SYS_sendmmsg, fileno(A), $two, 2, 0)`,
      );
      assertEquals(events.map(({ output_fields: fields }) => fields["evt.rawres"]), [8, 8]);
    });
  },
);
eventTests("what is sent and received tells where it comes from first", ANSWERS);
