/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What user space sets and reads while the probe runs. All of it lies in .bss, which user space maps
 * into its memory; the names and offsets reach TypeScript through scripts/generate_layout.ts.
 */
#pragma once

#include "types.h"

#define SYSCALL_LIMIT 512		/* numbers at or above are never reported */

enum scope {
	SCOPE_ALL = 0,
	SCOPE_TRACKED = 1,		/* processes in `tracked`; their children are added at fork */
};

enum resolve {
	RESOLVE_GIVEN = 0,		/* paths as given */
	RESOLVE_FACTS = 1,		/* and what the descriptor refers to */
	RESOLVE_PATH = 2,		/* and the kernel's own path of it */
};

enum interest {
	INTEREST_REPORT = 1,
	INTEREST_FAILED = 2,		/* also when the call failed */
	INTEREST_EXTRAS = 4,		/* with what its arguments point to */
	INTEREST_NUMBERS = 8,		/* nobody asks what its descriptor is of: numbers will do */
	INTEREST_NO_READERS = 16,	/* not when it opens a file only to read */
	INTEREST_USAGE = 32,		/* with what its process uses */
	INTEREST_DESCRIPTORS = 128,	/* with all descriptors that it names */
};

#define COMPAT_UNKNOWN 0xffff
#define WATCHED_ENDS 65536
#define END_BYTES 3			/* the end of a name */

struct probe_config {
	__u32 scope;			/* enum scope */
	__u32 capture_env;		/* 1: exec records carry the environment */
	__u32 resolve;			/* enum resolve */
	__u32 lifecycle_sleeps;		/* set to 1 before sleeping on the ring: the probe clears it and wakes once */
	__u32 events_sleeps;
	__u32 args_limit;		/* bytes of argv, and of the environment; 0 means 64 KiB, which is the most */
	__u32 ignored_tgid;		/* falcod itself: not reported in the events ring */
	__u32 data_limit;		/* bytes of what is read or written; at most EXTRA_LIMIT */
	__u32 signals;			/* 1: signals that are delivered are reported */
	__u32 switches;			/* 1: so are switches from one thread to another */
	__u32 faults;			/* 1: and page faults of programs */
	__u32 usage_kinds;		/* a bit for each kind of record that has a place for it: what the process uses */
	__u32 filter;			/* 1: verdicts are asked for and acted on (filter.h) */
};

struct probe_config config = {};
__u8 interest[SYSCALL_LIMIT] = {};		/* enum interest, by 64-bit number */
__u32 filter_generation = 0;			/* of the rules that verdicts (filter.h) are about */
__u32 answered_names = 0;			/* bits of `names` in verdicts that were answered */
__u8 watched_ends[WATCHED_ENDS / 8] = {};	/* by end_bit(): ends of names that verdicts do not hold for */
__u16 compat_syscalls[SYSCALL_LIMIT] = {};	/* 32-bit number to 64-bit number or COMPAT_UNKNOWN */
