/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Who a task is: ids, capabilities, session, namespaces, terminal, cgroup, heir.
 */
#pragma once

#include "path_walk.h"

#define PIDTYPE_TGID 1			/* linux v6.8 include/linux/pid_types.h */
#define PIDTYPE_PGID 2
#define PIDTYPE_SID 3
#define ANCESTOR_STEPS 64
#define UNSET 0xffffffff

/* ---- pids ---- */

static __always_inline __u64 signal_pid(__u64 signal, __u32 type)
{
	return read_u64(AT(struct signal_struct, signal, pids) + type * 8);
}

static __always_inline __u64 upid_at(__u64 pid, __u64 level)
{
	return AT(struct pid, pid, numbers) + level * bpf_core_type_size(struct upid);
}

/* As the initial pid namespace numbers it. */
static __always_inline __u32 global_number(__u64 pid)
{
	return pid ? GET(struct upid, upid_at(pid, 0), nr) : 0;
}

/* As its own namespace numbers it: what setsid() returned to whoever leads the session. Members of another
 * namespace may not have a number for it at all. */
static __always_inline __u32 own_number(__u64 pid)
{
	return pid ? GET(struct upid, upid_at(pid, GET(struct pid, pid, level)), nr) : 0;
}

/* As the namespace on `level` numbers it; 0 when it does not know the pid. */
static __always_inline __u32 number_in(__u64 pid, __u32 level, __u64 namespace)
{
	__u64 upid;

	if (!pid || GET(struct pid, pid, level) < level)
		return 0;
	upid = upid_at(pid, level);
	return GET(struct upid, upid, ns) == namespace ? GET(struct upid, upid, nr) : 0;
}

/* The pid namespace a task lives in. */
struct pid_view {
	__u32 level;
	__u64 namespace;
};

static __always_inline struct pid_view pid_view(__u64 task)
{
	__u64 pid = GET(struct task_struct, task, thread_pid);
	struct pid_view view = { .level = GET(struct pid, pid, level) };

	view.namespace = GET(struct upid, upid_at(pid, view.level), ns);
	return view;
}

/* ---- terminal, audit ---- */

/* new_encode_dev() of the device: linux v6.8 include/linux/kdev_t.h */
static __always_inline __u32 terminal(__u64 signal)
{
	__u64 tty = GET(struct signal_struct, signal, tty), driver;
	__u32 major, minor;

	if (!tty)
		return 0;
	driver = GET(struct tty_struct, tty, driver);
	major = GET(struct tty_driver, driver, major);
	minor = GET(struct tty_driver, driver, minor_start) + GET(struct tty_struct, tty, index);
	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

static __always_inline __u32 login_uid(__u64 task)
{
	if (!bpf_core_field_exists(struct task_struct, loginuid))	/* built without audit */
		return UNSET;
	return GET(struct task_struct, task, loginuid.val);
}

/* ---- cgroup ---- */

static __always_inline __u64 kernfs_parent(__u64 node)
{
	if (bpf_core_field_exists(struct kernfs_node___since_6_15, __parent))
		return GET(struct kernfs_node___since_6_15, node, __parent);
	return GET(struct kernfs_node___before_6_15, node, parent);
}

#define CONTROLLER_CGROUP(set, id)                                                         \
	(bpf_core_enum_value_exists(enum cgroup_subsys_id, id) ?                           \
		 GET(struct cgroup_subsys_state,                                           \
		     read_u64(AT(struct css_set, set, subsys) +                            \
			      bpf_core_enum_value(enum cgroup_subsys_id, id) * 8),         \
		     cgroup) :                                                             \
		 0)

/* The cgroup that tells most: of the unified hierarchy, else of the controllers that container
 * runtimes use with cgroup v1. 0 when the task is in the root everywhere. */
static __always_inline __u64 telling_cgroup(__u64 task)
{
	__u64 set = GET(struct task_struct, task, cgroups), cgroup;

	cgroup = GET(struct css_set, set, dfl_cgrp);
	if (cgroup && GET(struct cgroup, cgroup, level))
		return cgroup;
	cgroup = CONTROLLER_CGROUP(set, memory_cgrp_id);
	if (cgroup && GET(struct cgroup, cgroup, level))
		return cgroup;
	cgroup = CONTROLLER_CGROUP(set, pids_cgrp_id);
	if (cgroup && GET(struct cgroup, cgroup, level))
		return cgroup;
	cgroup = CONTROLLER_CGROUP(set, cpuset_cgrp_id);
	if (cgroup && GET(struct cgroup, cgroup, level))
		return cgroup;
	return 0;
}

/* So much of a cgroup's path is left, from its beginning on, where there is no room for all of it. */
#define CGROUP_KEPT 1792
#define ELLIPSIS "\xe2\x80\xa6"
#define ELLIPSIS_BYTES 3

/* Makes room in front, when less than a name's is left. Here the beginning tells most: whoever may make cgroups
 * below a container's can make as many as he likes, and is still in it. */
static __always_inline void drop_inner_names(struct walk *walk)
{
	bpf_probe_read_kernel(walk->bytes + PATH_BUFFER - ELLIPSIS_BYTES - CGROUP_KEPT, CGROUP_KEPT,
			      walk->bytes + walk->at);
	__builtin_memcpy(walk->bytes + PATH_BUFFER - ELLIPSIS_BYTES, ELLIPSIS, ELLIPSIS_BYTES);
	walk->at = PATH_BUFFER - ELLIPSIS_BYTES - CGROUP_KEPT;
	walk->flags |= WALK_CUT;
}

/* One name of a cgroup's path, in front of the others; 1 ends the walk. The name is read into the
 * end of the buffer's slack first, because its length is not known before. */
static __always_inline long cgroup_step(struct walk *walk)
{
	__u64 node = walk->dentry, parent = kernfs_parent(node), at, length;
	long size;

	if (!parent) {
		walk->flags |= WALK_TOP;
		return 1;
	}
	size = bpf_probe_read_kernel_str(walk->bytes + PATH_BUFFER, NAME_LIMIT + 1,
					 (void *)GET(struct kernfs_node, node, name));
	length = size < 1 ? 0 : size - 1;
	if (walk->at < length + 1)
		drop_inner_names(walk);
	at = walk->at;
	at -= length + 1;
	walk->at = at;
	MASK(at, PATH_BUFFER - 1);
	MASK(length, NAME_LIMIT);
	walk->bytes[at] = '/';
	bpf_probe_read_kernel(walk->bytes + at + 1, length, walk->bytes + PATH_BUFFER);
	walk->dentry = parent;
	return 0;
}

DEFINE_LOOP(cgroup_steps, cgroup_step, CGROUP_STEPS)

/* Walks the path of a task's cgroup, from the root of its hierarchy. Empty when there are too many names. */
__noinline int walk_cgroup(__u32 slot, __u64 task)
{
	struct walk *walk = bpf_map_lookup_elem(&walks, &slot);
	__u64 cgroup;

	if (!walk)
		return 0;
	walk->at = PATH_BUFFER;
	walk->flags = 0;
	cgroup = telling_cgroup(task);
	if (cgroup) {
		walk->dentry = GET(struct cgroup, cgroup, kn);
		cgroup_steps(walk);
		if (!(walk->flags & WALK_TOP)) {
			walk->at = PATH_BUFFER;
			return 0;
		}
	}
	if (walk->at == PATH_BUFFER) {
		walk->at = PATH_BUFFER - 1;
		walk->bytes[PATH_BUFFER - 1] = '/';
	}
	return 0;
}

/* ---- the record's part ---- */

/* Of a task that has the current one's name, or is it. */
static __always_inline void task_facts(struct task_facts *facts, __u64 task)
{
	__u64 leader = GET(struct task_struct, task, group_leader);
	__u64 signal = GET(struct task_struct, task, signal);
	__u64 cred = GET(struct task_struct, task, cred);
	__u64 session = signal_pid(signal, PIDTYPE_SID), group = signal_pid(signal, PIDTYPE_PGID);
	struct pid_view view = pid_view(task);

	facts->start_boot_ns = GET(struct task_struct, leader, start_boottime);
	facts->cap_inheritable = read_u64(AT(struct cred, cred, cap_inheritable));
	facts->cap_permitted = read_u64(AT(struct cred, cred, cap_permitted));
	facts->cap_effective = read_u64(AT(struct cred, cred, cap_effective));
	facts->cgroup_id = bpf_get_current_cgroup_id();
	facts->parent_tgid = GET(struct task_struct, GET(struct task_struct, task, real_parent), tgid);
	facts->uid = GET(struct cred, cred, uid.val);
	facts->gid = GET(struct cred, cred, gid.val);
	facts->euid = GET(struct cred, cred, euid.val);
	facts->egid = GET(struct cred, cred, egid.val);
	facts->login_uid = login_uid(task);
	facts->session = global_number(session);
	facts->process_group = global_number(group);
	facts->virtual_pid = number_in(signal_pid(signal, PIDTYPE_TGID), view.level, view.namespace);
	facts->virtual_tid = number_in(GET(struct task_struct, task, thread_pid), view.level,
				       view.namespace);
	facts->virtual_session = own_number(session);
	facts->virtual_process_group = number_in(group, view.level, view.namespace);
	facts->tty = terminal(signal);
	facts->pid_namespace = GET(struct pid_namespace, view.namespace, ns.inum);
	facts->_pad[0] = facts->_pad[1] = 0;
	bpf_get_current_comm(facts->comm, sizeof(facts->comm));
}

/* ---- heirs ---- */

#define SIGNAL_BIT(signal, field)                                                  \
	({                                                                         \
		struct signal_struct *__s = (struct signal_struct *)(signal);      \
		BPF_CORE_READ_BITFIELD_PROBED(__s, field);                         \
	})

/* Who inherits the children of a process whose last thread ends: the nearest living ancestor that
 * asked for it (PR_SET_CHILD_SUBREAPER) in the same pid namespace, else that namespace's init. 0 when
 * that init itself ends: then its whole namespace is killed. 0, too, when there are no children:
 * those of other threads, which may be ending at the same time, are not looked for.
 * linux v6.8 kernel/exit.c, find_new_reaper() */
static __always_inline __u32 reaper_of(__u64 task)
{
	__u64 signal = GET(struct task_struct, task, signal);
	struct pid_view view = pid_view(task);
	__u64 ancestor = task, init;
	__u32 tgid;

	if (GET(struct signal_struct, signal, nr_threads) == 1 &&
	    GET(struct task_struct, task, children.next) ==
		    AT(struct task_struct, task, children))
		return 0;
	if (SIGNAL_BIT(signal, has_child_subreaper)) {
#pragma clang loop unroll(disable)
		for (int step = 0; step < ANCESTOR_STEPS; step++) {
			__u64 pid;

			ancestor = GET(struct task_struct, ancestor, real_parent);
			pid = GET(struct task_struct, ancestor, thread_pid);
			if (!pid || GET(struct pid, pid, level) != view.level)
				break;
			signal = GET(struct task_struct, ancestor, signal);
			if (SIGNAL_BIT(signal, is_child_subreaper) &&
			    (__s32)GET(struct signal_struct, signal, live.counter) > 0)
				return GET(struct task_struct, ancestor, tgid);
			if (GET(struct task_struct, ancestor, tgid) <= 1)
				break;
		}
	}
	init = GET(struct pid_namespace, view.namespace, child_reaper);
	tgid = GET(struct task_struct, init, tgid);
	return tgid == GET(struct task_struct, task, tgid) ? 0 : tgid;
}
