/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Files opened and connections made through io_uring, which no system call tells of. A request names what
 * it is about when it is submitted and has a result when it completes; in between its names are kept. The
 * events are those of the system calls that do the same, of the process's first thread: who works for a
 * ring need not be a thread anybody knows.
 *
 * Kernel 6.3 and newer; user space leaves the programs out where there are no such tracepoints.
 */
#pragma once

#include "report.h"

/* linux v6.8 include/uapi/linux/io_uring.h */
#define IORING_OP_CONNECT 16
#define IORING_OP_OPENAT 18
#define IORING_OP_OPENAT2 28
#define REQUEST_SKIPS_CQE (1 << 6)	/* IOSQE_CQE_SKIP_SUCCESS: success is not told to anybody */

struct uring_request {
	__u64 args[6];			/* as the system call has them */
	__u32 length;
	__u32 is_direct;		/* 1: what is opened becomes none of the process's descriptors */
	char text[GIVEN_LIMIT];		/* path as given, or socket address */
};

/* By address of the request. Where there is no room, a request is told of when it is submitted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct uring_request);
} uring_requests SEC(".maps");

/* Where a request is put together. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct uring_request);
} uring_scratch SEC(".maps");

/* The system call that does what a request does; NO_SYSCALL for all that are not looked at. */
static __always_inline __u32 uring_call(__u64 request)
{
	switch (GET(struct io_kiocb, request, opcode)) {
	case IORING_OP_OPENAT:
		return __NR_openat;
	case IORING_OP_OPENAT2:
		return __NR_openat2;
	case IORING_OP_CONNECT:
		return __NR_connect;
	}
	return NO_SYSCALL;
}

/* Whether a request may be reported, by its process and what rules ask for. */
static __always_inline bool uring_wanted(__u32 number)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u64 index = number;

	MASK(index, SYSCALL_LIMIT - 1);
	return interest[index] & INTEREST_REPORT && tgid != config.ignored_tgid && in_scope(tgid);
}

static __always_inline void read_request(struct uring_request *kept, __u64 request, __u32 number)
{
	__u64 name, length;
	long size;

	__builtin_memset(kept->args, 0, sizeof(kept->args));
	kept->length = kept->is_direct = 0;
	if (number == __NR_connect) {
		length = GET(struct io_connect, request, addr_len);
		if (length > ADDRESS_LIMIT)
			length = ADDRESS_LIMIT;
		MASK(length, 255);
		kept->args[0] = (__s32)GET(struct io_kiocb, request, cqe.fd);
		kept->args[1] = GET(struct io_connect, request, addr);
		kept->args[2] = length;
		if (!bpf_probe_read_user(kept->text, length, (void *)kept->args[1]))
			kept->length = length;
		return;
	}
	if (!bpf_core_field_exists(struct io_open, filename))
		return;
	name = GET(struct io_open, request, filename);
	if (bpf_core_field_exists(struct io_open, file_slot))
		kept->is_direct = GET(struct io_open, request, file_slot) != 0;
	kept->args[0] = (__s32)GET(struct io_open, request, dfd);
	kept->args[2] = GET(struct io_open, request, how.flags);
	kept->args[3] = GET(struct io_open, request, how.mode);
	kept->args[4] = GET(struct io_open, request, how.resolve);
	size = bpf_probe_read_kernel_str(kept->text, GIVEN_LIMIT,
					 (void *)GET(struct filename, name, name));
	kept->length = size < 1 ? 0 : size - 1;
}

/* `kept` lies in a map, but not in the slot. */
static __always_inline void report_request(union event_slot *slot, struct walk *walk, __u64 request,
					   const struct uring_request *kept, const struct call *call)
{
	struct call_shape shape = { .kind = SHAPE_SOCKET };
	__u64 length = kept->length, at, size, file;

	bpf_probe_read_kernel(slot->call.args, sizeof(kept->args), kept->args);
	MASK(length, 0xfff);
	if (call->number == __NR_connect) {
		file = GET(struct io_kiocb, request, file);
		size = fill_socket(slot, call, &shape, walk, slot->call.args[0], file,
				   file ? sock_of(file) : 0);
		at = size - sizeof(struct socket_record);
		MASK(at, EVENT_DATA_MASK);
		MASK(length, 255);
		bpf_probe_read_kernel(slot->socket.data + at, length, kept->text);
		slot->socket.address_length = length;
		size += length;
	} else {
		start_call(slot, call, RECORD_FILE);
		bpf_probe_read_kernel(slot->file.data, length, kept->text);
		at = put_base(slot, call, walk, slot->file.data, 0, length, ARG1);
		slot->file.base_length = at;
		file = call->failed || kept->is_direct ? 0 : file_of(call->result);
		size = fill_file_facts(slot, walk, call->failed ? -1 : call->result, file, length,
				       length + at);
	}
	slot->header.tid = slot->header.tgid;
	submit_event(slot, size, descriptor_class(slot));
}

static __always_inline struct call uring_outcome(__u32 number, __s64 result)
{
	struct call call = {
		.number = number,
		.native = number,
		.result = result,
		.failed = result < 0,
	};

	return call;
}
