/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What close() closes is gone at its end. So the record is put together at its beginning, kept, and sent
 * with the result: only while a rule asks what is closed, else the program for it is not attached.
 */
#pragma once

#include "report.h"

/* The largest record of a descriptor: two names of a socket, a path, no address. */
#define CLOSING_BYTES (sizeof(struct socket_record) + 2 * 128 + PATH_BUFFER)

struct closing {
	char bytes[CLOSING_BYTES];
};

/* By thread. An entry lives as long as its call; when there is no room, numbers have to do. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct closing);
} closings SEC(".maps");

static const struct call_shape closing_shape = FILE_CALL(ARG1);

static __always_inline void keep_closing(struct pt_regs *regs)
{
	struct call call = call_of(regs, 0);
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u32 tid = bpf_get_current_pid_tgid();

	if (!slot || !walk)
		return;
	load_arguments(slot->call.args, &call, regs);
	if (!file_of(slot->call.args[0]))
		return;
	slot->header.size = fill_descriptor(slot, &call, &closing_shape, walk);
	bpf_map_update_elem(&closings, &tid, slot, BPF_ANY);
}

/* Sends what was kept; false when nothing was. */
static __always_inline bool report_closed(union event_slot *slot, const struct call *call)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct closing *closing = bpf_map_lookup_elem(&closings, &tid);

	if (!closing)
		return false;
	bpf_probe_read_kernel(slot, CLOSING_BYTES, closing);
	bpf_map_delete_elem(&closings, &tid);
	slot->header.boot_ns = bpf_ktime_get_boot_ns();
	slot->header.cpu = bpf_get_smp_processor_id();
	slot->header.result = call->result;
	submit_call(slot->header.size, descriptor_class(slot));
	return true;
}
