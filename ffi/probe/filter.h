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
 * root has the same hash under a parent at the same address, hence is the same name but for chance: hashes
 * have 32 bits, and a salt that no program knows. An entry is made
 * from the very walk that gave the record its path, never from another look at the file.
 *
 * What never comes twice is remembered by its directory: an entry with `names` 1 is about all files there
 * that are opened in this way, one with 2 about all files in any directory below it. Compared is the path as
 * given up to its last names, which must be plain ones (neither empty nor . and not ending in ..), and the
 * print of the directory the file is in, or of the one above that. A question about a directory is asked
 * once it has been met some times. Its answer holds whatever the names are, but for those whose last bytes are among
 * `watched_ends`, that is, end as some text does that a rule holds against paths.
 *
 * Not remembered: paths of 128 bytes and more, more than 16 names or mount points, files without a path
 * (pipes, memfd), file systems that hash names in a way of their own (where case does not count), what starts
 * from the root itself, and what is in a tree that is mounted nowhere.
 * An entry is of one CPU, which alone writes it but for the answer. A new `filter_generation`, which
 * comes with every set of rules, makes all entries worthless at once.
 */
#pragma once

#include "directory.h"
#include "verdict.h"

/* What `fd` shows of an opening: the file, or the error. False when nothing can be said about it. */
static __always_inline bool look_at_opened(struct opening *opening, __s32 fd)
{
	__u64 file;

	if (fd < 0) {
		opening->file_print = print_of_error(fd);
		return true;
	}
	file = file_of(fd);
	if (!file)
		return false;
	opening->file_print = print_of(AT(struct file, file, f_path));
	opening->created = !!(GET(struct file, file, f_mode) & FMODE_CREATED);
	return opening->file_print;
}

/* Whether user space has answered that no rule can match this opening, the path at `path` being absolute. This is
 * asked at every open, before anything else is done about it: what agrees with an entry so far tells how much
 * of the path to read. A global function, for the reason of walk_path(). */
__noinline int is_known_open(__u64 path, __u64 call, __u64 flags, __s32 fd)
{
	struct opening opening = { .call = call, .flags = flags };
	union event_slot *slot;
	struct verdict *verdict;
	__u64 length;
	__u32 index;

	if (!look_at_opened(&opening, fd))
		return 0;
	verdict = verdict_of(&opening, &index);
	if (!verdict || !is_answered(verdict) || !agrees(verdict, &opening))
		return 0;
	slot = event_slot();
	length = verdict->length;
	if (!slot || length >= VERDICT_PATH)
		return 0;
	CLAMP(length, VERDICT_PATH - 1);
	/* One byte more than the path and the zero behind it, so that a longer one gives another size. */
	if (bpf_probe_read_user_str(slot->file.data, length + 2, (void *)path) !=
		    (long)length + 1 ||
	    !same_bytes(verdict->given, slot->file.data, length, VERDICT_PATH))
		return 0;
	verdict->credit = CREDIT;
	return 1;
}

/* The same for a relative path. Leaves in the slot and the walk the path as given, and where it starts from. */
__noinline int is_known_below_base(__u32 native, __u32 compat, __s32 fd)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct opening opening = {};
	__u64 base, fs;
	__s32 directory;
	long size;

	if (!slot || !walk)
		return 0;
	walk->given_length = 0;
	walk->given_base_print = 0;
	size = bpf_probe_read_user_str(slot->file.data, VERDICT_PATH, (void *)slot->call.args[1]);
	if (size < 2 || size >= VERDICT_PATH)
		return 0;
	if (slot->file.data[0] == '/') {
		walk->given_length = size - 1;
		return 0;
	}
	directory = slot->call.args[0];
	if (directory == AT_FDCWD) {
		fs = GET(struct task_struct, bpf_get_current_task(), fs);
		opening.base_print = print_of(AT(struct fs_struct, fs, pwd));
	} else {
		base = file_of(directory);
		opening.base_print = base ? print_of(AT(struct file, base, f_path)) : 0;
	}
	if (!opening.base_print || !look_at_opened(&opening, fd))
		return 0;
	opening.call = call_key(native, compat);
	opening.flags = flags_key(slot->call.args);
	opening.length = size - 1;
	walk->given_length = opening.length;
	walk->given_base_print = opening.base_print;
	return is_left_out(&opening, slot->file.data);
}

/* Whether to leave out a call that somebody wants in general: asked before its arguments are loaded. */
static __always_inline bool left_out_at_once(const struct call *call, const struct call_shape *shape,
					     struct pt_regs *regs)
{
	__u64 number = call->number, args[6];

	if (shape->kind != SHAPE_FILE || !shape->first)
		return false;
	read_arguments(regs, call->compat, args);
	normalize(call, args);
	MASK(number, SYSCALL_LIMIT - 1);
	if (interest[number] & INTEREST_NO_READERS && !(args[2] & (O_ACCMODE | O_PATH)))
		return true;
	return config.filter &&
	       is_known_open(args[1], call_key(call->native, call->compat), flags_key(args),
			     call->result);
}

/* The same with what takes longer to find out; its arguments are in the slot. */
static __always_inline bool left_out(union event_slot *slot, const struct call *call,
				     const struct call_shape *shape)
{
	if (shape->kind != SHAPE_FILE || !shape->first || !config.filter)
		return false;
	return is_known_below_base(call->native, call->compat, call->result) ||
	       (answered_names &&
		is_in_known_directory(call_key(call->native, call->compat), call->result));
}

/* Remembers the open that the slot's record is of, whose strings are complete, and gives the number of the
 * question to put into the record, about the file or its directory; 0 when there is nothing to ask. */
static __always_inline __u32 question(union event_slot *slot, const struct call *call,
				      struct opening *opening)
{
	const char *given = slot->file.data;
	__u32 asked;

	if (!config.filter || !opening->file_print || !opening->length ||
	    opening->length >= VERDICT_PATH || (given[0] != '/' && !opening->base_print))
		return 0;
	opening->call = call_key(call->native, call->compat);
	opening->flags = flags_key(slot->call.args);
	asked = question_of(opening, given, slot->header.boot_ns);
	return asked ? asked : (__u32)directory_question(opening->created);
}
