/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * System calls that change what is known of their process: reported in the lifecycle ring whether
 * or not a rule asks for the call.
 */
#pragma once

#include "call.h"
#include "task.h"
#include "waiting.h"

#define PR_SET_NAME 15			/* linux v6.8 include/uapi/linux/prctl.h */
#define PR_CAPBSET_DROP 24
#define PR_SET_SECUREBITS 28
#define PR_CAP_AMBIENT 47

static __always_inline bool changes_identity(const struct call_shape *shape, struct pt_regs *regs,
					     const struct call *call)
{
	__u64 args[6];

	if (shape->effects & EFFECT_IDENTITY)
		return true;
	if (!(shape->effects & EFFECT_PRCTL))
		return false;
	read_arguments(regs, call->compat, args);
	return args[0] == PR_SET_NAME || args[0] == PR_CAPBSET_DROP ||
	       args[0] == PR_SET_SECUREBITS || args[0] == PR_CAP_AMBIENT;
}

/* The rest of a record that is begun. */
static __always_inline void send_identity(union event_slot *slot, struct walk *walk, __u64 task)
{
	struct identity_record *record = &slot->identity;

	task_facts(&record->task, task);
	walk_cgroup(WALK_SYS_EXIT, task);
	__builtin_memset(record->_pad, 0, sizeof(record->_pad));
	record->cgroup_length = copy_walked(walk, &slot->header, record->data);
	submit_lifecycle(slot, sizeof(*record) + record->cgroup_length);
}

static __always_inline void report_identity(union event_slot *slot, const struct call *call,
					    struct walk *walk)
{
	if (has_to_wait(CHANGE_OF_IDENTITY, bpf_get_current_pid_tgid(), CHANGES_END))
		return;
	start_call(slot, call, RECORD_IDENTITY);
	send_identity(slot, walk, bpf_get_current_task());
}

/* Whether a new process is somebody else than its parent: in a user namespace of its own it may do everything,
 * and clone3() can put it into any cgroup. */
static __always_inline bool is_somebody_else(__u64 parent, __u64 child)
{
	return GET(struct cred, GET(struct task_struct, parent, cred), user_ns) !=
		       GET(struct cred, GET(struct task_struct, child, cred), user_ns) ||
	       GET(struct task_struct, parent, cgroups) != GET(struct task_struct, child, cgroups);
}

/* Of another process than the current one, walk->task: `flags` is 0 for a child that it has just made, which
 * has its name. A global function, for the reason of walk_path(). */
__noinline int report_other_identity(__u32 flags)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 task;

	if (!slot || !walk)
		return 0;
	task = walk->task;
	start_record(&slot->header, RECORD_IDENTITY, NO_SYSCALL, 0);
	slot->header.flags = flags;
	slot->header.tgid = GET(struct task_struct, task, tgid);
	slot->header.tid = GET(struct task_struct, task, pid);
	send_identity(slot, walk, task);
	return 0;
}

/* The rest of a record that is begun, of the current process. */
static __always_inline void send_cwd(union event_slot *slot, struct walk *walk)
{
	struct cwd_record *record = &slot->cwd;

	walk_from(walk, WALK_SYS_EXIT,
		  AT(struct fs_struct, GET(struct task_struct, bpf_get_current_task(), fs), pwd));
	record->cwd_root_length = walk_root_length(walk);
	record->_pad = 0;
	record->cwd_length = copy_walked(walk, &slot->header, record->data);
	submit_lifecycle(slot, sizeof(*record) + record->cwd_length);
}

static __always_inline void report_cwd(union event_slot *slot, const struct call *call,
				       struct walk *walk)
{
	if (has_to_wait(CHANGE_OF_CWD, bpf_get_current_pid_tgid() >> 32, CHANGES_END))
		return;
	start_call(slot, call, RECORD_CWD);
	send_cwd(slot, walk);
}

/* Tells what has waited of the current thread and its process, before something else is told of them. Whether there
 * was anything: then it took the event slot. `is_event`: rules see it without what there is no room for. A global
 * function, for the reason of walk_path(). */
__noinline int tell_waiting(__u32 is_event)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 id = bpf_get_current_pid_tgid(), task = bpf_get_current_task();
	int told = 0;

	if (!slot || !walk)
		return 0;
	if (lifecycle_is_over(WAITED_END)) {
		if (!is_event)
			return 0;
		count_if_waiting(CHANGE_OF_CGROUP, id >> 32);
		count_if_waiting(CHANGE_OF_IDENTITY, id);
		count_if_waiting(CHANGE_OF_CWD, id >> 32);
		return 0;
	}
	if (stop_waiting(CHANGE_OF_CGROUP, id >> 32)) {
		walk->task = GET(struct task_struct, task, group_leader);
		report_other_identity(HEADER_MOVED);
		told = 1;
	}
	if (stop_waiting(CHANGE_OF_IDENTITY, id)) {
		walk->task = task;
		report_other_identity(0);
		told = 1;
	}
	if (stop_waiting(CHANGE_OF_CWD, id >> 32)) {
		start_record(&slot->header, RECORD_CWD, NO_SYSCALL, 0);
		send_cwd(slot, walk);
		told = 1;
	}
	return told;
}

/* A child is taken for what is known of its parent: what of that still waits, waits for the child as well. */
static __always_inline void wait_like_parent(__u32 child_tgid, __u32 child_tid)
{
	__u64 id = bpf_get_current_pid_tgid();

	inherit_waiting(CHANGE_OF_IDENTITY, id, child_tid);
	if (child_tgid == id >> 32)
		return;
	inherit_waiting(CHANGE_OF_CGROUP, id >> 32, child_tgid);
	inherit_waiting(CHANGE_OF_CWD, id >> 32, child_tgid);
}
