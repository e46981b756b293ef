/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What each system call's arguments mean to the probe. A call that is not in the table is reported
 * by its numbers alone (RECORD_CALL). Numbers are those of x86-64.
 */
#pragma once

#include "config.h"
#include <asm/unistd_64.h>

/* Younger than Debian 12's kernel headers. */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#define __NR_getxattrat 464
#define __NR_listxattrat 465
#define __NR_removexattrat 466
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467
#endif

#define MAX_ERRNO 4095			/* results from -4095 to -1 are errors */

enum shape_kind {
	SHAPE_CALL = 0,
	SHAPE_PATH,
	SHAPE_FILE,		/* turns into a socket record when the descriptor is a socket */
	SHAPE_SOCKET,
	SHAPE_EXEC,		/* a path when it failed; success is reported by the exec tracepoint */
};

/* Arguments are counted from 1, so that 0 can mean "none". */
enum argument {
	NONE = 0,
	ARG1, ARG2, ARG3, ARG4, ARG5, ARG6,
	RESULT,			/* descriptor: the call's result */
	CWD,			/* directory: the working directory */
	CWD_WHEN_FAILED,	/* the call itself changes the working directory; the old one is gone */
	MADE_FIRST, MADE_SECOND,	/* the two descriptors that the call put where an argument points */
	POLLED,			/* those that it waits for, all of them */
};

enum effect {
	EFFECT_IDENTITY = 1,	/* on success an identity record follows */
	EFFECT_CWD = 2,		/* on success a cwd record follows */
	EFFECT_PRCTL = 4,	/* identity, for some operations */
};

enum address {
	ADDRESS_NONE = 0,
	ADDRESS_2,		/* pointer in argument 2, length in 3 */
	ADDRESS_5,		/* pointer in argument 5, length in 6 */
	ADDRESS_5_FILLED,	/* the kernel filled it in; argument 6 points to the length */
	ADDRESS_MESSAGE,	/* in the struct msghdr that argument 2 points to */
};

struct call_shape {
	__u8 kind;		/* enum shape_kind */
	__u8 effects;		/* enum effect */
	__u8 fd;		/* enum argument: the descriptor that facts are of */
	__u8 first, first_base;	/* enum argument: path, and directory a relative one starts from */
	__u8 second, second_base;
	__u8 address;		/* enum address */
};

#define PATH_CALL(path, base) { .kind = SHAPE_PATH, .first = path, .first_base = base }
#define TWO_PATHS(path, base, path2, base2)                                                     \
	{ .kind = SHAPE_PATH, .first = path, .first_base = base, .second = path2, .second_base = base2 }
/* The open family has been brought to openat's order before its shape is looked at. */
#define OPEN_CALL { .kind = SHAPE_FILE, .fd = RESULT, .first = ARG2, .first_base = ARG1 }
#define FILE_CALL(descriptor) { .kind = SHAPE_FILE, .fd = descriptor }
#define SOCKET_CALL(descriptor, where) \
	{ .kind = SHAPE_SOCKET, .fd = descriptor, .address = where }
#define IDENTITY_CALL { .effects = EFFECT_IDENTITY }

static const struct call_shape call_shapes[SYSCALL_LIMIT] = {
	/* descriptors come to be */
	[__NR_open] = OPEN_CALL,
	[__NR_openat] = OPEN_CALL,
	[__NR_openat2] = OPEN_CALL,
	[__NR_creat] = OPEN_CALL,
	[__NR_open_by_handle_at] = FILE_CALL(RESULT),
	[__NR_memfd_create] = FILE_CALL(RESULT),
	[__NR_dup] = FILE_CALL(RESULT),
	[__NR_dup2] = FILE_CALL(RESULT),
	[__NR_dup3] = FILE_CALL(RESULT),
	[__NR_eventfd] = FILE_CALL(RESULT),
	[__NR_eventfd2] = FILE_CALL(RESULT),
	[__NR_epoll_create] = FILE_CALL(RESULT),
	[__NR_epoll_create1] = FILE_CALL(RESULT),
	[__NR_signalfd] = FILE_CALL(RESULT),
	[__NR_signalfd4] = FILE_CALL(RESULT),
	[__NR_timerfd_create] = FILE_CALL(RESULT),
	[__NR_inotify_init] = FILE_CALL(RESULT),
	[__NR_inotify_init1] = FILE_CALL(RESULT),
	[__NR_userfaultfd] = FILE_CALL(RESULT),
	[__NR_io_uring_setup] = FILE_CALL(RESULT),
	[__NR_pidfd_open] = FILE_CALL(RESULT),
	[__NR_pidfd_getfd] = FILE_CALL(RESULT),

	/* descriptors are used; close is reported by number, its descriptor is gone */
	[__NR_read] = FILE_CALL(ARG1),
	[__NR_write] = FILE_CALL(ARG1),
	[__NR_fcntl] = FILE_CALL(ARG1),		/* F_DUPFD: the result */
	[__NR_fchdir] = { .kind = SHAPE_FILE, .fd = ARG1, .effects = EFFECT_CWD },
	[__NR_fchmod] = FILE_CALL(ARG1),
	[__NR_fchown] = FILE_CALL(ARG1),
	[__NR_ftruncate] = FILE_CALL(ARG1),
	[__NR_fallocate] = FILE_CALL(ARG1),
	[__NR_fstat] = FILE_CALL(ARG1),
	[__NR_fstatfs] = FILE_CALL(ARG1),
	[__NR_fsync] = FILE_CALL(ARG1),
	[__NR_fdatasync] = FILE_CALL(ARG1),
	[__NR_flock] = FILE_CALL(ARG1),
	[__NR_lseek] = FILE_CALL(ARG1),
	[__NR_ioctl] = FILE_CALL(ARG1),
	[__NR_pread64] = FILE_CALL(ARG1),
	[__NR_pwrite64] = FILE_CALL(ARG1),
	[__NR_readv] = FILE_CALL(ARG1),
	[__NR_writev] = FILE_CALL(ARG1),
	[__NR_preadv] = FILE_CALL(ARG1),
	[__NR_pwritev] = FILE_CALL(ARG1),
	[__NR_preadv2] = FILE_CALL(ARG1),
	[__NR_pwritev2] = FILE_CALL(ARG1),
	[__NR_sendfile] = FILE_CALL(ARG1),
	[__NR_splice] = FILE_CALL(ARG3),
	[__NR_copy_file_range] = FILE_CALL(ARG3),
	[__NR_getdents] = FILE_CALL(ARG1),
	[__NR_getdents64] = FILE_CALL(ARG1),
	[__NR_fsetxattr] = FILE_CALL(ARG1),
	[__NR_fgetxattr] = FILE_CALL(ARG1),
	[__NR_flistxattr] = FILE_CALL(ARG1),
	[__NR_fremovexattr] = FILE_CALL(ARG1),
	[__NR_finit_module] = FILE_CALL(ARG1),
	[__NR_mmap] = FILE_CALL(ARG5),
	[__NR_fsconfig] = FILE_CALL(ARG1),
	[__NR_io_uring_enter] = FILE_CALL(ARG1),
	[__NR_io_uring_register] = FILE_CALL(ARG1),

	/* sockets */
	[__NR_socket] = SOCKET_CALL(RESULT, ADDRESS_NONE),
	[__NR_accept] = SOCKET_CALL(RESULT, ADDRESS_NONE),
	[__NR_accept4] = SOCKET_CALL(RESULT, ADDRESS_NONE),
	[__NR_connect] = SOCKET_CALL(ARG1, ADDRESS_2),
	[__NR_bind] = SOCKET_CALL(ARG1, ADDRESS_2),
	[__NR_listen] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_shutdown] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_getsockname] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_getpeername] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_setsockopt] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_getsockopt] = SOCKET_CALL(ARG1, ADDRESS_NONE),
	[__NR_sendto] = SOCKET_CALL(ARG1, ADDRESS_5),
	[__NR_recvfrom] = SOCKET_CALL(ARG1, ADDRESS_5_FILLED),
	[__NR_sendmsg] = SOCKET_CALL(ARG1, ADDRESS_MESSAGE),
	[__NR_recvmsg] = SOCKET_CALL(ARG1, ADDRESS_MESSAGE),
	/* of several messages, one record each */
	[__NR_sendmmsg] = SOCKET_CALL(ARG1, ADDRESS_MESSAGE),
	[__NR_recvmmsg] = SOCKET_CALL(ARG1, ADDRESS_MESSAGE),

	/* names are made, moved and removed */
	[__NR_unlink] = PATH_CALL(ARG1, CWD),
	[__NR_unlinkat] = PATH_CALL(ARG2, ARG1),
	[__NR_rmdir] = PATH_CALL(ARG1, CWD),
	[__NR_mkdir] = PATH_CALL(ARG1, CWD),
	[__NR_mkdirat] = PATH_CALL(ARG2, ARG1),
	[__NR_mknod] = PATH_CALL(ARG1, CWD),
	[__NR_mknodat] = PATH_CALL(ARG2, ARG1),
	[__NR_rename] = TWO_PATHS(ARG1, CWD, ARG2, CWD),
	[__NR_renameat] = TWO_PATHS(ARG2, ARG1, ARG4, ARG3),
	[__NR_renameat2] = TWO_PATHS(ARG2, ARG1, ARG4, ARG3),
	[__NR_link] = TWO_PATHS(ARG1, CWD, ARG2, CWD),
	[__NR_linkat] = TWO_PATHS(ARG2, ARG1, ARG4, ARG3),
	/* A link's target is a text, which starts from the link's own directory. */
	[__NR_symlink] = TWO_PATHS(ARG1, NONE, ARG2, CWD),
	[__NR_symlinkat] = TWO_PATHS(ARG1, NONE, ARG3, ARG2),

	/* owner, mode, times, attributes, size */
	[__NR_chmod] = PATH_CALL(ARG1, CWD),
	[__NR_fchmodat] = PATH_CALL(ARG2, ARG1),
	[__NR_fchmodat2] = PATH_CALL(ARG2, ARG1),
	[__NR_chown] = PATH_CALL(ARG1, CWD),
	[__NR_lchown] = PATH_CALL(ARG1, CWD),
	[__NR_fchownat] = PATH_CALL(ARG2, ARG1),
	[__NR_truncate] = PATH_CALL(ARG1, CWD),
	[__NR_utime] = PATH_CALL(ARG1, CWD),
	[__NR_utimes] = PATH_CALL(ARG1, CWD),
	[__NR_futimesat] = PATH_CALL(ARG2, ARG1),
	[__NR_utimensat] = PATH_CALL(ARG2, ARG1),
	[__NR_setxattr] = PATH_CALL(ARG1, CWD),
	[__NR_lsetxattr] = PATH_CALL(ARG1, CWD),
	[__NR_getxattr] = PATH_CALL(ARG1, CWD),
	[__NR_lgetxattr] = PATH_CALL(ARG1, CWD),
	[__NR_listxattr] = PATH_CALL(ARG1, CWD),
	[__NR_llistxattr] = PATH_CALL(ARG1, CWD),
	[__NR_removexattr] = PATH_CALL(ARG1, CWD),
	[__NR_lremovexattr] = PATH_CALL(ARG1, CWD),
	[__NR_setxattrat] = PATH_CALL(ARG2, ARG1),
	[__NR_getxattrat] = PATH_CALL(ARG2, ARG1),
	[__NR_listxattrat] = PATH_CALL(ARG2, ARG1),
	[__NR_removexattrat] = PATH_CALL(ARG2, ARG1),

	/* asked about */
	[__NR_access] = PATH_CALL(ARG1, CWD),
	[__NR_faccessat] = PATH_CALL(ARG2, ARG1),
	[__NR_faccessat2] = PATH_CALL(ARG2, ARG1),
	[__NR_stat] = PATH_CALL(ARG1, CWD),
	[__NR_lstat] = PATH_CALL(ARG1, CWD),
	[__NR_newfstatat] = PATH_CALL(ARG2, ARG1),
	[__NR_statx] = PATH_CALL(ARG2, ARG1),
	[__NR_statfs] = PATH_CALL(ARG1, CWD),
	[__NR_readlink] = PATH_CALL(ARG1, CWD),
	[__NR_readlinkat] = PATH_CALL(ARG2, ARG1),
	[__NR_name_to_handle_at] = PATH_CALL(ARG2, ARG1),
	[__NR_inotify_add_watch] = PATH_CALL(ARG2, CWD),
	[__NR_fanotify_mark] = PATH_CALL(ARG5, ARG4),

	/* mounts and directories of the process */
	[__NR_mount] = TWO_PATHS(ARG1, NONE, ARG2, CWD),	/* the source need not be a path */
	[__NR_umount2] = PATH_CALL(ARG1, CWD),
	[__NR_move_mount] = TWO_PATHS(ARG2, ARG1, ARG4, ARG3),
	[__NR_open_tree] = PATH_CALL(ARG2, ARG1),
	[__NR_open_tree_attr] = PATH_CALL(ARG2, ARG1),
	[__NR_fspick] = PATH_CALL(ARG2, ARG1),
	[__NR_mount_setattr] = PATH_CALL(ARG2, ARG1),
	[__NR_swapon] = PATH_CALL(ARG1, CWD),
	[__NR_swapoff] = PATH_CALL(ARG1, CWD),
	[__NR_acct] = PATH_CALL(ARG1, CWD),
	[__NR_chdir] = { .kind = SHAPE_PATH, .first = ARG1, .first_base = CWD_WHEN_FAILED,
			 .effects = EFFECT_CWD },
	[__NR_chroot] = { .kind = SHAPE_PATH, .first = ARG1, .first_base = CWD,
			  .effects = EFFECT_CWD | EFFECT_IDENTITY },
	[__NR_pivot_root] = { .kind = SHAPE_PATH, .first = ARG1, .first_base = CWD_WHEN_FAILED,
			      .second = ARG2, .second_base = CWD_WHEN_FAILED,
			      .effects = EFFECT_CWD },

	/* programs that did not start */
	[__NR_execve] = { .kind = SHAPE_EXEC, .first = ARG1, .first_base = CWD },
	[__NR_execveat] = { .kind = SHAPE_EXEC, .first = ARG2, .first_base = ARG1 },

	/* identity */
	[__NR_setuid] = IDENTITY_CALL,
	[__NR_setgid] = IDENTITY_CALL,
	[__NR_setreuid] = IDENTITY_CALL,
	[__NR_setregid] = IDENTITY_CALL,
	[__NR_setresuid] = IDENTITY_CALL,
	[__NR_setresgid] = IDENTITY_CALL,
	[__NR_setfsuid] = IDENTITY_CALL,
	[__NR_setfsgid] = IDENTITY_CALL,
	[__NR_setgroups] = IDENTITY_CALL,
	[__NR_capset] = IDENTITY_CALL,
	[__NR_setsid] = IDENTITY_CALL,
	[__NR_setpgid] = IDENTITY_CALL,
	[__NR_unshare] = IDENTITY_CALL,
	/* Into another mount namespace: root and working directory become its root. */
	[__NR_setns] = { .kind = SHAPE_FILE, .fd = ARG1, .effects = EFFECT_IDENTITY | EFFECT_CWD },
	[__NR_prctl] = { .effects = EFFECT_PRCTL },
};
