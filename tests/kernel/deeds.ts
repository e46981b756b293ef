/**
 * What programs do to be hard to follow, in Perl for the actor, each in a folder of its own below the
 * actor's; `../file` is a file, `../calls` and `../uring` are the programs of calls.c and uring.c.
 */

/** Runs a program in a child and waits for it. */
const inChild = (perl: string) => `if (!fork) { ${perl}; exit } wait;`;
const OPEN = `open F, "<", "../file"`;
const EXECVEAT = (descriptor: string, path: string, flags: string) =>
  `my $p = "${path}"; my $a = pack("pQ", "argument", 0); my $e = pack("pQ", "A=b", 0);
   call(SYS_execveat, ${descriptor}, $p, $a, $e, ${flags})`;

export const DEEDS: Readonly<Record<string, string>> = {
  session: inChild(`POSIX::setsid(); ${OPEN}; system "true"`),
  group: inChild(`POSIX::setpgid(0, 0); ${OPEN}; ${inChild(`${OPEN}; exec "true"`)}`),
  daemon: `pipe R, W; ${
    inChild(
      `POSIX::setsid(); if (!fork) { chdir "/"; select undef, undef, undef, 0.1;
       open F, "<", "etc/hostname"; system "/bin/true"; syswrite W, "x"; exit }`,
    )
  } close W; sysread R, $x, 1`,
  children: inChild(`${OPEN}; ${inChild(OPEN)}`),
  forks: `system "../calls", $_ for qw(fork vfork clone3)`,
  threads: `symlink "../file", "link"; system "../calls", "thread", "name", "link";
    system "../calls", "thread-exec", "/bin/true", "word"`,
  chroot: `mkdir "root"; mkdir "root/sub"; open F, ">", "root/sub/f"; close F;
    call(SYS_chroot, "root"); chdir "/sub"; open F, "<", "f"; open G, "<", "/sub/f"; chdir "..";
    open H, "<", "sub/f"; mkdir "m"; rmdir "m"`,
  directories: `mkdir "in"; chdir "in"; chdir ".."; sysopen D, "in", O_DIRECTORY;
    call(SYS_fchdir, fileno D); open F, ">", "file"; unlink "file"; chdir "/nowhere"`,
  mounts: `system "unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt; cd /mnt; : >x;
    mkdir old; pivot_root . old; cd /; read x <old/etc/hostname"`,
  pids: `system "unshare", "-pf", "sh", "-c", "read x <../file; sh -c 'true & wait'"`,
  inner:
    `system "unshare", "-pf", "sh", "-c", "setsid sh -c 'read x <../file; (cat ../file); exit'"`,
  users: `system "unshare", "-Ur", "sh", "-c", "read x <../file; true"`,
  namespaces: `system "unshare", "-u", "hostname", "x"; system "nsenter", "-t", "$$", "-u", "true"`,
  passed: `system "python3", "-c", "import socket, os
a, b = socket.socketpair()
f = os.open('../file', os.O_RDONLY)
socket.send_fds(a, [b'x'], [f])
m, fds, _, _ = socket.recv_fds(b, 10, 4)
os.close(f)
os.read(fds[0], 10)
os.lseek(fds[0], 0, 0)"`,
  copies: `${OPEN}; call(SYS_dup, fileno F); call(SYS_dup2, fileno F, 20);
    call(SYS_dup3, fileno F, 21, 02000000); my $n = call(SYS_fcntl, fileno F, 0, 30);
    call(SYS_fcntl, fileno F, 1030, 31); my $b = " " x 10;
    for (20, 21, $n) { call(SYS_read, $_, $b, 4); call(SYS_lseek, $_, 0, 0) }
    call(SYS_close, 20); call(SYS_close_range, 21, 21, 0); open G, "<&F"; sysread G, $y, 1`,
  memory: `my $n = "memo"; my $m = call(SYS_memfd_create, $n, 0); open O, ">&=", $m; binmode O;
    open I, "<", "/bin/true"; binmode I; local $/; syswrite O, scalar <I>;
    ${inChild(`exec {"/proc/$$/fd/$m"} "trueish", "a"`)}
    ${inChild(EXECVEAT("$m", "", "0x1000"))}
    ${inChild(`exec {"/proc/self/fd/$m"} "self", "a"`)}`,
  descriptors: `$^F = 100; open I, "<", "/bin/true"; my $n = fileno I;
    ${inChild(`exec {"/proc/self/fd/$n"} "x"`)}
    ${inChild(EXECVEAT("$n", "", "0x1000"))}
    sysopen D, "/bin", O_DIRECTORY; ${inChild(EXECVEAT("fileno D", "true", "0"))}`,
  deleted: `open F, ">", "gone"; unlink "gone"; syswrite F, "x"; stat F;
    system "cp", "/bin/sleep", "nap"; my $c = fork; if (!$c) { exec "./nap", "0.2" }
    select undef, undef, undef, 0.1; unlink "nap"; waitpid $c, 0`,
  unnamed: `my $p = "."; my $n = call(SYS_open, $p, O_RDWR | 020200000, 0600); open T, "+<&=", $n;
    syswrite T, "x"; my $l = "/proc/self/fd/$n"; my $t = "linked";
    call(SYS_linkat, -100, $l, -100, $t, 0x400); unlink $t`,
  renamed: `open F, ">", $_ for "a", "b"; call(SYS_renameat2, -100, "a", -100, "b", 2);
    call(SYS_renameat2, -100, "a", -100, "c", 1); rename "c", "d"; link "b", "e"; symlink "b", "f";
    unlink "e"; mkdir "dir"; sysopen D, "dir", O_DIRECTORY;
    call(SYS_renameat, -100, "b", fileno D, "in"); call(SYS_unlinkat, fileno D, "in", 0);
    call(SYS_mkdirat, fileno D, "x", 0755); call(SYS_unlinkat, fileno D, "x", 0x200); rmdir "dir"`,
  identities: `${
    inChild(
      `call(SYS_setresuid, 0, 33, 0); ${OPEN}; call(SYS_setresuid, -1, 0, -1);
       call(SYS_setresgid, -1, 33, -1); ${OPEN}; call(SYS_setreuid, 0, 1); call(SYS_setuid, 0)`,
    )
  } ${inChild(`call(SYS_setgid, 5); call(SYS_setuid, 33); ${OPEN}; call(SYS_setuid, 0); exec "id"`)}
    ${inChild(`call(SYS_setfsuid, 33); call(SYS_setfsgid, 33); ${OPEN}`)}
    ${inChild(`call(SYS_setregid, 7, 8); call(SYS_setgroups, 0, 0); system "true"`)}`,
  named: inChild(`$0 = "another"; ${OPEN}; ${inChild(OPEN)}
    my $s = "third"; call(SYS_prctl, 15, $s, 0, 0, 0); call(SYS_prctl, 36, 1, 0, 0, 0)`),
  capabilities: inChild(`my $h = pack("Li", 0x20080522, 0); my $d = pack("L6", 1, 1, 0, 0, 0, 0);
    call(SYS_capset, $h, $d); ${OPEN}; system "true"`),
  ends: `${inChild("exit 3")} ${inChild("kill 9, $$")} kill 0, $$; $SIG{USR1} = sub {};
    kill USR1 => $$`,
  local: `socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("s")); listen(S, 5);
    socket(C, AF_UNIX, SOCK_STREAM, 0); connect(C, pack_sockaddr_un("s")); accept(N, S);
    syswrite N, "x"; sysread C, $x, 1; send C, "y", 0; recv N, $x, 1, 0;
    socket(G, AF_UNIX, SOCK_DGRAM, 0); connect(G, pack_sockaddr_un("/nowhere"));
    socketpair(X, Y, AF_UNIX, SOCK_DGRAM, 0); syswrite X, "x"; sysread Y, $x, 1; shutdown C, 2`,
  connected: `socket(S, AF_INET, SOCK_STREAM, 6); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
    bind(S, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 5);
    my ($p) = unpack_sockaddr_in(getsockname S); socket(C, AF_INET, SOCK_STREAM, 6);
    connect(C, pack_sockaddr_in($p, INADDR_LOOPBACK)); accept(N, S); syswrite N, "x";
    sysread C, $x, 1; send C, "y", 0; recv N, $x, 1, 0;
    socket(W, AF_INET, SOCK_STREAM, 6); connect(W, pack_sockaddr_in(1, INADDR_LOOPBACK));
    ${inChild(`syswrite C, "k"; sysread N, $x, 1`)} getpeername C; shutdown C, 2; close C`,
  datagrams: `socket(U, AF_INET, SOCK_DGRAM, 17); bind(U, pack_sockaddr_in(0, INADDR_LOOPBACK));
    my ($q) = unpack_sockaddr_in(getsockname U); socket(V, AF_INET, SOCK_DGRAM, 17);
    send(V, "x", 0, pack_sockaddr_in($q, INADDR_LOOPBACK)); recv U, $x, 10, 0;
    connect(V, pack_sockaddr_in($q, INADDR_LOOPBACK)); send V, "z", 0; sysread U, $x, 1`,
  sixth: `socket(S, AF_INET6, SOCK_STREAM, 6);
    bind(S, pack_sockaddr_in6(0, Socket::IN6ADDR_LOOPBACK)); listen(S, 5);
    my ($p) = unpack_sockaddr_in6(getsockname S); socket(C, AF_INET6, SOCK_STREAM, 6);
    connect(C, pack_sockaddr_in6($p, Socket::IN6ADDR_LOOPBACK)); accept(N, S); syswrite N, "x";
    sysread C, $x, 1`,
  nameless: `pipe R, W; syswrite W, "x"; sysread R, $x, 1; my $e = call(SYS_eventfd2, 0, 0);
    my $b = pack("Q", 1); call(SYS_write, $e, $b, 8); call(SYS_read, $e, $b, 8);
    call(SYS_epoll_create1, 0); call(SYS_timerfd_create, 1, 0); call(SYS_inotify_init1, 0);
    my $m = pack("Q", 0); call(SYS_signalfd4, -1, $m, 8, 0); call(SYS_pidfd_open, $$, 0);
    call(SYS_userfaultfd, 1); my $r = pack("L30", (0) x 30); call(SYS_io_uring_setup, 4, $r);
    ${inChild(`syswrite W, "x"; sysread R, $x, 1`)} system "cat ../file | cat | wc -l >/dev/null";
    POSIX::mkfifo("fifo", 0600); sysopen FI, "fifo", O_RDWR; syswrite FI, "x"`,
  ring: `system "../uring", "../file", 1`,
  limits: `my $r = pack("QQ", 100, 200);
    ${inChild(`call(SYS_setrlimit, 7, $r); ${OPEN}; system "true"`)}
    ${inChild(`call(SYS_prlimit64, 0, 7, $r, 0); ${OPEN}`)} call(SYS_getrlimit, 7, $r)`,
  mapped:
    `call(SYS_mmap, 0, 4096, 3, 0x22, -1, 0); ${OPEN}; call(SYS_mmap, 0, 4096, 1, 2, fileno F, 0);
    call(SYS_brk, 0)`,
  modes:
    `open F, ">", "f"; close F; chmod 0600, "f"; chown 0, 0, "f"; open F, "<", "f"; chmod 0644, *F;
    chown 0, 0, *F; call(SYS_fchmodat, -100, "f", 0644); call(SYS_fchownat, -100, "f", 0, 0, 0);
    call(SYS_flock, fileno F, 1); call(SYS_access, "f", 0); call(SYS_mknod, "n", 0100644, 0);
    call(SYS_mknodat, -100, "o", 0100644, 0); mkdir "d"; call(SYS_mount, "none", "d", "tmpfs", 0, 0);
    call(SYS_umount2, "d", 0)`,
  refused: `call(SYS_ptrace, 0, 0, 0, 0); call(SYS_bpf, 0, 0, 0); call(SYS_setns, 0, 0);
    call(SYS_seccomp, 0, 0, 0); call(SYS_init_module, 0, 0, 0); call(SYS_quotactl, 0, 0, 0, 0);
    call(SYS_process_vm_readv, $$, 0, 0, 0, 0, 0); call(SYS_sendfile, -1, -1, 0, 0);
    call(SYS_semget, 0, 0, 0); call(SYS_splice, 0, 0, 0, 0, 0, 0); call(SYS_fsconfig, -1, 0, 0, 0, 0);
    call(SYS_open_by_handle_at, -1, 0, 0); call(SYS_delete_module, "no-module", 0)`,
  scripts: `open F, ">", "s"; print F "#!/bin/sh\\ntrue\\n"; close F; chmod 0755, "s";
    system "./s", "word"; system "./none"; system "cat ../file >out; cat out >>more"`,
  terminal: `system "script", "-qec", "tty >/dev/null", "/dev/null"`,
  deep: `my $d = "d" x 200; for (1 .. 12) { mkdir $d; chdir $d } open F, ">", "f"; open F, "<", "f";
    system "true"`,
  large: `system "true", "x" x 30000; $ENV{LARGE} = "z" x 20000; system "true", 1 .. 2000`,
};
