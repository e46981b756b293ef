/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Files opened again and again that no rule can match: left out before a record is made.
 *
 * The probe knows no rules. It remembers what was opened (`struct verdict`) and, when the same comes a
 * second time, numbers the question in the record. User space judges the record's names by the loaded
 * rules and, where none can match, answers by storing the question's time. From then on the probe
 * leaves out what agrees with the entry in all that the answer depends on:
 *
 *   the call, its flags and mode, its error, whether it made the file           compared
 *   the path as given                                                           compared byte by byte
 *   the directory a relative path starts from, the file's own path              by their prints
 *
 * A print is a mix of (address, salted hash and length of the name) of all dentries from the file up to
 * the top of its mount namespace, in the order in which walk_step() copies their names. What is compared
 * belongs to dentries that are alive now, so it does not matter whether those of the entry still are,
 * nor how often anything was renamed or mounted meanwhile: equal prints mean that every name up to the
 * root has the same hash under a parent at the same address, hence is the same name. An entry is made
 * from the very walk that gave the record its path, never from another look at the file.
 *
 * Not remembered: paths of 128 bytes and more, more than 16 names or mount points, files without a path
 * (pipes, memfd), and file systems that hash names in a way of their own (where case does not count).
 * An entry is of one CPU, which alone writes it but for the answer. A new `filter_generation`, which
 * comes with every set of rules, makes all entries worthless at once.
 */
#pragma once

#include "call.h"

#define VERDICTS 1024			/* of each CPU */
#define VERDICT_BITS 10
#define VERDICT_PATH 128
#define VERDICT_STEPS 16
#define CREDIT 4			/* of what is opened over and over, while much else is opened once */
#define DCACHE_OP_HASH 1		/* linux v6.8 include/linux/dcache.h */
#define O_ACCMODE 3
#define O_PATH 010000000

struct verdict {			/* 192 bytes */
	__u64 answered_ns;		/* user space: `asked_ns` when no rule can match */
	__u64 asked_ns;			/* boot time of the record that asks; 0: no record has yet */
	__u64 file_print;		/* of the error when the call failed */
	__u64 base_print;		/* 0: the path is absolute */
	__u32 generation;
	__u32 native;			/* number as the program used it */
	__u32 flags, mode;
	__u16 compat;
	__u16 created;			/* the call made the file */
	__u32 length;			/* of the path as given */
	char given[VERDICT_PATH];
	__u32 credit;			/* so many others that would take its place have to go without */
	__u32 _pad;
};

/* User space sizes it for the CPUs there may be, and maps it to write answers. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, VERDICTS);
	__type(key, __u32);
	__type(value, struct verdict);
} verdicts SEC(".maps");

/* The same as walk_steps() leaves in walk->print, without copying names; 0 when there is none. All that is
 * read is a number to the verifier, so that it can be mixed. */
static __always_inline __u64 print_of(__u64 path)
{
	__u64 mount = read_u64(AT(struct path, path, mnt));
	__u64 dentry = read_u64(AT(struct path, path, dentry));
	__u64 mount_root = read_u64(AT(struct vfsmount, mount, mnt_root)), print = PRINT_START;

#pragma clang loop unroll(disable)
	for (int i = 0; i < VERDICT_STEPS; i++) {
		__u64 parent, outer;

		if (dentry == mount_root) {
			mount = CONTAINER(struct mount, mnt, mount);
			outer = read_u64(AT(struct mount, mount, mnt_parent));
			if (!outer || outer == mount)
				return print;
			dentry = read_u64(AT(struct mount, mount, mnt_mountpoint));
			mount = AT(struct mount, outer, mnt);
			mount_root = read_u64(AT(struct vfsmount, mount, mnt_root));
			continue;
		}
		parent = read_u64(AT(struct dentry, dentry, d_parent));
		if (!parent || parent == dentry ||
		    GET(struct dentry, dentry, d_flags) & DCACHE_OP_HASH)
			return 0;
		print = mix_print(print, dentry, read_u64(AT(struct dentry, dentry, d_name)));
		dentry = parent;
	}
	return 0;
}

/* Stands for the file when there is none. */
static __always_inline __u64 print_of_error(__s32 error)
{
	return mix_print(PRINT_START, error, 1);
}

static __always_inline struct verdict *verdict_of(const struct call *call, const __u64 *args,
						  __u64 file_print, __u64 base_print, __u32 *index)
{
	__u64 mix = mix_print(file_print ^ base_print, args[2], call->number);

	*index = bpf_get_smp_processor_id() * VERDICTS + (mix >> (64 - VERDICT_BITS));
	return bpf_map_lookup_elem(&verdicts, index);
}

struct opening {
	__u64 file_print, base_print;
	__u32 length;			/* of the path at the start of the file record's strings */
	__u16 created;
};

static __always_inline bool is_about(const struct verdict *verdict, const struct call *call,
				     const union event_slot *slot, const struct opening *opening)
{
	const __u64 *args = slot->call.args;

	return verdict->file_print == opening->file_print &&
	       verdict->base_print == opening->base_print &&
	       verdict->generation == filter_generation && verdict->native == call->native &&
	       verdict->compat == call->compat && verdict->flags == (__u32)args[2] &&
	       verdict->mode == (__u32)args[3] && verdict->created == opening->created &&
	       verdict->length == opening->length &&
	       same_bytes(verdict->given, slot->file.data, opening->length, VERDICT_PATH);
}

static __always_inline bool is_answered(const struct verdict *verdict)
{
	return verdict->asked_ns && verdict->answered_ns == verdict->asked_ns;
}

/* Whether user space has answered that no rule can match this. A global function, for the reason of
 * walk_path(); arguments lie in the slot. */
__noinline int is_known_open(__u32 number, __u32 native, __u32 compat, __s32 fd)
{
	const struct call call = { .number = number, .native = native, .compat = compat };
	union event_slot *slot = event_slot();
	struct opening opening = {};
	struct verdict *verdict;
	__u64 file, fs;
	__u32 index;
	long size;

	if (!slot)
		return 0;
	if (fd >= 0) {
		file = file_of(fd);
		if (!file)
			return 0;
		opening.file_print = print_of(AT(struct file, file, f_path));
		opening.created = !!(GET(struct file, file, f_mode) & FMODE_CREATED);
	} else {
		opening.file_print = print_of_error(fd);
	}
	if (!opening.file_print)
		return 0;
	size = bpf_probe_read_user_str(slot->file.data, VERDICT_PATH, (void *)slot->call.args[1]);
	if (size < 2 || size >= VERDICT_PATH)
		return 0;
	opening.length = size - 1;
	if (slot->file.data[0] != '/') {
		fd = slot->call.args[0];
		if (fd == AT_FDCWD) {
			fs = GET(struct task_struct, bpf_get_current_task(), fs);
			opening.base_print = print_of(AT(struct fs_struct, fs, pwd));
		} else {
			opening.base_print = print_of(AT(struct file, file_of(fd), f_path));
		}
		if (!opening.base_print)
			return 0;
	}
	verdict = verdict_of(&call, slot->call.args, opening.file_print, opening.base_print, &index);
	if (!verdict || !is_answered(verdict) || !is_about(verdict, &call, slot, &opening))
		return 0;
	verdict->credit = CREDIT;
	return 1;
}

/* Whether to leave out a call that somebody wants in general; its arguments are in the slot. */
static __always_inline bool left_out(union event_slot *slot, const struct call *call,
				     const struct call_shape *shape)
{
	__u64 number = call->number, flags = slot->call.args[2];
	__u8 wanted;

	if (shape->kind != SHAPE_FILE || !shape->first)
		return false;
	MASK(number, SYSCALL_LIMIT - 1);
	wanted = interest[number];
	if (wanted & INTEREST_NO_READERS && !(flags & (O_ACCMODE | O_PATH)))
		return true;
	if (!config.filter)
		return false;
	return is_known_open(number, call->native, call->compat, call->result);
}

/* Remembers the open that the slot's record is of, whose strings are complete, and gives the number of
 * the question to put into the record; 0 when there is nothing to ask. */
static __always_inline __u32 question(union event_slot *slot, const struct call *call,
				      const struct opening *opening)
{
	struct verdict *verdict;
	__u32 index;

	if (!config.filter || !opening->file_print || !opening->length ||
	    opening->length >= VERDICT_PATH ||
	    (slot->file.data[0] != '/' && !opening->base_print))
		return 0;
	verdict = verdict_of(call, slot->call.args, opening->file_print, opening->base_print, &index);
	if (!verdict)
		return 0;
	if (is_about(verdict, call, slot, opening)) {
		if (verdict->asked_ns)
			return 0;
		verdict->asked_ns = slot->header.boot_ns;
		return index + 1;
	}
	if (verdict->credit && is_answered(verdict) && verdict->generation == filter_generation) {
		verdict->credit--;
		return 0;
	}
	verdict->asked_ns = 0;
	verdict->credit = 0;
	verdict->file_print = opening->file_print;
	verdict->base_print = opening->base_print;
	verdict->generation = filter_generation;
	verdict->native = call->native;
	verdict->compat = call->compat;
	verdict->flags = slot->call.args[2];
	verdict->mode = slot->call.args[3];
	verdict->created = opening->created;
	verdict->length = opening->length;
	bpf_probe_read_kernel(verdict->given, VERDICT_PATH, slot->file.data);
	return 0;
}
