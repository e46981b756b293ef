/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What the current process uses: memory, page faults, and how many descriptors it may have.
 */
#pragma once

#include "config.h"
#include "memory.h"
#include "records.h"

#define RLIMIT_NOFILE 7
#define KB_OF_PAGE 4

enum page_holder { PAGES_FILE, PAGES_ANONYMOUS, PAGES_SWAPPED, PAGES_SHARED };

/* Kernels count on each CPU apart and add up now and then; what is not added yet is not seen. */
static __always_inline __u32 pages_kb(__u64 mm, __u64 holder)
{
	__s64 pages;

	if (bpf_core_field_exists(((struct mm_struct___since_6_2 *)0)->rss_stat[0].count))
		pages = read_u64(AT(struct mm_struct___since_6_2, mm, rss_stat) +
				 holder * bpf_core_type_size(struct percpu_counter) +
				 bpf_core_field_offset(struct percpu_counter, count));
	else
		pages = read_u64(AT(struct mm_struct___before_6_2, mm, rss_stat.count) + holder * 8);
	return pages > 0 ? pages * KB_OF_PAGE : 0;
}

static __always_inline void usage_facts(struct usage_facts *facts)
{
	__u64 task = bpf_get_current_task();
	__u64 mm = GET(struct task_struct, task, mm);
	__u64 signal = GET(struct task_struct, task, signal);

	facts->descriptor_limit =
		read_u64(AT(struct signal_struct, signal, rlim) + RLIMIT_NOFILE * sizeof(struct rlimit));
	facts->major_faults = GET(struct task_struct, task, maj_flt);
	facts->minor_faults = GET(struct task_struct, task, min_flt);
	facts->virtual_kb = mm ? GET(struct mm_struct, mm, total_vm) * KB_OF_PAGE : 0;
	facts->resident_kb = mm ? pages_kb(mm, PAGES_FILE) + pages_kb(mm, PAGES_ANONYMOUS) +
					  pages_kb(mm, PAGES_SHARED) :
				  0;
	facts->swapped_kb = mm ? pages_kb(mm, PAGES_SWAPPED) : 0;
	facts->_pad = 0;
}

/* Of a record that ends with `usage`: fills that in where somebody asked for it, and gives the record's size. */
#define SIZE_WITH_USAGE(record)                                                \
	(config.usage_kinds & 1u << (record)->header.kind ?                    \
		 (usage_facts(&(record)->usage), sizeof(*(record))) :          \
		 __builtin_offsetof(typeof(*(record)), usage))
