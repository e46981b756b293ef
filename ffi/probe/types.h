/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Kernel types: only the members the probe reads. Names count, offsets do not: libbpf moves every
 * access to where the running kernel has the member (CO-RE). Where kernels differ in names, a
 * flavour (`___suffix`, ignored when matching) carries the other spelling.
 */
#pragma once

#include <linux/types.h>
#include <linux/bpf.h>
#include <stdbool.h>

typedef __s32 pid_t;
typedef __s64 time64_t;
typedef struct { unsigned int val; } kuid_t;
typedef struct { unsigned int val; } kgid_t;
typedef struct { int counter; } atomic_t;
/* Two __u32 up to 6.2, one __u64 since; the same bytes either way (little-endian). */
typedef struct { __u64 val; } kernel_cap_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* ---- files ---- */

struct dentry;
struct vfsmount;
struct inode;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct qstr {
	union {
		struct {
			__u32 hash, len;
		};
		__u64 hash_len;
	};
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct super_block;

struct dentry {
	struct super_block *d_sb;
	unsigned int d_flags;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};

struct mnt_namespace;

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	const char *mnt_devname;
};

/* Numbers that anonymous namespaces do not have. */
struct mnt_namespace___before_6_18 {
	__u64 seq;
};

struct ns_common___since_6_18 {
	__u64 ns_id;
};

struct mnt_namespace___since_6_18 {
	struct ns_common___since_6_18 ns;
};

struct file_system_type {
	const char *name;
};

struct super_block {
	struct dentry *s_root;
	struct file_system_type *s_type;
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
};

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	void *i_private;
};

struct inode___before_6_6 {
	struct timespec64 i_ctime;
};

struct inode___before_6_7 {
	struct timespec64 i_mtime;
};

struct inode___before_6_11 {
	struct timespec64 __i_ctime, __i_mtime;
};

struct inode___since_6_11 {
	time64_t i_ctime_sec, i_mtime_sec;
	__u32 i_ctime_nsec, i_mtime_nsec;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_flags, f_mode;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root, pwd;
};

/* ---- sockets ---- */

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr, skc_rcv_saddr;
	__u16 skc_dport, skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type, sk_protocol;
	__u32 sk_ack_backlog, sk_max_ack_backlog;
};

/* A bit field in older kernels, a byte since; relocations tell which. */
struct sock___locks {
	__u8 sk_userlocks : 4;
};

struct inet_sock {
	__u16 inet_sport;
};

struct inet_bind_bucket {
	signed char fastreuse;
};

struct inet_connection_sock {
	struct inet_bind_bucket *icsk_bind_hash;
};

struct socket {
	struct sock *sk;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};

/* ---- tasks ---- */

struct task_struct;

struct thread_info {
	unsigned long flags;
	__u32 status;		/* x86 */
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct task_struct *child_reaper;
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct tty_driver {
	int major, minor_start;
};

struct tty_struct {
	int index;
	struct tty_driver *driver;
};

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};

struct signal_struct {
	struct rlimit rlim[16];
	int nr_threads;
	atomic_t live;
	unsigned int is_child_subreaper : 1;
	unsigned int has_child_subreaper : 1;
	struct pid *pids[4];
	struct tty_struct *tty;
};

struct uid_gid_extent {
	__u32 first, lower_first, count;
};

struct uid_gid_map {
	__u32 nr_extents;
	struct uid_gid_extent extent[5];
};

struct user_namespace {
	struct uid_gid_map uid_map, gid_map;
	int level;
};

struct group_info {
	int ngroups;
	kgid_t gid[1];
};

struct cred {
	kuid_t uid, euid, fsuid;
	kgid_t gid, egid, fsgid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
	struct user_namespace *user_ns;
	struct group_info *group_info;
};

struct mm_struct {
	unsigned long total_vm;
	unsigned long arg_start, arg_end, env_start, env_end;
};

/* Pages by what they hold: of files, anonymous, swapped out, shared memory. */
struct percpu_counter {
	__s64 count;
};

struct mm_struct___since_6_2 {
	struct percpu_counter rss_stat[4];
};

struct mm_struct___before_6_2 {
	struct {
		long count[4];
	} rss_stat;
};

struct kernfs_node {
	const char *name;
};

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
};

struct kernfs_node___since_6_15 {
	struct kernfs_node *__parent;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};

struct list_head {
	struct list_head *next;
};

struct task_struct {
	struct thread_info thread_info;
	int exit_code;
	pid_t pid, tgid;
	unsigned long min_flt, maj_flt;
	struct task_struct *real_parent, *group_leader;
	struct list_head children;
	struct pid *thread_pid;
	__u64 start_boottime;
	const struct cred *cred;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	kuid_t loginuid;
	struct css_set *cgroups;
};

union __sifields {
	struct {
		pid_t _pid;
	} _kill;
};

struct kernel_siginfo {
	int si_code;
	union __sifields _sifields;
};

struct linux_binprm {
	struct file *file;
	const char *filename;
};

/* ---- io_uring ---- */

struct filename {
	const char *name;
};

struct open_how {
	__u64 flags, mode, resolve;
};

struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_rename {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};

struct io_unlink {
	int dfd, flags;
	struct filename *filename;
};

struct io_mkdir {
	int dfd;
	unsigned short mode;
	struct filename *filename;
};

struct io_link {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};

struct io_rw {
	__u32 len;
};

struct io_accept {
	__u32 file_slot;
};

struct io_socket {
	int domain, type, protocol;
	__u32 file_slot;
};

struct io_splice {
	int splice_fd_in;
	__u64 len;
	unsigned int flags;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
};

struct io_async_msghdr {
	struct msghdr msg;
};

struct io_connect {
	struct sockaddr *addr;
	int addr_len;
};

struct io_cqe {
	__s32 res;
	int fd;
};

struct io_rsrc_node {
	unsigned long file_ptr;
};

struct io_rsrc_data {
	struct io_rsrc_node **nodes;
};

struct io_file_table {
	struct io_rsrc_data data;
};

struct io_ring_ctx {
	struct io_file_table file_table;
};

struct io_fixed_file {
	unsigned long file_ptr;
};

struct io_file_table___before_6_13 {
	struct io_fixed_file *files;
};

struct io_ring_ctx___before_6_13 {
	struct io_file_table___before_6_13 file_table;
};

struct io_kiocb {
	struct io_ring_ctx *ctx;
	struct file *file;
	__u8 opcode;
	__u64 flags;
	struct io_cqe cqe;
	void *async_data;
};

#pragma clang attribute pop

/* Only the names are used; values come from the running kernel. */
enum cgroup_subsys_id {
	cpuset_cgrp_id,
	memory_cgrp_id,
	pids_cgrp_id,
};
