/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Changes of processes that wait. A program can call itself something else, go to another directory or be
 * moved to another cgroup a million times a second, and what others do must not be lost for it. So changes
 * take a part of the lifecycle ring only:
 *
 *   eighths  [ moves | own changes  . . . . | changes that waited | . . | starts and ends ]
 *            0       2                      4                     6     7                 8
 *
 * One that comes when its part is full is only noted, once for all that follow. It is told, as things are by
 * then, before the next thing is told that this thread or process does, or has a child. Where there is no room for
 * that either, it goes on waiting, and counts as lost with each thing that is told without it.
 */
#pragma once

#include "emit.h"

#define MOVES_END 2			/* of a path each: these records are long */
#define CHANGES_END 4
#define WAITED_END 6

enum change {
	CHANGE_OF_CGROUP,		/* of a process, by whoever moved it */
	CHANGE_OF_CWD,			/* of a process */
	CHANGE_OF_IDENTITY,		/* of a thread */
};

#define CHANGES 3
#define WAITING_KEY(change, id) ((__u64)(change) << 32 | (__u32)(id))

/* WAITING_KEY to nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);	/* made beforehand: sched_switch takes from it */
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u32);
} waiting SEC(".maps");

/* How many are in it: most of the time nobody needs to look. */
__u32 waiting_count = 0;

/* Notes it; false where there is no room for that either. */
static __always_inline bool keep_waiting(enum change change, __u32 id)
{
	__u64 key = WAITING_KEY(change, id);
	__u32 nothing = 0;

	if (bpf_map_lookup_elem(&waiting, &key))
		return true;
	if (bpf_map_update_elem(&waiting, &key, &nothing, BPF_NOEXIST))
		return bpf_map_lookup_elem(&waiting, &key);
	__sync_fetch_and_add(&waiting_count, 1);
	return true;
}

static __always_inline bool is_waiting(enum change change, __u32 id)
{
	__u64 key = WAITING_KEY(change, id);

	return waiting_count && bpf_map_lookup_elem(&waiting, &key);
}

/* Whether it waited, which it does not from now on. Who tells it reads what to tell after that: what
 * changes meanwhile waits again. To look first takes no lock: one who sleeps while something of his waits has
 * this asked before each event of all others. */
static __always_inline bool stop_waiting(enum change change, __u32 id)
{
	__u64 key = WAITING_KEY(change, id);

	if (!is_waiting(change, id) || bpf_map_delete_elem(&waiting, &key))
		return false;
	__sync_fetch_and_add(&waiting_count, -1);
	return true;
}

/* Whether a change cannot be told now, and is noted. */
static __always_inline bool has_to_wait(enum change change, __u32 id, __u32 eighths)
{
	return lifecycle_is_over(eighths) && keep_waiting(change, id);
}

/* Something is told of a thread or process without a change of it. */
static __always_inline void count_untold(enum change change)
{
	struct record_header header = {
		.syscall = NO_SYSCALL,
		.kind = change == CHANGE_OF_CWD ? RECORD_CWD : RECORD_IDENTITY,
	};

	count_submitted(CLASS_LIFECYCLE, &header, -1);
}

static __always_inline void count_if_waiting(enum change change, __u32 id)
{
	if (is_waiting(change, id))
		count_untold(change);
}

/* What waits of a parent waits for its child as well. */
static __always_inline void inherit_waiting(enum change change, __u32 parent, __u32 child)
{
	if (is_waiting(change, parent) && !keep_waiting(change, child))
		count_untold(change);
}

/* A thread has ended; `last` of its process. */
static __always_inline void forget_waiting(__u32 tgid, __u32 tid, bool last)
{
	stop_waiting(CHANGE_OF_IDENTITY, tid);
	if (last) {
		stop_waiting(CHANGE_OF_CGROUP, tgid);
		stop_waiting(CHANGE_OF_CWD, tgid);
	}
}
