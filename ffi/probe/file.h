/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What a descriptor refers to: inode, device, times, layer, writability.
 */
#pragma once

#include "path_walk.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IMMUTABLE (1 << 3)		/* linux v6.8 include/linux/fs.h */
#define SB_RDONLY 1
#define MNT_READONLY 0x40		/* linux v6.8 include/linux/mount.h */
#define FMODE_CREATED (1 << 20)		/* since 4.19, linux v6.8 include/linux/fs.h */
#define OVERLAYFS_MAGIC 0x794c7630
#define PIDFS_MAGIC 0x50494446		/* since 6.9, whose inodes know their pid */
#define CAP_DAC_OVERRIDE 1
#define CTIME_QUERIED (1u << 31)	/* a mark in i_ctime_nsec, linux v6.13 include/linux/fs.h */
#define NS_PER_SECOND 1000000000ull

/* `struct file` behind a descriptor of the current task, 0 when there is none. */
static __always_inline __u64 file_of(__s32 fd)
{
	__u64 files = GET(struct task_struct, bpf_get_current_task(), files);
	__u64 table = GET(struct files_struct, files, fdt);

	if (fd < 0 || (__u32)fd >= GET(struct fdtable, table, max_fds))
		return 0;
	return read_u64(GET(struct fdtable, table, fd) + (__u64)(__u32)fd * 8);
}

static __always_inline __u64 timespec_ns(__u64 address)
{
	struct timespec64 time = {};

	bpf_probe_read_kernel(&time, sizeof(time), (void *)address);
	return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

static __always_inline __u64 ctime_ns(__u64 inode)
{
	if (bpf_core_field_exists(struct inode___since_6_11, i_ctime_sec))
		return GET(struct inode___since_6_11, inode, i_ctime_sec) * NS_PER_SECOND +
		       (GET(struct inode___since_6_11, inode, i_ctime_nsec) & ~CTIME_QUERIED);
	if (bpf_core_field_exists(struct inode___before_6_11, __i_ctime))
		return timespec_ns(AT(struct inode___before_6_11, inode, __i_ctime));
	return timespec_ns(AT(struct inode___before_6_6, inode, i_ctime));
}

static __always_inline __u64 mtime_ns(__u64 inode)
{
	if (bpf_core_field_exists(struct inode___since_6_11, i_mtime_sec))
		return GET(struct inode___since_6_11, inode, i_mtime_sec) * NS_PER_SECOND +
		       GET(struct inode___since_6_11, inode, i_mtime_nsec);
	if (bpf_core_field_exists(struct inode___before_6_11, __i_mtime))
		return timespec_ns(AT(struct inode___before_6_11, inode, __i_mtime));
	return timespec_ns(AT(struct inode___before_6_7, inode, i_mtime));
}

/* Overlayfs is often a module, whose types vmlinux does not have; but its inode has been followed
 * directly by the upper dentry since 4.19 (fs/overlayfs/ovl_entry.h, struct ovl_inode). */
static __always_inline __u16 overlay_layer(__u64 inode)
{
	__u64 upper = read_u64(inode + bpf_core_type_size(struct inode));

	return upper && GET(struct dentry, upper, d_inode) ? FILE_OVERLAY_UPPER : FILE_OVERLAY_LOWER;
}

/* memfd_create() names its files "memfd:…" and gives them no parent. */
static __always_inline bool is_memfd(__u64 dentry)
{
	char prefix[8] = {};

	if (GET(struct dentry, dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel(prefix, 6, (void *)GET(struct dentry, dentry, d_name.name));
	return prefix[0] == 'm' && prefix[1] == 'e' && prefix[2] == 'm' && prefix[3] == 'f' &&
	       prefix[4] == 'd' && prefix[5] == ':';
}

static __always_inline void file_facts(struct file_facts *facts, __u64 file)
{
	__u64 inode, super, dentry;
	__u16 flags = FILE_KNOWN;

	__builtin_memset(facts, 0, sizeof(*facts));
	if (!file)
		return;
	inode = GET(struct file, file, f_inode);
	super = GET(struct inode, inode, i_sb);
	dentry = GET(struct file, file, f_path.dentry);
	facts->inode = GET(struct inode, inode, i_ino);
	facts->ctime_ns = ctime_ns(inode);
	facts->mtime_ns = mtime_ns(inode);
	facts->device = GET(struct super_block, super, s_dev);
	facts->magic = GET(struct super_block, super, s_magic);
	facts->open_flags = GET(struct file, file, f_flags);
	facts->links = GET(struct inode, inode, i_nlink);
	facts->mode = GET(struct inode, inode, i_mode);
	if (GET(struct file, file, f_mode) & FMODE_CREATED)
		flags |= FILE_CREATED;
	if (facts->magic == OVERLAYFS_MAGIC)
		flags |= overlay_layer(inode);
	if (!GET(struct dentry, dentry, d_hash.pprev)) {
		/* Not in the name cache: unlinked, or never had a name. */
		if (GET(struct dentry, dentry, d_parent) != dentry)
			flags |= FILE_DELETED;
		else if (is_memfd(dentry))
			flags |= FILE_MEMFD;
	}
	facts->flags = flags;
	if (facts->magic == PIDFS_MAGIC)
		facts->pid = GET(struct upid, AT(struct pid, GET(struct inode, inode, i_private), numbers), nr);
}

/* Walks the file's path and notes what came of it in `flags`. */
static __always_inline void walk_file(struct walk *walk, __u32 slot, __u64 file, __u16 *flags)
{
	walk_from(walk, slot, AT(struct file, file, f_path));
	if (walk->flags & WALK_PSEUDO)
		*flags |= FILE_PSEUDO;
	else if (walk->flags & WALK_CUT)
		*flags |= FILE_PATH_TRUNCATED;
	else if (!(walk->flags & WALK_ROOT))
		*flags |= FILE_OUTSIDE;
}

/* Whether a group is the current task's own or among its supplementary ones, which are sorted and
 * at most 65536. The bounds of the search lie in a map for the same reason as a walk's state. */
static __always_inline bool in_groups(struct walk *walk, __u64 cred, __u32 gid)
{
	__u64 groups = read_u64(AT(struct cred, cred, group_info));

	if (GET(struct cred, cred, fsgid.val) == gid)
		return true;
	walk->low = 0;
	walk->high = GET(struct group_info, groups, ngroups);
#pragma clang loop unroll(disable)
	for (int step = 0; step < 17; step++) {
		__u64 low = walk->low, high = walk->high, middle = (low + high) / 2;
		__u32 found = 0;

		if (low >= high)
			return false;
		bpf_probe_read_kernel(&found, sizeof(found),
				      (void *)(AT(struct group_info, groups, gid) + middle * 4));
		if (found == gid)
			return true;
		if (found < gid)
			walk->low = middle + 1;
		else
			walk->high = middle;
	}
	return false;
}

/* Whether an id exists in a user namespace. Maps of more than five ranges lie elsewhere and count
 * as holding every id. */
static __always_inline bool is_mapped(__u64 map, __u32 id)
{
	__u32 count = GET(struct uid_gid_map, map, nr_extents);

	if (count > 5)
		return true;
	for (__u32 i = 0; i < 5 && i < count; i++) {
		struct uid_gid_extent extent = {};

		bpf_probe_read_kernel(&extent, sizeof(extent),
				      (void *)(AT(struct uid_gid_map, map, extent) + i * sizeof(extent)));
		if (id - extent.lower_first < extent.count)
			return true;
	}
	return false;
}

/* Whether the current credentials may write walk->file: as owner (who can always grant it), by its
 * mode, or by CAP_DAC_OVERRIDE over an inode whose ids exist in the task's user namespace. Access
 * control lists and security modules are not asked. */
__noinline int may_write(__u32 slot)
{
	struct walk *walk = bpf_map_lookup_elem(&walks, &slot);
	__u64 file, inode, super, mount, cred, space;
	__u32 uid, gid, mode;

	if (!walk)
		return 0;
	file = walk->file;
	inode = GET(struct file, file, f_inode);
	super = GET(struct inode, inode, i_sb);
	mount = GET(struct file, file, f_path.mnt);
	uid = GET(struct inode, inode, i_uid.val);
	gid = GET(struct inode, inode, i_gid.val);
	mode = GET(struct inode, inode, i_mode);
	if (GET(struct super_block, super, s_flags) & SB_RDONLY ||
	    GET(struct vfsmount, mount, mnt_flags) & MNT_READONLY ||
	    GET(struct inode, inode, i_flags) & S_IMMUTABLE || uid == ~0u || gid == ~0u)
		return 0;
	cred = GET(struct task_struct, bpf_get_current_task(), cred);
	if (GET(struct cred, cred, fsuid.val) == uid)
		return 1;
	if (mode & (in_groups(walk, cred, gid) ? 020 : 002))
		return 1;
	if (!(read_u64(AT(struct cred, cred, cap_effective)) >> CAP_DAC_OVERRIDE & 1))
		return 0;
	space = GET(struct cred, cred, user_ns);
	if (!GET(struct user_namespace, space, level))
		return 1;
	return is_mapped(AT(struct user_namespace, space, uid_map), uid) &&
	       is_mapped(AT(struct user_namespace, space, gid_map), gid);
}
