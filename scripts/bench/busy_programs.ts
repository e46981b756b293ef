/** What runs on the host that does not exist. */

export interface Program {
  readonly comm: string;
  readonly exe: string;
  readonly exePath: string;
  readonly args: readonly string[];
  /** What it is called with when it does what rules look for. */
  readonly badArgs: readonly string[];
  readonly env: readonly string[];
  readonly cgroups: readonly string[];
  readonly uid: number;
  readonly contained: boolean;
  /** Shared objects it opens when it starts. */
  readonly libraries: readonly string[];
  /** How many of it run all the time. */
  readonly copies: number;
  /** Of a hundred things it does, how many start a program, how many answer a request. */
  readonly spawns: number;
  readonly serves: number;
}

const CONTAINER = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";

const ENVIRONMENT = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "LANG=C.UTF-8",
  "HOME=/root",
  "PWD=/srv",
  "SHLVL=1",
  "LS_COLORS=rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:do=01;35:bd=40;33;01:cd=40;33;01:or=40;31;01",
  "INVOCATION_ID=4f2ab6b0c3f54f5f9f2d6f0c1d5f7a4e",
  "JOURNAL_STREAM=8:41253",
];

const LIBRARIES = ["/etc/ld.so.cache", "/lib/x86_64-linux-gnu/libc.so.6"];

function program(comm: string, args: readonly string[], more: Partial<Program> = {}): Program {
  const unit = more.contained ? `/docker/${CONTAINER}` : `/system.slice/${comm}.service`;
  return {
    comm,
    exe: `/usr/bin/${comm}`,
    exePath: `/usr/bin/${comm}`,
    args,
    badArgs: args,
    env: ENVIRONMENT,
    cgroups: ["cpuset", "cpu", "memory", "pids"].map((name) => `${name}=${unit}`),
    uid: 0,
    contained: false,
    libraries: LIBRARIES,
    copies: 0,
    spawns: 0,
    serves: 0,
    ...more,
  };
}

export const SERVICES: readonly Program[] = [
  program("systemd", ["--system"], { copies: 1, spawns: 1 }),
  program("nginx", ["-g", "daemon off;"], { contained: true, uid: 33, copies: 24, serves: 20 }),
  program("postgres", ["-D", "/var/lib/postgresql"], { copies: 30, serves: 5 }),
  program("sshd", ["-D"], { copies: 10, spawns: 1, serves: 2 }),
  program("containerd", [], { copies: 6, spawns: 1 }),
  program("node", ["/srv/app/server.js"], { contained: true, uid: 1000, copies: 20, serves: 15 }),
  program("python3", ["/srv/jobs/worker.py"], { copies: 20, spawns: 2 }),
  program("bash", ["-l"], { uid: 1000, copies: 12, spawns: 6 }),
  program("cron", ["-f"], { copies: 1, spawns: 10 }),
];

export const PROGRAMS: readonly Program[] = [
  program("ls", ["-l", "/srv"]),
  program("cat", ["/proc/loadavg"], { badArgs: ["/etc/shadow"] }),
  program("grep", ["-r", "error", "/var/log/syslog"], {
    badArgs: ["-ri", "BEGIN PRIVATE", "/root"],
  }),
  program("curl", ["-s", "http://localhost/health"], { contained: true, uid: 33 }),
  program("sh", ["-c", "test -f /run/ready"], { contained: true, badArgs: ["-i"] }),
  program("cc1", ["-quiet", "-O2", "main.c"], { uid: 1000 }),
  program("ld", ["-o", "a.out", "main.o"], { uid: 1000 }),
  program("find", ["/var/cache", "-name", "*.tmp"], { badArgs: ["/", "-name", "id_rsa"] }),
];
