/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What the probe writes to its two rings. This file is the only place where the layout is typed: the
 * TypeScript side is generated from the compiled object's BTF (scripts/generate_layout.ts).
 *
 * A record is a fixed struct followed by its strings, back to back, without NULs; `*_length` says how
 * many bytes each has, in the order the struct names them. Sizes are multiples of 8, fields are
 * naturally aligned, numbers are in the kernel's byte order.
 *
 *   lifecycle ring: exec, fork, exit, identity, cwd     never filtered within the scope; the last two
 *                                                       wait when there is little room (waiting.h)
 *   events ring:    call, path, file, socket, signal,
 *                   switch, fault                       only what somebody asked for
 */
#pragma once

enum record_kind {
	RECORD_EXEC = 1,	/* a thread runs a new program (sched_process_exec) */
	RECORD_FORK = 2,	/* a new thread or process (sched_process_fork) */
	RECORD_EXIT = 3,	/* a thread is gone (sched_process_exit) */
	RECORD_IDENTITY = 4,	/* ids, capabilities, session, namespaces or name changed */
	RECORD_CWD = 5,		/* working directory or root changed */
	RECORD_CALL = 6,	/* any other system call: numbers only */
	RECORD_PATH = 7,	/* a system call with one or two path arguments */
	RECORD_FILE = 8,	/* a system call about a file descriptor that is no socket, or that opens one */
	RECORD_SOCKET = 9,	/* a system call about a socket */
	RECORD_SIGNAL = 10,	/* a signal reaches a thread (signal_deliver) */
	RECORD_SWITCH = 11,	/* a processor goes on with another thread (sched_switch) */
	RECORD_FAULT = 12,	/* a page is not there, or not to be used so (page_fault_user) */
};

enum header_flags {
	HEADER_COMPAT = 1,	/* 32-bit system call; `syscall` is already the 64-bit number */
	HEADER_TRUNCATED = 2,	/* a string was cut at its limit */
	HEADER_EXTRAS = 4,	/* the record ends with a struct extras_tail */
	HEADER_UNREADABLE = 8,	/* the path, or the first of two, could not be read where the program had it */
	HEADER_SECOND_UNREADABLE = 16,	/* nor could the second */
	HEADER_MOVED = 32,	/* identity: somebody put the process into another cgroup, and nothing else is new */
};

struct record_header {		/* 40 bytes, first in every record */
	__u32 size;		/* bytes of the whole record */
	__u16 kind;		/* enum record_kind */
	__u16 syscall;		/* x86-64 number; 0xffff when no system call is behind the record */
	__u64 boot_ns;		/* CLOCK_BOOTTIME */
	__u32 tgid;
	__u32 tid;
	__s64 result;		/* return value, negative errno on failure */
	__u16 cpu;
	__u16 flags;		/* enum header_flags */
	__u32 native_syscall;	/* the number the program used: differs from `syscall` for 32-bit calls */
};

enum file_flags {
	FILE_KNOWN = 1,		/* the facts below are filled */
	FILE_DELETED = 2,	/* unlinked: what /proc shows as "(deleted)" */
	FILE_OVERLAY_UPPER = 4,	/* on an overlay file system, in the upper (writable) layer */
	FILE_OVERLAY_LOWER = 8,	/* on an overlay file system, only in a lower layer */
	FILE_MEMFD = 16,
	FILE_WRITABLE = 32,	/* exec only: the new credentials may write it */
	FILE_SAME = 64,		/* the kernel's path equals the given path byte for byte and is not repeated */
	FILE_PSEUDO = 128,	/* no path in a file system: pipe, memfd, anonymous inode; the name stands in `resolved` */
	FILE_OUTSIDE = 256,	/* not below the task's root, or on a detached mount */
	FILE_PATH_TRUNCATED = 512,	/* deeper or longer than the walk's limits */
	FILE_CREATED = 1024,	/* this open made the file */
};

struct file_facts {		/* 48 bytes */
	__u64 inode;
	__u64 ctime_ns;		/* epoch */
	__u64 mtime_ns;
	__u32 device;		/* major << 20 | minor */
	__u32 magic;		/* file system, linux include/uapi/linux/magic.h */
	__u32 open_flags;	/* file->f_flags */
	__u32 links;
	__u16 mode;		/* type and permissions */
	__u16 flags;		/* enum file_flags */
	__u32 pid;		/* of a pidfd: whose it is */
};

struct socket_facts {		/* 48 bytes */
	__u16 family;		/* AF_* */
	__u16 type;		/* SOCK_* without flags */
	__u16 protocol;		/* IPPROTO_* */
	__u16 local_port;	/* host byte order */
	__u16 remote_port;
	__u8 state;		/* TCP_* state */
	__u8 found_by_port;	/* a server's end: accepted from a listener, or a bound datagram socket */
	__u8 flagged;		/* raw: the descriptor has one of the flags that socket() takes with the type */
	__u8 _pad[3];
	__u8 local_address[16];	/* 4 or 16 bytes used */
	__u8 remote_address[16];
};

struct task_facts {		/* 120 bytes */
	__u64 start_boot_ns;	/* of the process (thread group leader) */
	__u64 cap_inheritable;
	__u64 cap_permitted;
	__u64 cap_effective;
	__u64 cgroup_id;
	__u32 parent_tgid;	/* real_parent */
	__u32 uid, gid, euid, egid;
	__u32 login_uid;
	__u32 session;		/* pids as the initial pid namespace numbers them */
	__u32 process_group;
	__u32 virtual_pid;	/* as the task's own pid namespace numbers them */
	__u32 virtual_tid;
	__u32 virtual_session;	/* as the session's own namespace numbers it */
	__u32 virtual_process_group;
	__u32 tty;		/* new_encode_dev of the controlling terminal, 0 without one */
	__u32 pid_namespace;	/* inode number */
	__u32 _pad[2];
	char comm[16];
};

/* What a process uses. */
struct usage_facts {		/* 40 bytes */
	__u64 descriptor_limit;	/* RLIMIT_NOFILE, soft */
	__u64 major_faults;	/* of the thread */
	__u64 minor_faults;
	__u32 virtual_kb;
	__u32 resident_kb;
	__u32 swapped_kb;
	__u32 _pad;
};

/* Of a mount that move_mount puts somewhere. */
struct mount_facts {		/* 16 bytes */
	__u32 flags;		/* linux include/linux/mount.h, MNT_* */
	__u32 is_new;		/* 1: it was nowhere before */
	__u32 is_part;		/* 1: its root is not that of its file system */
	__u32 _pad;
};

struct exec_record {
	struct record_header header;
	struct task_facts task;
	struct file_facts exe;
	struct usage_facts usage;
	__u32 args_length;	/* argv with its NULs, argv[0] first */
	__u32 env_length;	/* likewise; 0 unless asked for */
	__u16 given_length;	/* file name given to exec (bprm->filename) */
	__u16 exe_length;	/* kernel's path of the executable, from the mount namespace's root */
	__u16 exe_root_length;	/* that many first bytes of it are the task's own root (chroot) */
	__u16 cwd_length;	/* kernel's path */
	__u16 cgroup_length;	/* path from the root of its hierarchy: the unified one unless it is "/", else memory's;
				 * where it is too long, its beginning and "…"; 0: too deep to be walked */
	__u16 _pad;
	__u32 args_total;	/* bytes argv has in the process, cut or not */
	char data[];		/* args, env, given, exe, cwd, cgroup */
};

struct fork_record {
	struct record_header header;	/* of the caller; result = child's tid */
	__u32 child_tgid;
	__u32 child_tid;
	__u32 child_parent_tgid;
	__u32 child_virtual_pid;
	__u32 child_virtual_tid;
	__u32 _pad;
	__u64 child_start_boot_ns;
};

struct exit_record {
	struct record_header header;	/* result = exit code as wait() packs it */
	__u32 last;			/* 1: no thread is left; threads that end together may all say so */
	__u32 reaper_tgid;		/* who inherits the children; 0 unless last, without any, or when nobody does */
	struct usage_facts usage;	/* where asked for; before 6.16 its memory is gone by then */
};

struct identity_record {
	struct record_header header;	/* of a new process, too, whose credentials or cgroup are not its parent's */
	struct task_facts task;
	__u16 cgroup_length;
	__u16 _pad[3];
	char data[];			/* cgroup, as in exec_record */
};

struct cwd_record {
	struct record_header header;
	__u16 cwd_length;		/* kernel's path */
	__u16 cwd_root_length;		/* that many first bytes are the task's own root */
	__u32 _pad;
	char data[];
};

/* Arguments stand as the 64-bit call takes them. The open family is normalized to openat's order:
 * args = directory fd (AT_FDCWD for open and creat), path pointer, flags, mode, resolve (openat2).
 * clone3's first is its flags. */
struct call_record {
	struct record_header header;
	__u64 args[6];
};

/* Directories are sent only for relative paths: what the kernel would have joined the path to. Not for
 * a symbolic link's target nor a mount's source, which need not be paths, and not when the call itself
 * changed the working directory (chdir, pivot_root): its cwd record came before it. */
struct path_record {
	struct record_header header;
	__u64 args[6];
	__u16 first_length;		/* path as given */
	__u16 first_base_length;	/* its directory (fd or cwd), kernel's path */
	__u16 second_length;
	__u16 second_base_length;
	char data[];			/* first, first base, second, second base */
};

struct file_record {
	struct record_header header;
	__u64 args[6];
	struct file_facts file;
	__s32 fd;			/* the descriptor the facts are of; -1 when the call failed */
	__u16 given_length;		/* open family: path as given; 0 otherwise */
	__u16 base_length;		/* its directory, when the path is relative */
	__u16 resolved_length;		/* kernel's path */
	__u16 resolved_root_length;	/* that many first bytes are the task's own root */
	__u32 question;			/* see filter.h; 0: none */
	char data[];			/* given, base, resolved */
};

struct socket_record {
	struct record_header header;
	__u64 args[6];
	struct socket_facts socket;
	__u64 inode;
	__s32 fd;
	__u16 local_name_length;	/* unix sockets: sun_path, abstract names keep their leading NUL */
	__u16 peer_name_length;
	__u16 resolved_length;		/* unix sockets: kernel's path of the node, the peer's first */
	__u16 address_length;		/* the sockaddr argument (connect, bind, sendto, recvfrom, and msg_name of
					 * sendmsg and recvmsg), at most 128 bytes */
	__u32 _pad;
	char data[];			/* local name, peer name, resolved, address */
};

struct signal_record {
	struct record_header header;	/* of the thread it reaches; result = the signal */
	__u32 sender_tgid;		/* as the receiver's pid namespace numbers it; 0 when nobody sent it */
	__u32 _pad;
	struct usage_facts usage;	/* where asked for */
};

struct switch_record {
	struct record_header header;	/* of the thread that ran */
	__u32 next_tid;
	__u32 _pad;
	struct usage_facts usage;
};

struct fault_record {
	struct record_header header;	/* result = the error code, as the processor has it */
	__u64 address;
	__u64 instruction;
	struct usage_facts usage;	/* where asked for */
};

/* What the arguments of a call point to, and what the kernel knows of it: only when a rule asks for it.
 * Up to three pieces behind the record's own strings, each beginning at a multiple of 8. Which they are
 * follows from the system call (extras.h); a piece that could not be read is empty. After them, where
 * rules ask for it, other descriptors that the call names, each a whole file or socket record without
 * arguments; and what the process uses (struct usage_facts). Those that a poll waits for stand together in
 * the place of the first one.
 *
 *   record | strings | pad | piece 0 | pad | … | descriptor 0 | pad | descriptor 1 | pad | usage | tail
 *                          ^ at
 */
#define EXTRA_PIECES 3
#define EXTRA_DESCRIPTORS 2

struct extras_tail {
	__u16 at;			/* from the start of the record */
	__u16 length[EXTRA_PIECES];
	__u16 usage;			/* length */
	__u16 descriptor[EXTRA_DESCRIPTORS];	/* lengths */
	__u16 unreadable;		/* a bit for each piece that is a text and could not be read: it is not "" */
};

/* Drops are counted per class, so that a report can name what was blinded. */
enum event_class {
	CLASS_LIFECYCLE = 0,
	CLASS_FILE = 1,		/* file and path records */
	CLASS_NETWORK = 2,	/* socket records */
	CLASS_OTHER = 3,	/* call records */
	CLASS_COUNT = 4,
};

struct class_counters {
	__u64 submitted;
	__u64 dropped;		/* ring full */
	__u64 failed;		/* could not be read: scratch or memory missing */
	__u64 filtered;		/* left out, as no rule can match it */
};
