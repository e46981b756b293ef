/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * The record of a new program: all that rules ask about a process, so that nothing has to be looked
 * up in /proc while the process may already be gone.
 */
#pragma once

#include "call.h"
#include "task.h"
#include "usage.h"

#define DEFAULT_ARGS_LIMIT ARGS_LIMIT
#define CROWDED_ARGS_LIMIT 4096
#define PAGE 4096

/* Appends memory of the new program between two addresses, at most `limit` bytes; returns how many.
 * When not all of it is resident, what the first page has must do. */
static __always_inline __u64 put_strings(char *to, __u64 start, __u64 end, __u64 limit)
{
	__u64 length = end - start;

	if (end <= start)
		return 0;
	if (length > limit)
		length = limit;
	CLAMP(length, ARGS_LIMIT);
	if (!bpf_probe_read_user(to, length, (void *)start))
		return length;
	count_failed(CLASS_LIFECYCLE);
	if (length > PAGE - start % PAGE)
		length = PAGE - start % PAGE;
	CLAMP(length, PAGE);
	return bpf_probe_read_user(to, length, (void *)start) ? 0 : length;
}

static __always_inline void report_exec(union exec_slot *slot, struct walk *walk, __u64 bprm)
{
	struct exec_record *record = &slot->record;
	__u64 task = bpf_get_current_task(), mm = GET(struct task_struct, task, mm);
	__u64 file = GET(struct linux_binprm, bprm, file);
	__u64 limit = config.args_limit ?: DEFAULT_ARGS_LIMIT, start, end, at, length;
	__u16 flags;
	long size;

	/* By execveat() too, as Falco tells it: rules that know execve alone see what it started. */
	start_record(&record->header, RECORD_EXEC, __NR_execve, 0);
	record->_pad = 0;
	task_facts(&record->task, task);
	usage_facts(&record->usage);

	/* So that a few programs with long arguments do not take the place of others. */
	if (limit > CROWDED_ARGS_LIMIT && lifecycle_is_over(4))
		limit = CROWDED_ARGS_LIMIT;
	start = GET(struct mm_struct, mm, arg_start);
	end = GET(struct mm_struct, mm, arg_end);
	record->args_total = end - start;
	at = put_strings(record->data, start, end, limit);
	record->args_length = at;
	record->env_length = 0;
	if (config.capture_env) {
		start = GET(struct mm_struct, mm, env_start);
		end = GET(struct mm_struct, mm, env_end);
		CLAMP(at, ARGS_LIMIT);
		length = put_strings(record->data + at, start, end, limit);
		record->env_length = length;
		if (length < end - start)
			record->header.flags |= HEADER_TRUNCATED;
		at += length;
	}
	if (record->args_length < record->args_total)
		record->header.flags |= HEADER_TRUNCATED;

	CLAMP(at, 2 * ARGS_LIMIT);
	size = bpf_probe_read_kernel_str(record->data + at, GIVEN_LIMIT,
					 (void *)GET(struct linux_binprm, bprm, filename));
	length = size < 1 ? 0 : size - 1;
	record->given_length = length;
	at += length;

	file_facts(&record->exe, file);
	flags = record->exe.flags;
	walk->file = file;
	if (may_write(WALK_EXEC))
		flags |= FILE_WRITABLE;
	walk_file(walk, WALK_EXEC, file, &flags);
	record->exe.flags = flags;
	record->exe_root_length = walk_root_length(walk);
	CLAMP(at, EXEC_DATA - 3 * GIVEN_LIMIT);
	length = copy_walked(walk, &record->header, record->data + at);
	record->exe_length = length;
	at += length;

	walk_from(walk, WALK_EXEC, AT(struct fs_struct, GET(struct task_struct, task, fs), pwd));
	CLAMP(at, EXEC_DATA - 2 * GIVEN_LIMIT);
	length = copy_walked(walk, &record->header, record->data + at);
	record->cwd_length = length;
	at += length;

	walk_cgroup(WALK_EXEC, task);
	CLAMP(at, EXEC_DATA - GIVEN_LIMIT);
	length = copy_walked(walk, &record->header, record->data + at);
	record->cgroup_length = length;
	at += length;

	submit_exec(slot, sizeof(*record) + at);
}
