/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Signals that reach a thread, and who sent them.
 */
#pragma once

#include "emit.h"
#include "usage.h"

/* linux v6.8 include/uapi/asm-generic/signal.h */
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGTERM 15
#define SIGCHLD 17
#define SIGTSTP 20
#define SIGRTMIN 32
#define SI_USER 0			/* and below: kill(), tgkill(), sigqueue() … */

/* Which signals are looked at is upstream's choice; a sender stands in the same place for all of them. */
static __always_inline bool has_sender(int signal, int code)
{
	switch (signal) {
	case SIGKILL:
	case SIGCHLD:
		return true;
	case SIGHUP:
	case SIGINT:
	case SIGQUIT:
	case SIGTERM:
	case SIGTSTP:
		return code <= SI_USER;
	default:
		return signal >= SIGRTMIN;
	}
}

static __always_inline void report_signal(int signal, __u64 info)
{
	struct signal_record record = {};

	start_record(&record.header, RECORD_SIGNAL, NO_SYSCALL, signal);
	if (info && has_sender(signal, GET(struct kernel_siginfo, info, si_code)))
		record.sender_tgid = GET(struct kernel_siginfo, info, _sifields._kill._pid);
	submit_small_event(&record.header, SIZE_WITH_USAGE(&record), CLASS_OTHER);
}
