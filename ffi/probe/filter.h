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
 * What never comes twice is remembered by its directory: an entry with `names` 1 is about all files there
 * that are opened in this way, one with 2 about all files in any directory below it. Compared is the path as
 * given up to its last names, which must be plain ones (neither empty nor . and not ending in ..), and the
 * print of the directory the file is in, or of the one above that. A question about a directory is asked
 * once it has been met some times. Its answer holds whatever the names are, but for those whose last bytes are among
 * `watched_ends`, that is, end as some text does that a rule holds against paths.
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
#define QUESTION_NAMES_SHIFT 28		/* of `names` in the number of a question */
#define MET_BEFORE_ASKING 2		/* for each of `names` */
#define RECORDS_LOOKED_AT 4		/* one in so many, for questions about directories */
#define MISSES_IN_A_ROW 32		/* after so many a look for a directory is taken */
#define MISSES_LOOKED_AT 8		/* at one in so many */
#define CREDIT 4			/* of what is opened over and over, while much else is opened once */
#define DCACHE_OP_HASH 1		/* linux v6.8 include/linux/dcache.h */
#define NO_NAME (~0u)
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
	__u16 credit;			/* so many others that would take its place have to go without */
	__u16 met;			/* so often, while nothing has been asked */
	__u32 names;			/* so many last names may be others; the path ends before them */
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
static __always_inline __u64 print_from(__u64 mount, __u64 dentry, __u64 mount_root)
{
	__u64 print = PRINT_START;

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

static __always_inline __u64 print_of(__u64 path)
{
	__u64 mount = read_u64(AT(struct path, path, mnt));

	return print_from(mount, read_u64(AT(struct path, path, dentry)),
			  read_u64(AT(struct vfsmount, mount, mnt_root)));
}

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

/* Stands for the file when there is none. */
static __always_inline __u64 print_of_error(__s32 error)
{
	return mix_print(PRINT_START, error, 1);
}

struct opening {
	__u64 file_print, base_print;	/* file_print: of the directory when `names` is not 0 */
	__u32 length;			/* of the path at the start of the file record's strings */
	__u32 names;			/* see struct verdict */
	__u16 created;
};

static __always_inline struct verdict *verdict_of(const struct call *call, const __u64 *args,
						  const struct opening *opening, __u32 *index)
{
	__u64 mix = mix_print(opening->file_print ^ opening->base_print, args[2],
			      call->number | (__u64)opening->names << 32);

	*index = bpf_get_smp_processor_id() * VERDICTS + (mix >> (64 - VERDICT_BITS));
	return bpf_map_lookup_elem(&verdicts, index);
}

static __always_inline bool is_about(const struct verdict *verdict, const struct call *call,
				     const union event_slot *slot, const struct opening *opening)
{
	const __u64 *args = slot->call.args;

	return verdict->file_print == opening->file_print &&
	       verdict->base_print == opening->base_print &&
	       verdict->generation == filter_generation && verdict->native == call->native &&
	       verdict->compat == call->compat && verdict->flags == (__u32)args[2] &&
	       verdict->mode == (__u32)args[3] && verdict->created == opening->created &&
	       verdict->length == opening->length && verdict->names == opening->names &&
	       same_bytes(verdict->given, slot->file.data, opening->length, VERDICT_PATH);
}

static __always_inline bool is_answered(const struct verdict *verdict)
{
	return verdict->asked_ns && verdict->answered_ns == verdict->asked_ns;
}

/* Whether user space has answered that no rule can match this. */
static __always_inline bool is_left_out(const struct call *call, const union event_slot *slot,
					const struct opening *opening)
{
	struct verdict *verdict;
	__u32 index;

	verdict = verdict_of(call, slot->call.args, opening, &index);
	if (!verdict || !is_answered(verdict) || !is_about(verdict, call, slot, opening))
		return false;
	verdict->credit = CREDIT;
	return true;
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

/* Whether user space has answered that no rule can match this opening. A global function, for the reason of
 * walk_path(); arguments lie in the slot. */
__noinline int is_known_open(__u32 number, __u32 native, __u32 compat, __s32 fd)
{
	const struct call call = { .number = number, .native = native, .compat = compat };
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct opening opening = {};
	__u64 file, fs;
	long size;

	if (!slot || !walk)
		return 0;
	walk->given_length = 0;
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
	walk->given_length = opening.length;
	walk->given_base_print = opening.base_print;
	return is_left_out(&call, slot, &opening);
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
	return is_known_open(number, call->native, call->compat, call->result) ||
	       (answered_names &&
		is_in_known_directory(number, call->native, call->compat, call->result));
}

/* Gives the entry's place to another opening, about which nothing has been asked. */
static __always_inline void remember(struct verdict *verdict, const struct call *call,
				     const union event_slot *slot, const struct opening *opening)
{
	verdict->asked_ns = 0;
	verdict->credit = verdict->met = 0;
	verdict->file_print = opening->file_print;
	verdict->base_print = opening->base_print;
	verdict->generation = filter_generation;
	verdict->native = call->native;
	verdict->compat = call->compat;
	verdict->flags = slot->call.args[2];
	verdict->mode = slot->call.args[3];
	verdict->created = opening->created;
	verdict->length = opening->length;
	verdict->names = opening->names;
	bpf_probe_read_kernel(verdict->given, VERDICT_PATH, slot->file.data);
}

/* Remembers the open that the slot's record is of, whose strings are complete, and gives the number of
 * the question to put into the record; 0 when there is nothing to ask. */
static __always_inline __u32 question_of(union event_slot *slot, const struct call *call,
					 const struct opening *opening)
{
	struct verdict *verdict;
	__u32 index;

	verdict = verdict_of(call, slot->call.args, opening, &index);
	if (!verdict)
		return 0;
	if (!is_about(verdict, call, slot, opening)) {
		if (verdict->credit && verdict->generation == filter_generation &&
		    (is_answered(verdict) || verdict->names))
			verdict->credit--;
		else
			remember(verdict, call, slot, opening);
		return 0;
	}
	/* A directory that rules ask about keeps its place, so that it is not asked about again and again. */
	if (verdict->names)
		verdict->credit = CREDIT;
	if (verdict->asked_ns || ++verdict->met < opening->names * MET_BEFORE_ASKING)
		return 0;
	verdict->asked_ns = slot->header.boot_ns;
	return (index + 1) | opening->names << QUESTION_NAMES_SHIFT;
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

/* Likewise, first about the file itself. */
static __always_inline __u32 question(union event_slot *slot, const struct call *call,
				      const struct opening *opening)
{
	__u32 asked;

	if (!config.filter || !opening->file_print || !opening->length ||
	    opening->length >= VERDICT_PATH ||
	    (slot->file.data[0] != '/' && !opening->base_print))
		return 0;
	asked = question_of(slot, call, opening);
	return asked ? asked : (__u32)directory_question(opening->created);
}
