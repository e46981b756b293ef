/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Descriptors that a call names beside the one that its record is of: a second record each, put together
 * apart and copied behind the first.
 */
#pragma once

#include "report.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, union event_slot);
} descriptor_slots SEC(".maps");

static const struct call_shape described_shape = FILE_CALL(NONE);

/* One of the two that the call in the slot has made. */
static __always_inline __s32 made_descriptor(const union event_slot *slot, __u64 number, bool second)
{
	__s32 made[2] = {-1, -1};
	__u8 from = extra_shapes[number].piece[0].from;

	if (slot->header.result || !from)
		return -1;
	bpf_probe_read_user(made, sizeof(made), (void *)argument(slot, from));
	return second ? made[1] : made[0];
}

static __always_inline __s32 polled_descriptor(const union event_slot *slot, __u32 nth)
{
	__s32 fd = -1;

	bpf_probe_read_user(&fd, sizeof(fd), (void *)(slot->call.args[0] + (__u64)nth * 8));
	return fd;
}

/* A global function, for the reason of submit_call(); one, since such calls can be 8 deep and no more. */
__noinline int fetch_descriptor(__u32 which, __u32 nth, __u32 start, __u32 without_path)
{
	union event_slot *slot = event_slot(), *other;
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	__u64 number, piece = which, at = start, file, sock, size;
	struct call call;
	__u32 zero = 0;
	__u8 named;
	__s32 fd;

	other = bpf_map_lookup_elem(&descriptor_slots, &zero);
	if (!slot || !walk || !other || piece >= EXTRA_DESCRIPTORS || at > EXTRA_LAST)
		return NO_MORE;
	CLAMP(piece, EXTRA_DESCRIPTORS - 1);
	call = call_in(slot);
	number = call.number;
	MASK(number, SYSCALL_LIMIT - 1);
	named = other_descriptors[number].which[piece];
	if (!named || (named == POLLED ? nth >= (__u32)slot->call.args[1] : nth > 0))
		return NO_MORE;
	if (named == POLLED)
		fd = polled_descriptor(slot, nth);
	else if (named == RESULT)
		fd = slot->header.result;
	else if (named >= MADE_FIRST)
		fd = made_descriptor(slot, number, named == MADE_SECOND);
	else
		fd = argument(slot, named);
	if ((slot->header.kind == RECORD_FILE && slot->file.fd == fd) ||
	    (slot->header.kind == RECORD_SOCKET && slot->socket.fd == fd))
		return 0;
	file = file_of(fd);
	if (!file)
		return 0;
	sock = sock_of(file);
	if (sock) {
		size = fill_socket(other, &call, &described_shape, walk, fd, file, sock);
		if (without_path) {
			size -= other->socket.resolved_length;
			other->socket.resolved_length = 0;
		}
	} else {
		start_call(other, &call, RECORD_FILE);
		other->file.base_length = 0;
		size = fill_file_facts(other, walk, fd, file, 0, 0);
		if (without_path && !(other->file.file.flags & FILE_PSEUDO)) {
			size = sizeof(other->file);
			other->file.resolved_length = other->file.resolved_root_length = 0;
		}
	}
	size += 7;
	MASK(size, 0x7ff8);
	other->header.size = size;
	CLAMP(at, EXTRA_LAST);
	CLAMP(size, EXTRA_LIMIT);
	if (bpf_probe_read_kernel(slot->bytes + at, size, other))
		return 0;
	return size;
}
