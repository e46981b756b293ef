/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What was opened, and what user space has answered about it: entries, how they are found, compared and
 * replaced. What they are for, and why comparing this is enough, says filter.h.
 */
#pragma once

#include "call.h"

#define VERDICTS 1024			/* of each CPU */
#define VERDICT_BITS 10
#define VERDICT_PATH 128
#define VERDICT_STEPS 16
#define QUESTION_NAMES_SHIFT 28		/* of `names` in the number of a question */
#define MET_BEFORE_ASKING 2		/* for each of `names` */
#define CREDIT 4			/* of what is opened over and over, while much else is opened once */
#define DCACHE_OP_HASH 1		/* linux v6.8 include/linux/dcache.h */

struct verdict {			/* 192 bytes */
	__u64 answered_ns;		/* user space: `asked_ns` when no rule can match */
	__u64 asked_ns;			/* boot time of the record that asks; 0: no record has yet */
	__u64 file_print;		/* of the error when the call failed */
	__u64 base_print;		/* 0: the path is absolute */
	__u64 call;			/* call_key() */
	__u64 flags;			/* flags_key() */
	__u32 generation;
	__u32 length;			/* of the path as given */
	char given[VERDICT_PATH];
	__u16 names;			/* so many last names may be others; the path ends before them */
	__u16 created;			/* the call made the file */
	__u16 credit;			/* so many others that would take its place have to go without */
	__u16 met;			/* so often, while nothing has been asked */
};

/* User space sizes it for the CPUs there may be, and maps it to write answers. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, VERDICTS);
	__type(key, __u32);
	__type(value, struct verdict);
} verdicts SEC(".maps");

/* The same as walk_steps() leaves in walk->print, without copying names; 0 when there is none. What is in a
 * tree that is mounted nowhere has no entry, but could have the print of one, when the tree's root is a directory
 * of its file system and so is the root of some mount namespace. All that is read is a number to the verifier, so that it can be mixed. How names are hashed is the same in all of a file
 * system, so the first of its dentries tells. */
static __always_inline __u64 print_from(__u64 mount, __u64 dentry, __u64 mount_root)
{
	__u64 print = PRINT_START;
	bool first = true;

#pragma clang loop unroll(disable)
	for (int i = 0; i < VERDICT_STEPS; i++) {
		__u64 parent, outer;

		if (dentry == mount_root) {
			mount = CONTAINER(struct mount, mnt, mount);
			outer = read_u64(AT(struct mount, mount, mnt_parent));
			if (!outer || outer == mount) {
				if (read_u64(AT(struct dentry, dentry, d_parent)) != dentry &&
				    is_detached(mount))
					return 0;
				return print == PRINT_START ? 0 : print;
			}
			dentry = read_u64(AT(struct mount, mount, mnt_mountpoint));
			mount = AT(struct mount, outer, mnt);
			mount_root = read_u64(AT(struct vfsmount, mount, mnt_root));
			first = true;
			continue;
		}
		parent = read_u64(AT(struct dentry, dentry, d_parent));
		if (!parent || parent == dentry)
			return 0;
		if (first && GET(struct dentry, dentry, d_flags) & DCACHE_OP_HASH)
			return 0;
		first = false;
		print = mix_print(print, dentry, read_u64(AT(struct dentry, dentry, d_name)));
		dentry = parent;
	}
	return 0;
}

static __always_inline __u64 print_of(__u64 path)
{
	__u64 mount = read_u64(AT(struct path, path, mnt));

	return print_from(mount, read_u64(AT(struct path, path, dentry)),
			  read_u64(AT(struct vfsmount, mount, mnt_root)));
}

/* Stands for the file when there is none. */
static __always_inline __u64 print_of_error(__s32 error)
{
	return mix_print(PRINT_START, error, 1);
}

/* A call by the number that the program used, and whether it was a 32-bit one. */
static __always_inline __u64 call_key(__u32 native, bool compat)
{
	return native | (__u64)compat << 32;
}

/* What a file was opened with; `args` are in openat's order. */
static __always_inline __u64 flags_key(const __u64 *args)
{
	return (__u32)args[2] | args[3] << 32;
}

struct opening {
	__u64 file_print, base_print;	/* file_print: of the directory when `names` is not 0 */
	__u64 call, flags;
	__u32 length;			/* of the path as given */
	__u16 names, created;		/* see struct verdict */
};

static __always_inline struct verdict *verdict_of(const struct opening *opening, __u32 *index)
{
	__u64 mix = mix_print(opening->file_print ^ opening->base_print, opening->flags,
			      opening->call ^ (__u64)opening->names << 40);

	*index = bpf_get_smp_processor_id() * VERDICTS + (mix >> (64 - VERDICT_BITS));
	return bpf_map_lookup_elem(&verdicts, index);
}

/* But for the path as given. */
static __always_inline bool agrees(const struct verdict *verdict, const struct opening *opening)
{
	return verdict->file_print == opening->file_print &&
	       verdict->base_print == opening->base_print && verdict->call == opening->call &&
	       verdict->flags == opening->flags && verdict->generation == filter_generation &&
	       verdict->names == opening->names && verdict->created == opening->created;
}

/* `given` is the path, of which as much counts as the opening says. */
static __always_inline bool is_about(const struct verdict *verdict, const struct opening *opening,
				     const char *given)
{
	return agrees(verdict, opening) && verdict->length == opening->length &&
	       same_bytes(verdict->given, given, opening->length, VERDICT_PATH);
}

static __always_inline bool is_answered(const struct verdict *verdict)
{
	return verdict->asked_ns && verdict->answered_ns == verdict->asked_ns;
}

/* Whether user space has answered that no rule can match this. */
static __always_inline bool is_left_out(const struct opening *opening, const char *given)
{
	struct verdict *verdict;
	__u32 index;

	verdict = verdict_of(opening, &index);
	if (!verdict || !is_answered(verdict) || !is_about(verdict, opening, given))
		return false;
	verdict->credit = CREDIT;
	return true;
}

/* Gives the entry's place to another opening, about which nothing has been asked. */
static __always_inline void remember(struct verdict *verdict, const struct opening *opening,
				     const char *given)
{
	verdict->asked_ns = 0;
	verdict->credit = verdict->met = 0;
	verdict->file_print = opening->file_print;
	verdict->base_print = opening->base_print;
	verdict->call = opening->call;
	verdict->flags = opening->flags;
	verdict->generation = filter_generation;
	verdict->length = opening->length;
	verdict->names = opening->names;
	verdict->created = opening->created;
	bpf_probe_read_kernel(verdict->given, VERDICT_PATH, given);
}

/* Remembers the opening that a record of `boot_ns` is of, or takes note that it came again; gives the number of
 * the question about it, 0 when there is nothing to ask. */
static __always_inline __u32 question_of(const struct opening *opening, const char *given,
					 __u64 boot_ns)
{
	struct verdict *verdict;
	__u32 index;

	verdict = verdict_of(opening, &index);
	if (!verdict)
		return 0;
	if (!is_about(verdict, opening, given)) {
		if (verdict->credit && verdict->generation == filter_generation &&
		    (is_answered(verdict) || verdict->names))
			verdict->credit--;
		else
			remember(verdict, opening, given);
		return 0;
	}
	/* A directory that rules ask about keeps its place, so that it is not asked about again and again. */
	if (verdict->names)
		verdict->credit = CREDIT;
	if (verdict->asked_ns || ++verdict->met < opening->names * MET_BEFORE_ASKING)
		return 0;
	verdict->asked_ns = boot_ns;
	return (index + 1) | (__u32)opening->names << QUESTION_NAMES_SHIFT;
}
