/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Which of a system call's arguments point to something that an event tells, one row a call. The pieces
 * stand in the order in which plugins/sources/syscall/params.ts reads them. Numbers are those of x86-64.
 */
#pragma once

#include "records.h"
#include "syscalls.h"

enum extra_kind {
	EXTRA_NONE = 0,
	EXTRA_BYTES,		/* `limit` bytes */
	EXTRA_TEXT,		/* up to a NUL */
	EXTRA_COUNTED,		/* `amount` times `unit` bytes, at most `limit` */
	EXTRA_FILLED,		/* as many bytes as `amount` points to, at most `limit` */
	EXTRA_SENT,		/* data: `amount` bytes, or as many as the result says */
	EXTRA_RECEIVED,		/* data: as many bytes as the result says */
	EXTRA_VECTOR,		/* data in an array of `amount` buffers; `unit` 1: received */
	EXTRA_MESSAGE,		/* data of a struct msghdr, or of the first of several; likewise */
	EXTRA_CONTROL,		/* control data of a struct msghdr */
	EXTRA_QUEUE,		/* of the listening socket in `from` */
	EXTRA_MADE,		/* two descriptors that the call made, and what they are */
	EXTRA_USAGE,		/* struct usage_facts of the caller */
	EXTRA_MOUNT,		/* of the mount behind the descriptor in `from`: `unit` (enum mount_fact) */
	EXTRA_WORDS,		/* texts in an array of pointers that ends with none, each with its NUL */
};

enum mount_fact {
	MOUNT_TYPE,		/* name of its type of file system */
	MOUNT_DEVICE,		/* what was mounted, as the kernel noted it */
	MOUNT_FACTS,		/* struct mount_facts */
};

struct extra_shape {
	__u8 kind;		/* enum extra_kind */
	__u8 from;		/* enum argument: the pointer */
	__u8 amount;		/* enum argument: how much there is */
	__u8 unit;
	__u16 limit;
	__u16 when_done;	/* 1: the kernel filled it in, so only when the call succeeded */
};

struct extra_shapes {
	struct extra_shape piece[EXTRA_PIECES];
};

/* Descriptors that a call names, beside the one that its record is of. */
struct other_descriptors {
	__u8 which[EXTRA_DESCRIPTORS];	/* enum argument */
};

static const struct other_descriptors other_descriptors[SYSCALL_LIMIT] = {
	/* directories that paths start from */
	[__NR_openat] = {{ ARG1 }},
	[__NR_openat2] = {{ ARG1 }},
	[__NR_open_by_handle_at] = {{ ARG1 }},
	[__NR_unlinkat] = {{ ARG1 }},
	[__NR_mkdirat] = {{ ARG1 }},
	[__NR_mknodat] = {{ ARG1 }},
	[__NR_symlinkat] = {{ ARG2 }},
	[__NR_renameat] = {{ ARG1, ARG3 }},
	[__NR_renameat2] = {{ ARG1, ARG3 }},
	[__NR_linkat] = {{ ARG1, ARG3 }},
	[__NR_fchmodat] = {{ ARG1 }},
	[__NR_fchmodat2] = {{ ARG1 }},
	[__NR_fchownat] = {{ ARG1 }},
	[__NR_newfstatat] = {{ ARG1 }},

	/* the other end, the original */
	[__NR_dup] = {{ ARG1 }},
	[__NR_dup2] = {{ ARG1, ARG2 }},		/* the second is the call's own, unless that failed */
	[__NR_dup3] = {{ ARG1, ARG2 }},
	[__NR_fcntl] = {{ ARG1, RESULT }},	/* whatever it returns, upstream takes for a descriptor */
	[__NR_sendfile] = {{ ARG2 }},
	[__NR_splice] = {{ ARG1 }},
	[__NR_copy_file_range] = {{ ARG1 }},
	[__NR_signalfd] = {{ ARG1 }},
	[__NR_signalfd4] = {{ ARG1 }},
	[__NR_pidfd_getfd] = {{ ARG1, ARG2 }},

	/* lists */
	[__NR_poll] = {{ POLLED }},
	[__NR_ppoll] = {{ POLLED }},

	/* pairs */
	[__NR_pipe] = {{ MADE_FIRST, MADE_SECOND }},
	[__NR_pipe2] = {{ MADE_FIRST, MADE_SECOND }},
	[__NR_socketpair] = {{ MADE_FIRST, MADE_SECOND }},
};

#define BYTES_IN(argument, size) { .kind = EXTRA_BYTES, .from = argument, .limit = size }
#define BYTES_OUT(argument, size) \
	{ .kind = EXTRA_BYTES, .from = argument, .limit = size, .when_done = 1 }
#define TEXT_IN(argument) { .kind = EXTRA_TEXT, .from = argument }
#define TEXT_OUT(argument) { .kind = EXTRA_TEXT, .from = argument, .when_done = 1 }
#define COUNTED(argument, count, size, most) \
	{ .kind = EXTRA_COUNTED, .from = argument, .amount = count, .unit = size, .limit = most }
#define FILLED(argument, length, most) \
	{ .kind = EXTRA_FILLED, .from = argument, .amount = length, .limit = most }
#define SENT(argument, length) { .kind = EXTRA_SENT, .from = argument, .amount = length }
#define RECEIVED(argument) { .kind = EXTRA_RECEIVED, .from = argument }
#define VECTOR_SENT(argument, count) { .kind = EXTRA_VECTOR, .from = argument, .amount = count }
#define VECTOR_RECEIVED(argument, count) \
	{ .kind = EXTRA_VECTOR, .from = argument, .amount = count, .unit = 1, .when_done = 1 }
#define MESSAGE_SENT(argument) { .kind = EXTRA_MESSAGE, .from = argument }
#define MESSAGE_RECEIVED(argument) \
	{ .kind = EXTRA_MESSAGE, .from = argument, .unit = 1, .when_done = 1 }
#define CONTROL_RECEIVED(argument) { .kind = EXTRA_CONTROL, .from = argument, .when_done = 1 }
#define QUEUE_OF(argument) { .kind = EXTRA_QUEUE, .from = argument, .when_done = 1 }
#define MADE(argument) { .kind = EXTRA_MADE, .from = argument }
#define USAGE { .kind = EXTRA_USAGE, .from = ARG1 }
#define MOUNT_FACT(argument, fact) { .kind = EXTRA_MOUNT, .from = argument, .unit = fact }
#define WORDS(argument) { .kind = EXTRA_WORDS, .from = argument }

#define POLL_LIMIT 16			/* struct pollfd, as many as upstream tells */
#define POLL_BYTES (POLL_LIMIT * 8)
#define OPTION_BYTES 4096
#define MODULE_BYTES 8192

static const struct extra_shapes extra_shapes[SYSCALL_LIMIT] = {
	/* data of files and sockets */
	[__NR_read] = {{ RECEIVED(ARG2) }},
	[__NR_pread64] = {{ RECEIVED(ARG2) }},
	[__NR_recvfrom] = {{ RECEIVED(ARG2) }},
	[__NR_write] = {{ SENT(ARG2, ARG3) }},
	[__NR_pwrite64] = {{ SENT(ARG2, ARG3) }},
	[__NR_sendto] = {{ SENT(ARG2, ARG3) }},
	[__NR_readv] = {{ VECTOR_RECEIVED(ARG2, ARG3) }},
	[__NR_preadv] = {{ VECTOR_RECEIVED(ARG2, ARG3) }},
	[__NR_preadv2] = {{ VECTOR_RECEIVED(ARG2, ARG3) }},
	[__NR_process_vm_readv] = {{ VECTOR_RECEIVED(ARG2, ARG3) }},
	[__NR_writev] = {{ VECTOR_SENT(ARG2, ARG3) }},
	[__NR_pwritev] = {{ VECTOR_SENT(ARG2, ARG3) }},
	[__NR_pwritev2] = {{ VECTOR_SENT(ARG2, ARG3) }},
	[__NR_process_vm_writev] = {{ VECTOR_SENT(ARG2, ARG3) }},
	[__NR_sendmsg] = {{ MESSAGE_SENT(ARG2) }},
	[__NR_recvmsg] = {{ MESSAGE_RECEIVED(ARG2), CONTROL_RECEIVED(ARG2) }},
	[__NR_sendmmsg] = {{ MESSAGE_SENT(ARG2) }},
	[__NR_recvmmsg] = {{ MESSAGE_RECEIVED(ARG2), CONTROL_RECEIVED(ARG2) }},
	[__NR_sendfile] = {{ BYTES_IN(ARG3, 8) }},

	/* descriptors that come in pairs, options, what is waited for */
	[__NR_pipe] = {{ MADE(ARG1) }},
	[__NR_pipe2] = {{ MADE(ARG1) }},
	[__NR_socketpair] = {{ MADE(ARG4) }},
	[__NR_accept] = {{ QUEUE_OF(ARG1) }},
	[__NR_accept4] = {{ QUEUE_OF(ARG1) }},
	[__NR_setsockopt] = {{ COUNTED(ARG4, ARG5, 1, OPTION_BYTES) }},
	[__NR_getsockopt] = {{ BYTES_IN(ARG5, 4), FILLED(ARG4, ARG5, OPTION_BYTES) }},
	[__NR_poll] = {{ COUNTED(ARG1, ARG2, 8, POLL_BYTES) }},
	[__NR_ppoll] = {{ COUNTED(ARG1, ARG2, 8, POLL_BYTES), BYTES_IN(ARG3, 16), BYTES_IN(ARG4, 8) }},

	/* texts and structures */
	[__NR_mount] = {{ TEXT_IN(ARG3) }},
	[__NR_move_mount] = {{ MOUNT_FACT(ARG1, MOUNT_TYPE), MOUNT_FACT(ARG1, MOUNT_DEVICE),
			       MOUNT_FACT(ARG1, MOUNT_FACTS) }},
	[__NR_getcwd] = {{ TEXT_OUT(ARG1) }},
	[__NR_memfd_create] = {{ TEXT_IN(ARG1) }},
	[__NR_init_module] = {{ COUNTED(ARG1, ARG2, 1, MODULE_BYTES), TEXT_IN(ARG3) }},
	[__NR_finit_module] = {{ TEXT_IN(ARG2) }},
	[__NR_delete_module] = {{ TEXT_IN(ARG1) }},
	[__NR_nanosleep] = {{ BYTES_IN(ARG1, 16) }},
	[__NR_getrlimit] = {{ BYTES_OUT(ARG2, 16) }},
	[__NR_setrlimit] = {{ BYTES_IN(ARG2, 16) }},
	[__NR_prlimit64] = {{ BYTES_IN(ARG3, 16), BYTES_OUT(ARG4, 16) }},
	[__NR_getresuid] = {{ BYTES_OUT(ARG1, 4), BYTES_OUT(ARG2, 4), BYTES_OUT(ARG3, 4) }},
	[__NR_getresgid] = {{ BYTES_OUT(ARG1, 4), BYTES_OUT(ARG2, 4), BYTES_OUT(ARG3, 4) }},
	[__NR_io_uring_setup] = {{ BYTES_IN(ARG2, 24) }},
	[__NR_ptrace] = {{ BYTES_OUT(ARG4, 8) }},
	[__NR_prctl] = {{ TEXT_IN(ARG2), BYTES_OUT(ARG2, 4) }},
	[__NR_semop] = {{ COUNTED(ARG2, ARG3, 6, 12) }},
	[__NR_fsconfig] = {{ TEXT_IN(ARG3), TEXT_OUT(ARG4), COUNTED(ARG4, ARG5, 1, OPTION_BYTES) }},
	[__NR_quotactl] = {{ TEXT_IN(ARG2), TEXT_IN(ARG4), BYTES_IN(ARG4, 72) }},
	[__NR_keyctl] = {{ TEXT_IN(ARG2), TEXT_IN(ARG3), TEXT_IN(ARG4) }},

	/* memory */
	[__NR_mmap] = {{ USAGE }},
	[__NR_munmap] = {{ USAGE }},
	[__NR_brk] = {{ USAGE }},
	[__NR_fork] = {{ USAGE }},
	[__NR_vfork] = {{ USAGE }},
	[__NR_clone] = {{ USAGE }},
	[__NR_clone3] = {{ USAGE }},
	/* that failed */
	[__NR_execve] = {{ USAGE, WORDS(ARG2), WORDS(ARG3) }},
	[__NR_execveat] = {{ USAGE, WORDS(ARG3), WORDS(ARG4) }},
};
