/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * One system call at its end: number, arguments, result, and the strings its arguments point to.
 */
#pragma once

#include "file.h"
#include "registers.h"
#include "socketcall.h"
#include "syscalls.h"

#define AT_FDCWD -100
#define O_ACCMODE 3
#define O_CREAT 0100
#define O_DIRECTORY 0200000
#define O_PATH 010000000
#define O_TMPFILE 020000000
/* What of its flags a file goes on telling, whatever becomes of it. */
#define FLAGS_OF_FILE (O_ACCMODE | O_DIRECTORY | O_PATH | O_TMPFILE)
#define IA32_NR_OLDUMOUNT 22		/* umount() */
#define CREAT_FLAGS 01101		/* O_CREAT | O_WRONLY | O_TRUNC */

struct call {
	__u32 number;			/* 64-bit number, or at least SYSCALL_LIMIT */
	__u32 native;
	__s64 result;
	bool compat;
	bool failed;
};

static __always_inline struct call call_of(struct pt_regs *regs, long result)
{
	struct call call = {
		.native = native_number(regs),
		.result = result,
		.compat = is_compat_call(),
		.failed = result < 0 && result >= -MAX_ERRNO,
	};
	__u64 native = call.native;

	if (!call.compat) {
		call.number = plain_number(call.native);
		return call;
	}
	call.number = COMPAT_UNKNOWN;
	if (native == IA32_NR_SOCKETCALL) {
		__u64 args[6];

		read_arguments(regs, true, args);
		call.number = socketcall_number(args[0]);
	} else if (native < SYSCALL_LIMIT) {
		MASK(native, SYSCALL_LIMIT - 1);
		call.number = compat_syscalls[native];
	}
	return call;
}

/* Brings the open family to openat's order; what openat2 and clone3 have in memory comes to the
 * registers. A program can change its memory meanwhile, or lose it by the very call: whether a file was
 * opened for writing, as a directory, or was made says the file. */
static __always_inline void normalize(const struct call *call, __u64 *args)
{
	switch (call->number) {
	case __NR_open:
	case __NR_creat:
		args[3] = call->number == __NR_open ? args[2] : args[1];
		args[2] = call->number == __NR_open ? args[1] : CREAT_FLAGS;
		args[1] = args[0];
		args[0] = AT_FDCWD;
		args[4] = args[5] = 0;
		break;
	case __NR_openat:
		args[4] = args[5] = 0;
		break;
	case __NR_openat2: {
		__u64 how[3] = {}, file = call->failed ? 0 : file_of(call->result);

		bpf_probe_read_user(how, sizeof(how), (void *)args[2]);
		if (file)
			how[0] = (how[0] & ~FLAGS_OF_FILE) |
				 (GET(struct file, file, f_flags) & FLAGS_OF_FILE);
		args[2] = how[0];
		args[3] = how[1];
		args[4] = how[2];
		args[5] = 0;
		return;
	}
	case __NR_umount2:
		if (call->compat && call->native == IA32_NR_OLDUMOUNT)
			args[1] = 0;		/* it takes no flags */
		return;
	case __NR_clone3: {
		__u64 flags = 0;

		bpf_probe_read_user(&flags, sizeof(flags), (void *)args[0]);
		args[0] = flags;
		return;
	}
	default:
		return;
	}
	if (!(args[2] & (O_CREAT | O_TMPFILE)))
		args[3] = 0;		/* not an argument then, but whatever the register held */
}

static __always_inline void load_arguments(__u64 *args, const struct call *call,
					   struct pt_regs *regs)
{
	read_arguments(regs, call->compat, args);
	if (call->compat && call->native == IA32_NR_SOCKETCALL)
		socketcall_arguments(args);
	normalize(call, args);
}

static __always_inline void start_call(union event_slot *slot, const struct call *call, __u16 kind)
{
	start_record(&slot->header, kind, call->number, call->result);
	slot->header.native_syscall = call->native;
	if (call->compat)
		slot->header.flags = HEADER_COMPAT;
}

/* The argument an `enum argument` names. */
static __always_inline __u64 argument(const union event_slot *slot, __u64 which)
{
	which -= ARG1;
	MASK(which, 7);
	return slot->call.args[which];
}

/* The descriptor of a call, -1 when the call should have made it and failed. */
static __always_inline __s32 descriptor(const union event_slot *slot, const struct call *call,
					__u8 which)
{
	if (which == RESULT)
		return call->failed ? -1 : call->result;
	return which ? argument(slot, which) : -1;
}

/* Appends a path the program passed; returns its length. Memory that is not there now gives an
 * empty path and the mark `unreadable`, and counts as failed unless the kernel could not read it either, or
 * needed none: futimens() passes no path, mount() of what is mounted no source. move_mount takes no path at all for
 * an empty one, since 6.15. */
static __always_inline __u64 put_given(union event_slot *slot, const struct call *call, char *data,
				       __u64 at, __u8 which, enum header_flags unreadable)
{
	__u64 length, pointer = argument(slot, which);
	long size;

	MASK(at, EVENT_DATA_MASK);
	size = bpf_probe_read_user_str(data + at, GIVEN_LIMIT, (void *)pointer);
	if (size < 1) {
		if (call->number == __NR_move_mount && !call->failed && !pointer)
			return 0;
		if (pointer && !call->failed)
			count_failed(CLASS_FILE);
		slot->header.flags |= unreadable;
		return 0;
	}
	length = size - 1;
	if (size == GIVEN_LIMIT)
		slot->header.flags |= HEADER_TRUNCATED;
	MASK(length, 0x1fff);
	return length;
}

/* Appends the directory that the path at `given_at` starts from, when it starts from one; an empty
 * path may stand for the directory's descriptor itself (AT_EMPTY_PATH). */
static __always_inline __u64 put_base(union event_slot *slot, const struct call *call,
				      struct walk *walk, char *data, __u64 given_at,
				      __u64 given_length, __u8 which, enum header_flags unreadable)
{
	__u64 at = given_at + given_length, path, file;
	__s32 fd = AT_FDCWD;

	if (which == NONE || config.resolve < RESOLVE_PATH)
		return 0;
	if (which == CWD_WHEN_FAILED && !call->failed)
		return 0;
	if (which <= ARG6)
		fd = argument(slot, which);
	MASK(given_at, EVENT_DATA_MASK);
	if (given_length ? data[given_at] == '/' :
			   fd == AT_FDCWD || slot->header.flags & unreadable)
		return 0;
	if (fd == AT_FDCWD) {
		path = AT(struct fs_struct, GET(struct task_struct, bpf_get_current_task(), fs), pwd);
	} else {
		file = file_of(fd);
		if (!file)
			return 0;
		path = AT(struct file, file, f_path);
	}
	walk_from(walk, WALK_SYS_EXIT, path);
	walk->base_print = walk->print;
	MASK(at, EVENT_DATA_MASK);
	return copy_walked(walk, &slot->header, data + at);
}

/* The call whose header and arguments are in the slot. */
static __always_inline struct call call_in(const union event_slot *slot)
{
	struct call call = {
		.native = slot->header.native_syscall,
		.result = slot->header.result,
		.compat = slot->header.flags & HEADER_COMPAT,
	};
	__u64 number = slot->header.syscall;

	MASK(number, SYSCALL_LIMIT - 1);
	call.number = number;
	call.failed = call.result < 0 && call.result >= -MAX_ERRNO;
	return call;
}
