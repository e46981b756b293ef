/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Openings of names that never come again, known by their directory: see filter.h.
 */
#pragma once

#include "verdict.h"

#define RECORDS_LOOKED_AT 4		/* one in so many, for questions about directories */
#define MISSES_IN_A_ROW 32		/* after so many a look for a directory is taken */
#define MISSES_LOOKED_AT 8		/* at one in so many */
#define NO_NAME (~0u)

/* Of the directory that many names above, which must be in the same mount. */
static __always_inline __u64 print_above(__u64 path, __u32 names)
{
	__u64 mount = read_u64(AT(struct path, path, mnt));
	__u64 dentry = read_u64(AT(struct path, path, dentry));
	__u64 mount_root = read_u64(AT(struct vfsmount, mount, mnt_root));

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 2; i++) {
		if (i >= names)
			break;
		if (dentry == mount_root ||
		    GET(struct dentry, dentry, d_flags) & DCACHE_OP_HASH)
			return 0;
		dentry = read_u64(AT(struct dentry, dentry, d_parent));
	}
	return print_from(mount, dentry, mount_root);
}

/* Not empty, not . and not ending in .. */
static __always_inline bool is_plain_name(const char *path, __u64 start, __u64 end)
{
	__u64 last = end - 1, before = end - 2;

	MASK(start, VERDICT_PATH - 1);
	MASK(last, VERDICT_PATH - 1);
	MASK(before, VERDICT_PATH - 1);
	if (end - start < 2)
		return end > start && path[start] != '.';
	return path[last] != '.' || path[before] != '.';
}

/* Leaves in the walk where the last name of the path at the start of the slot's strings begins, and where
 * the last but one does, if there is one. Without branches on what is read, of which the verifier would follow
 * every combination; a global function, so that what follows is not looked at for every length. */
__noinline int find_last_names(__u32 length)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 last = 0, before = NO_NAME, is_slash;

	if (!slot || !walk)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < VERDICT_PATH; i++) {
		if (i >= length)
			break;
		/* all bits or none */
		is_slash = -((((__u64)(__u8)slot->file.data[i] ^ '/') - 1) >> 63);
		before ^= (before ^ last) & is_slash;
		last ^= (last ^ (i + 1)) & is_slash;
	}
	walk->last_name = last;
	walk->name_before = before;
	return 0;
}

/* The same, but NO_NAME where that and what follows are not all plain names. */
__noinline int last_names(__u32 length)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	const char *path;

	if (!slot || !walk)
		return 0;
	if (length < VERDICT_PATH) {
		find_last_names(length);
		path = slot->file.data;
		if (is_plain_name(path, walk->last_name, length)) {
			if (walk->name_before != NO_NAME &&
			    !is_plain_name(path, walk->name_before, walk->last_name - 1))
				walk->name_before = NO_NAME;
			return 0;
		}
	}
	walk->last_name = walk->name_before = NO_NAME;
	return 0;
}

/* A name's last bytes, in the order of the name; ffi/probe_settings.ts does the same. */
static __always_inline bool is_watched_end(__u32 one, __u32 two, __u32 three)
{
	__u64 bit = (one | two << 8 | three << 16) * 0x9e3779b1u >> 16, at = bit >> 3;

	MASK(at, WATCHED_ENDS / 8 - 1);
	return watched_ends[at] >> (bit & 7) & 1;
}

/* Whether the name that a verdict would leave open ends as one that rules ask for, or is too short to tell. */
static __always_inline bool ends_watched(const char *given, __u64 length, __u64 file)
{
	__u64 dentry, size, at = length - 3, next = length - 2, last = length - 1;
	__u8 end[4] = {};

	MASK(at, VERDICT_PATH - 1);
	MASK(next, VERDICT_PATH - 1);
	MASK(last, VERDICT_PATH - 1);
	if (is_watched_end((__u8)given[at], (__u8)given[next], (__u8)given[last]))
		return true;
	if (!file)
		return false;
	dentry = GET(struct file, file, f_path.dentry);
	size = read_u64(AT(struct dentry, dentry, d_name)) >> 32;
	if (size < END_BYTES)
		return true;
	if (bpf_probe_read_kernel(end, END_BYTES,
				  (void *)(GET(struct dentry, dentry, d_name.name) + size - END_BYTES)))
		return true;
	return is_watched_end(end[0], end[1], end[2]);
}

/* Whether what is_known_below_base() has just looked at lies so many `names` below a directory of which user
 * space has answered that no rule can match anything there. A global function, for the reason of walk_path(). */
__noinline int is_below_known(__u64 call, __s32 fd, __u32 names)
{
	struct opening opening = { .call = call, .names = names };
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 file;

	if (!slot || !walk)
		return 0;
	opening.length = names == 1 ? walk->last_name : walk->name_before;
	if (opening.length == NO_NAME)
		return 0;
	opening.flags = flags_key(slot->call.args);
	opening.base_print = walk->given_base_print;
	if (fd >= 0) {
		file = file_of(fd);
		opening.created = !!(GET(struct file, file, f_mode) & FMODE_CREATED);
		opening.file_print = print_above(AT(struct file, file, f_path), names);
	} else {
		opening.file_print = print_of_error(fd);
	}
	return opening.file_print && is_left_out(&opening, slot->file.data);
}

/* Whether it does for any number of names that there are answers for. */
__noinline int is_in_known_directory(__u64 call, __s32 fd)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);

	if (!slot || !walk || !walk->given_length)
		return 0;
	/* Where rules want what is opened, looking for more than the file itself is in vain. */
	if (++walk->misses > MISSES_IN_A_ROW && walk->misses % MISSES_LOOKED_AT)
		return 0;
	last_names(walk->given_length);
	if (walk->last_name == NO_NAME || walk->given_length - walk->last_name < END_BYTES ||
	    ends_watched(slot->file.data, walk->given_length, fd >= 0 ? file_of(fd) : 0))
		return 0;
	if ((answered_names & 1 << 1 && is_below_known(call, fd, 1)) ||
	    (answered_names & 1 << 2 && is_below_known(call, fd, 2))) {
		walk->misses = 0;
		return 1;
	}
	return 0;
}

/* A question about the directory that many names above the opening that the slot's record is of. */
__noinline int question_above(__u32 created, __u32 names)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct opening opening = { .created = created, .names = names };
	struct call call;

	if (!slot || !walk)
		return 0;
	call = call_in(slot);
	opening.call = call_key(call.native, call.compat);
	opening.flags = flags_key(slot->call.args);
	opening.length = names == 1 ? walk->last_name : walk->name_before;
	if (opening.length == NO_NAME)
		return 0;
	opening.base_print = walk->base_print;
	if (call.failed)
		opening.file_print = print_of_error(call.result);
	else if (walk->names > names)
		opening.file_print = walk->print_above[names == 1 ? 0 : 1];
	else
		return 0;
	return question_of(&opening, slot->file.data, slot->header.boot_ns);
}

/* The first question there is about any of them. */
__noinline int directory_question(__u32 created)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u32 asked;

	if (!slot || !walk || ++walk->records % RECORDS_LOOKED_AT)
		return 0;
	last_names(slot->file.given_length);
	asked = question_above(created, 1);
	return asked ? asked : (__u32)question_above(created, 2);
}
