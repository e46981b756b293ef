/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What happens to a thread thousands of times a second: a processor goes on with another, a page is not
 * there. Attached only while a rule names it.
 */
#pragma once

#include "emit.h"
#include "usage.h"

/* Of the current task, which is the one that stops running. */
static __always_inline void report_switch(__u64 next)
{
	struct switch_record record = {};

	start_record(&record.header, RECORD_SWITCH, NO_SYSCALL, 0);
	record.next_tid = GET(struct task_struct, next, pid);
	usage_facts(&record.usage);
	submit_small_event(&record.header, sizeof(record), CLASS_OTHER);
}

static __always_inline void report_fault(__u64 address, __u64 instruction, __u64 error)
{
	struct fault_record record = {};

	start_record(&record.header, RECORD_FAULT, NO_SYSCALL, error);
	record.address = address;
	record.instruction = instruction;
	submit_small_event(&record.header, SIZE_WITH_USAGE(&record), CLASS_OTHER);
}
