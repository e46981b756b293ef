/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * The kernel's own name of a file: from a dentry up to the root of its mount namespace. The names
 * are written from right to left, so that the path ends where the buffer does:
 *
 *   bytes  [ ................ /jail/etc/passwd ]
 *                             ^    ^           ^
 *                             at   root_at     PATH_BUFFER
 *
 * `root_at` is where the task's own root was met (chroot); the same string serves both views.
 * A tree that is mounted nowhere (open_tree, or unmounted while in use) has its path in its file system.
 * Nothing is locked: a rename during the walk can give a mixture of the old path and the new.
 */
#pragma once

#include "emit.h"

#define PATH_BUFFER 4096
#define PATH_SLACK 264			/* the verifier sees names begin anywhere and be 255 long */
#define NAME_LIMIT 255
#ifdef CAST
#define WALK_STEPS 2200			/* 4096 / 2 names, and some mount points */
#define CGROUP_STEPS 65536		/* each level has a list of those above it: so many are many gigabytes */
#else
#define WALK_STEPS 256
#define CGROUP_STEPS 256
#endif

enum walk_flags {
	WALK_TOP = 1,			/* reached the root of a mount namespace, or of a detached mount */
	WALK_ROOT = 2,			/* passed the task's own root */
	WALK_PSEUDO = 4,		/* a dentry without parent that is no mount's root: pipe, memfd, … */
	WALK_CUT = 8,			/* buffer full or out of steps */
	WALK_DETACHED = 16,		/* went on above the root of a mount that is nowhere */
};

enum walk_slot {
	WALK_SYS_EXIT,			/* one for each program, which may interrupt each other */
	WALK_EXEC,
	WALK_SLOTS,
};

/* All state of a walk lies in a map: what is loaded from there is an unknown number to the
 * verifier, so that every step looks the same to it and it need not follow each one. */
struct walk {
	__u64 mount;			/* struct vfsmount */
	__u64 dentry;
	__u64 mount_root;		/* dentry */
	__u64 root_mount, root_dentry;	/* of the task */
	__u32 at;
	__u32 root_at;
	__u32 flags;			/* enum walk_flags */
	__u32 _pad;
	__u64 read[3];			/* d_parent, d_name */
	__u64 file;			/* may_write()'s argument */
	__u64 task;			/* report_other_identity()'s */
	__u64 low, high;		/* in_groups()'s */
	__u64 print;			/* of the names copied, see filter.h */
	__u64 print_above[2];		/* likewise, without the last name and without the last two */
	__u64 base_print;		/* put_base()'s */
	__u32 names;			/* copied so far */
	__u32 last_name, name_before;	/* last_names()'s */
	__u32 given_length;		/* is_known_below_base()'s */
	__u32 misses, records;		/* is_in_known_directory()'s and directory_question()'s */
	__u64 given_base_print;
	char bytes[PATH_BUFFER + PATH_SLACK];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WALK_SLOTS);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

static __always_inline struct walk *walk_slot(enum walk_slot slot)
{
	__u32 index = slot;

	return bpf_map_lookup_elem(&walks, &index);
}

#define PRINT_START 0x9e3779b97f4a7c15ull

static __always_inline __u64 mix_print(__u64 print, __u64 one, __u64 other)
{
	print = (print ^ one) * 0xff51afd7ed558ccdull;
	print = (print ^ print >> 32 ^ other) * 0xc4ceb9fe1a85ec53ull;
	return print ^ print >> 29;
}

/* Puts `length` bytes of a name in front of the path, whole words where that is cheaper. */
static __always_inline void put_name(char *to, __u64 length, __u64 name)
{
#ifdef CAST
	if (length - 1 < 8) {		/* one load, merged so that the bytes behind it stay */
		__u64 mask = ~0ull >> (64 - length * 8), *word = (__u64 *)to;

		*word = (*word & ~mask) | (GET(struct qstr, name, hash_len) & mask);
		return;
	}
#endif
	bpf_probe_read_kernel(to, length, (void *)name);
}

/* Whether a mount at the top has no place: in no namespace, or in one that only holds it together. */
static __always_inline bool is_detached(__u64 mount)
{
	__u64 namespace = GET(struct mount, mount, mnt_ns);

	if (!namespace)
		return true;
	if (bpf_core_field_exists(struct mnt_namespace___before_6_18, seq))
		return !GET(struct mnt_namespace___before_6_18, namespace, seq);
	if (bpf_core_field_exists(struct mnt_namespace___since_6_18, ns.ns_id))
		return !GET(struct mnt_namespace___since_6_18, namespace, ns.ns_id);
	return false;
}

/* At the top of all mounts: whether there are more names, of the file system itself. */
static __always_inline bool goes_on_above(struct walk *walk, __u64 mount)
{
	__u64 super;

	if (walk->flags & (WALK_ROOT | WALK_DETACHED) || !is_detached(mount))
		return false;
	super = GET(struct dentry, walk->dentry, d_sb);
	walk->mount_root = GET(struct super_block, super, s_root);
	walk->flags |= WALK_DETACHED;
	return true;
}

/* One name or one mount point; 1 ends the walk. */
static __always_inline long walk_step(struct walk *walk)
{
	__u64 dentry = walk->dentry, parent, name, hash_length, length, at;
	bool parentless;
	char *to;

	if (dentry == walk->root_dentry && walk->mount == walk->root_mount) {
		walk->root_at = walk->at;
		walk->flags |= WALK_ROOT;
	}
	if (dentry == walk->mount_root) {
		__u64 mount = CONTAINER(struct mount, mnt, walk->mount);
		__u64 outer = GET(struct mount, mount, mnt_parent);

		if (!outer || outer == mount) {
			if (goes_on_above(walk, mount))
				return 0;
			walk->flags |= WALK_TOP;
			return 1;
		}
		walk->dentry = GET(struct mount, mount, mnt_mountpoint);
		walk->mount = AT(struct mount, outer, mnt);
		walk->mount_root = GET(struct vfsmount, walk->mount, mnt_root);
		return 0;
	}
#ifdef CAST
	parent = GET(struct dentry, dentry, d_parent);
	name = GET(struct dentry, dentry, d_name.name);
	hash_length = GET(struct dentry, dentry, d_name.hash_len);
#else
	if (bpf_core_field_offset(struct dentry, d_name) ==
	    bpf_core_field_offset(struct dentry, d_parent) + 8) {
		bpf_probe_read_kernel(walk->read, 24, (void *)AT(struct dentry, dentry, d_parent));
	} else {
		bpf_probe_read_kernel(walk->read, 8, (void *)AT(struct dentry, dentry, d_parent));
		bpf_probe_read_kernel(walk->read + 1, 16, (void *)AT(struct dentry, dentry, d_name));
	}
	parent = walk->read[0];
	hash_length = walk->read[1];
	name = walk->read[2];
#endif
	length = hash_length >> 32;
	parentless = !parent || parent == dentry;
	if (length > NAME_LIMIT)
		length = NAME_LIMIT;
	at = walk->at;
	if (at < length + 1) {
		walk->flags |= WALK_CUT;
		return 1;
	}
	at -= length + !parentless;
	walk->at = at;
	MASK(at, PATH_BUFFER - 1);
	MASK(length, NAME_LIMIT);
	to = walk->bytes + at;
	if (!parentless)
		*to++ = '/';
	put_name(to, length, name);
	walk->print = mix_print(walk->print, dentry, hash_length);
	if (walk->names > 0)
		walk->print_above[0] = mix_print(walk->print_above[0], dentry, hash_length);
	if (walk->names > 1)
		walk->print_above[1] = mix_print(walk->print_above[1], dentry, hash_length);
	walk->names++;
	walk->dentry = parent;
	if (parentless) {
		walk->flags |= WALK_PSEUDO;
		return 1;
	}
	return 0;
}

/* Repeats `step` until it gives 1. Kernels before 5.13 refuse an object that so much as mentions a
 * callback, so the object for them has none, and what it repeats is followed by the verifier step by
 * step: limits there are lower. */
#ifdef CAST
struct walk_context {
	struct walk *walk;
};

#define DEFINE_LOOP(name, step, steps)                                     \
	static long name##_callback(__u32 index, struct walk_context *context) \
	{                                                                  \
		return step(context->walk);                                \
	}                                                                  \
	static __always_inline void name(struct walk *walk)                \
	{                                                                  \
		struct walk_context context = { walk };                    \
		if (bpf_loop(steps, name##_callback, &context, 0) >= steps)        \
			walk->flags |= WALK_CUT;                           \
	}
#else
#define DEFINE_LOOP(name, step, steps)                                     \
	static __always_inline void name(struct walk *walk)                \
	{                                                                  \
		_Pragma("clang loop unroll(disable)")                      \
		for (int i = 0; i < steps; i++)                            \
			if (step(walk))                                    \
				return;                                    \
		walk->flags |= WALK_CUT;                                   \
	}
#endif

DEFINE_LOOP(walk_steps, walk_step, WALK_STEPS)

/* Walks from walk->mount and walk->dentry, which the caller has set. A global function: the verifier
 * follows it once, however many call it, and what comes after a call not once for each way out of it.
 * Such a function can only take numbers; addresses are handed over in the map. */
__noinline int walk_path(__u32 slot)
{
	struct walk *walk = bpf_map_lookup_elem(&walks, &slot);
	__u64 fs;

	if (!walk)
		return 0;
	fs = GET(struct task_struct, bpf_get_current_task(), fs);
	walk->root_mount = GET(struct fs_struct, fs, root.mnt);
	walk->root_dentry = GET(struct fs_struct, fs, root.dentry);
	walk->mount_root = GET(struct vfsmount, walk->mount, mnt_root);
	walk->at = walk->root_at = PATH_BUFFER;
	walk->flags = 0;
	walk->print = walk->print_above[0] = walk->print_above[1] = PRINT_START;
	walk->names = 0;
	walk_steps(walk);
	if (walk->flags & (WALK_PSEUDO | WALK_CUT | WALK_DETACHED) || walk->print == PRINT_START)
		walk->print = walk->names = 0;
	if (walk->at == PATH_BUFFER && !(walk->flags & WALK_PSEUDO)) {
		walk->at = PATH_BUFFER - 1;
		walk->bytes[PATH_BUFFER - 1] = '/';
		walk->root_at = walk->at;
	}
	return 0;
}

/* Walks a `struct path` that lies at an address. */
static __always_inline void walk_from(struct walk *walk, __u32 slot, __u64 path)
{
	walk->mount = GET(struct path, path, mnt);
	walk->dentry = GET(struct path, path, dentry);
	walk_path(slot);
}

static __always_inline __u64 walk_length(struct walk *walk)
{
	return PATH_BUFFER - walk->at;
}

/* How many first bytes of the path are the task's own root. */
static __always_inline __u16 walk_root_length(struct walk *walk)
{
	return walk->flags & WALK_ROOT ? walk->root_at - walk->at : 0;
}

/* Copies the walked path to `to`, which has room for 4096 bytes; returns its length. */
static __always_inline __u64 copy_walked(struct walk *walk, struct record_header *header, char *to)
{
	__u64 at = walk->at, length;

	if (walk->flags & WALK_CUT)
		header->flags |= HEADER_TRUNCATED;
	if (at >= PATH_BUFFER)
		return 0;
	MASK(at, PATH_BUFFER - 1);
	length = PATH_BUFFER - at;
	bpf_probe_read_kernel(to, length, walk->bytes + at);
	return length;
}

/* Whether the path walked last equals the one given, which lies at the start of the file record's
 * strings. Longer ones than 256 bytes are not compared: then the path is simply sent. Both buffers
 * have room behind what is compared. A global function, for the reason of walk_path(). */
__noinline int walked_equals_given(__u32 slot, __u32 length)
{
	struct walk *walk = bpf_map_lookup_elem(&walks, &slot);
	union event_slot *record = event_slot();
	const char *walked, *given;
	__u64 at;

	if (!walk || !record || length > 256 || length != walk_length(walk))
		return 0;
	at = walk->at;
	MASK(at, PATH_BUFFER - 1);
	walked = walk->bytes + at;
	given = record->file.data;
	return same_bytes(given, walked, length, 256);
}
