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
 * the last but one does; NO_NAME where that and what follows are not all plain names. */
__noinline int last_names(__u32 length)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 last = 0, before = NO_NAME;
	bool has_slash = false;
	const char *path;

	if (!slot || !walk || length >= VERDICT_PATH)
		return 0;
	path = slot->file.data;
	walk->last_name = walk->name_before = NO_NAME;
#pragma clang loop unroll(disable)
	for (__u32 i = 1; i < VERDICT_PATH; i++) {
		__u64 at = length - i;

		if (i > length) {
			if (has_slash)
				before = 0;
			break;
		}
		MASK(at, VERDICT_PATH - 1);
		if (path[at] != '/')
			continue;
		if (has_slash) {
			before = at + 1;
			break;
		}
		last = at + 1;
		has_slash = true;
	}
	if (!is_plain_name(path, last, length))
		return 0;
	walk->last_name = last;
	if (before != NO_NAME && is_plain_name(path, before, last - 1))
		walk->name_before = before;
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

/* Whether what is_known_open() has just looked at lies in a directory, or below one, of which user space has
 * answered that no rule can match anything there. */
__noinline int is_in_known_directory(__u32 number, __u32 native, __u32 compat, __s32 fd)
{
	const struct call call = { .number = number, .native = native, .compat = compat };
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct opening opening = {};
	__u64 file = 0;

	if (!slot || !walk || !walk->given_length)
		return 0;
	/* Where rules want what is opened, looking for more than the file itself is in vain. */
	if (++walk->misses > MISSES_IN_A_ROW && walk->misses % MISSES_LOOKED_AT)
		return 0;
	if (fd >= 0) {
		file = file_of(fd);
		opening.created = !!(GET(struct file, file, f_mode) & FMODE_CREATED);
	}
	opening.base_print = walk->given_base_print;
	last_names(walk->given_length);
	if (walk->last_name == NO_NAME || walk->given_length - walk->last_name < END_BYTES ||
	    ends_watched(slot->file.data, walk->given_length, file))
		return 0;
	for (__u32 names = 1; names <= 2; names++) {
		if (!(answered_names & 1 << names))
			continue;
		opening.names = names;
		opening.length = names == 1 ? walk->last_name : walk->name_before;
		if (opening.length == NO_NAME)
			return 0;
		opening.file_print = fd >= 0 ? print_above(AT(struct file, file, f_path), names)
					     : print_of_error(fd);
		if (opening.file_print && is_left_out(&call, slot, &opening)) {
			walk->misses = 0;
			return 1;
		}
	}
	return 0;
}

/* A question about the directory of the opening that the slot's record is of, or the one above that. A global
 * function, for the reason of walk_path(). */
__noinline int directory_question(__u32 created)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct opening opening = { .created = created };
	struct call call;
	__u32 asked;

	if (!slot || !walk || ++walk->records % RECORDS_LOOKED_AT)
		return 0;
	call = call_in(slot);
	opening.base_print = walk->base_print;
	last_names(slot->file.given_length);
	for (__u32 names = 1; names <= 2; names++) {
		opening.names = names;
		opening.length = names == 1 ? walk->last_name : walk->name_before;
		if (opening.length == NO_NAME)
			return 0;
		if (call.failed)
			opening.file_print = print_of_error(call.result);
		else if (walk->names >= names)
			opening.file_print = walk->print_above[names == 1 ? 0 : 1];
		else
			return 0;
		asked = question_of(slot, &call, &opening);
		if (asked)
			return asked;
	}
	return 0;
}
