/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What is done through io_uring, of which no system call tells: files are opened, connections made, names
 * given and removed, data moved. A request names what it is about when it is submitted and has a result
 * when it completes; in between its names are kept. The events are those of the system calls that do the
 * same, of the process's first thread: who works for a ring need not be a thread anybody knows.
 *
 * Kernel 6.3 and newer; user space leaves the programs out where there are no such tracepoints.
 */
#pragma once

#include "report.h"

#define REQUEST_SKIPS_CQE (1 << 6)	/* IOSQE_CQE_SKIP_SUCCESS: success is not told to anybody */
#define URING_OPERATIONS 64
#define URING_CALL(number) ((number) + 1)
#define ANY_SLOT (~0u)			/* IORING_FILE_INDEX_ALLOC: the result tells */
#define UNTOLD_SLOT (~1u)		/* of what is told of before it is done */
#define FILE_POINTER (~7ull)		/* of what stands in a slot */

/* linux v6.18 include/uapi/linux/io_uring.h, enum io_uring_op: the system call that does what an operation
 * does, plus one; 0 for all that are not looked at. */
static const __u16 uring_calls[URING_OPERATIONS] = {
	[1] = URING_CALL(__NR_readv),	   [2] = URING_CALL(__NR_writev),
	[4] = URING_CALL(__NR_read),	   [5] = URING_CALL(__NR_write),	/* into fixed buffers */
	[9] = URING_CALL(__NR_sendmsg),	   [10] = URING_CALL(__NR_recvmsg),
	[13] = URING_CALL(__NR_accept4),   [16] = URING_CALL(__NR_connect),
	[17] = URING_CALL(__NR_fallocate), [18] = URING_CALL(__NR_openat),
	[22] = URING_CALL(__NR_read),	   [23] = URING_CALL(__NR_write),
	[26] = URING_CALL(__NR_sendto),	   [27] = URING_CALL(__NR_recvfrom),
	[28] = URING_CALL(__NR_openat2),   [30] = URING_CALL(__NR_splice),
	[34] = URING_CALL(__NR_shutdown),  [35] = URING_CALL(__NR_renameat2),
	[36] = URING_CALL(__NR_unlinkat),  [37] = URING_CALL(__NR_mkdirat),
	[38] = URING_CALL(__NR_symlinkat), [39] = URING_CALL(__NR_linkat),
	[45] = URING_CALL(__NR_socket),	   [47] = URING_CALL(__NR_sendto),	/* without copying */
	[48] = URING_CALL(__NR_sendmsg),   [49] = URING_CALL(__NR_read),	/* again and again */
	[55] = URING_CALL(__NR_ftruncate), [56] = URING_CALL(__NR_bind),
	[57] = URING_CALL(__NR_listen),	   [58] = URING_CALL(__NR_recvfrom),
	[60] = URING_CALL(__NR_readv),	   [61] = URING_CALL(__NR_writev),
};

struct uring_request {
	__u64 args[6];			/* as the system call has them */
	__u32 length;			/* of each text */
	__u32 second_length;
	__u32 direct_slot;		/* not 0: what is opened goes into the ring's own table, there plus one */
	__u32 _pad;
	char text[GIVEN_LIMIT];		/* path as given, or socket address */
	char second[GIVEN_LIMIT];	/* the other path */
};

/* By address of the request. Where there is no room, a request is told of when it is submitted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct uring_request);
} uring_requests SEC(".maps");

#define URING_ADDRESS 32		/* sizeof(struct sockaddr_in6), and a little more */

/* Of those about a descriptor that is there already, and those that make a socket: many, and without names. */
struct uring_transfer {
	__u64 args[6];
	__u32 length;			/* of the address */
	__u32 direct_slot;		/* as in struct uring_request */
	char address[URING_ADDRESS];	/* to which data is sent */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct uring_transfer);
} uring_transfers SEC(".maps");

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
	__u64 operation = GET(struct io_kiocb, request, opcode);
	__u16 call;

	if (operation >= URING_OPERATIONS)
		return NO_SYSCALL;
	MASK(operation, URING_OPERATIONS - 1);
	call = uring_calls[operation];
	return call ? call - 1 : NO_SYSCALL;
}

/* Whether it is about a descriptor alone. */
static __always_inline bool uring_transfers_data(__u32 number)
{
	__u64 index = number;

	MASK(index, SYSCALL_LIMIT - 1);
	return number != __NR_connect && call_shapes[index].kind != SHAPE_PATH &&
	       !call_shapes[index].first;
}

/* Whether a request may be reported, by its process and what rules ask for. */
static __always_inline bool uring_wanted(__u32 number)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u64 index = number;

	MASK(index, SYSCALL_LIMIT - 1);
	return interest[index] & INTEREST_REPORT && tgid != config.ignored_tgid && in_scope(tgid);
}

/* Copies a name that the kernel holds; returns its length. */
static __always_inline __u32 keep_name(char *to, __u64 name)
{
	long size = bpf_probe_read_kernel_str(to, GIVEN_LIMIT,
					      (void *)GET(struct filename, name, name));

	return size < 1 ? 0 : size - 1;
}

/* Names that are moved, made and removed. False for what this kernel keeps in another way. */
static __always_inline bool read_names(struct uring_request *kept, __u64 request, __u32 number)
{
	switch (number) {
	case __NR_unlinkat:
		if (!bpf_core_field_exists(struct io_unlink, filename))
			return false;
		kept->args[0] = (__s32)GET(struct io_unlink, request, dfd);
		kept->args[2] = GET(struct io_unlink, request, flags);
		kept->length = keep_name(kept->text, GET(struct io_unlink, request, filename));
		return true;
	case __NR_mkdirat:
		if (!bpf_core_field_exists(struct io_mkdir, filename))
			return false;
		kept->args[0] = (__s32)GET(struct io_mkdir, request, dfd);
		kept->args[2] = GET(struct io_mkdir, request, mode);
		kept->length = keep_name(kept->text, GET(struct io_mkdir, request, filename));
		return true;
	case __NR_renameat2:
		if (!bpf_core_field_exists(struct io_rename, oldpath))
			return false;
		kept->args[0] = (__s32)GET(struct io_rename, request, old_dfd);
		kept->args[2] = (__s32)GET(struct io_rename, request, new_dfd);
		kept->args[4] = GET(struct io_rename, request, flags);
		kept->length = keep_name(kept->text, GET(struct io_rename, request, oldpath));
		kept->second_length = keep_name(kept->second, GET(struct io_rename, request, newpath));
		return true;
	case __NR_linkat:
	case __NR_symlinkat:
		if (!bpf_core_field_exists(struct io_link, oldpath))
			return false;
		kept->args[number == __NR_linkat ? 2 : 1] =
			(__s32)GET(struct io_link, request, new_dfd);
		if (number == __NR_linkat) {
			kept->args[0] = (__s32)GET(struct io_link, request, old_dfd);
			kept->args[4] = GET(struct io_link, request, flags);
		}
		kept->length = keep_name(kept->text, GET(struct io_link, request, oldpath));
		kept->second_length = keep_name(kept->second, GET(struct io_link, request, newpath));
		return true;
	}
	return false;
}

static __always_inline void read_request(struct uring_request *kept, __u64 request, __u32 number)
{
	__u64 length;

	__builtin_memset(kept->args, 0, sizeof(kept->args));
	kept->length = kept->second_length = kept->direct_slot = 0;
	if (read_names(kept, request, number))
		return;
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
	if (bpf_core_field_exists(struct io_open, file_slot))
		kept->direct_slot = GET(struct io_open, request, file_slot);
	kept->args[0] = (__s32)GET(struct io_open, request, dfd);
	kept->args[2] = GET(struct io_open, request, how.flags);
	kept->args[3] = GET(struct io_open, request, how.mode);
	kept->args[4] = GET(struct io_open, request, how.resolve);
	kept->length = keep_name(kept->text, GET(struct io_open, request, filename));
}

/* Names and the directories they start from; returns the record's size. */
static __always_inline __u64 fill_names(union event_slot *slot, struct walk *walk,
					const struct uring_request *kept, const struct call *call)
{
	struct path_record *record = &slot->path;
	__u64 number = call->number, length = kept->length, at;
	const struct call_shape *shape;

	MASK(number, SYSCALL_LIMIT - 1);
	MASK(length, 0xfff);
	shape = &call_shapes[number];
	start_call(slot, call, RECORD_PATH);
	bpf_probe_read_kernel(record->data, length, kept->text);
	record->first_length = length;
	record->first_base_length =
		put_base(slot, call, walk, record->data, 0, length, shape->first_base, 0);
	at = length + record->first_base_length;
	record->second_length = record->second_base_length = 0;
	if (shape->second) {
		length = kept->second_length;
		MASK(length, 0xfff);
		MASK(at, EVENT_DATA_MASK);
		bpf_probe_read_kernel(record->data + at, length, kept->second);
		record->second_length = length;
		record->second_base_length =
			put_base(slot, call, walk, record->data, at, length, shape->second_base, 0);
		at += length + record->second_base_length;
	}
	return sizeof(*record) + at;
}

/* What a request that has completed put into the table of files of its ring. */
static __always_inline __u64 direct_file(__u64 request, __u64 index)
{
	__u64 ring = GET(struct io_kiocb, request, ctx), table;

	if (bpf_core_field_exists(struct io_rsrc_data, nodes)) {
		table = read_u64(AT(struct io_ring_ctx, ring, file_table.data.nodes));
		table = read_u64(table + index * 8);
		return read_u64(AT(struct io_rsrc_node, table, file_ptr)) & FILE_POINTER;
	}
	if (!bpf_core_field_exists(struct io_file_table___before_6_13, files))
		return 0;
	table = read_u64(AT(struct io_ring_ctx___before_6_13, ring, file_table.files));
	return read_u64(table + index * sizeof(struct io_fixed_file)) & FILE_POINTER;
}

/* The file that a request made; 0 while it has not. */
static __always_inline __u64 made_file(__u64 request, __u32 slot, const struct call *call)
{
	if (call->failed || slot == UNTOLD_SLOT)
		return 0;
	if (!slot)
		return file_of(call->result);
	return direct_file(request, slot == ANY_SLOT ? (__u32)call->result : slot - 1);
}

/* `kept` lies in a map, but not in the slot. */
static __always_inline void report_request(union event_slot *slot, struct walk *walk, __u64 request,
					   const struct uring_request *kept, const struct call *call)
{
	struct call_shape shape = { .kind = SHAPE_SOCKET };
	__u64 number = call->number, length = kept->length, at, size, file;

	MASK(number, SYSCALL_LIMIT - 1);
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
	} else if (call_shapes[number].kind == SHAPE_PATH) {
		size = fill_names(slot, walk, kept, call);
	} else {
		start_call(slot, call, RECORD_FILE);
		bpf_probe_read_kernel(slot->file.data, length, kept->text);
		at = put_base(slot, call, walk, slot->file.data, 0, length, ARG1, 0);
		slot->file.base_length = at;
		file = made_file(request, kept->direct_slot, call);
		size = fill_file_facts(slot, walk, call->failed ? -1 : call->result, file, length,
				       length + at);
	}
	slot->header.tid = slot->header.tgid;
	submit_event(slot, size, descriptor_class(slot));
}

/* Where data goes, as the kernel holds it from the beginning on: since 6.10, before that where it is sent later. */
static __always_inline void read_receiver(struct uring_transfer *transfer, __u64 request)
{
	__u64 message, length;

	if (!bpf_core_field_exists(struct io_async_msghdr, msg))
		return;
	message = GET(struct io_kiocb, request, async_data);
	if (!message || !GET(struct io_async_msghdr, message, msg.msg_name))
		return;
	length = GET(struct io_async_msghdr, message, msg.msg_namelen);
	if (length > URING_ADDRESS)
		length = URING_ADDRESS;
	CLAMP(length, URING_ADDRESS);
	if (!bpf_probe_read_kernel(transfer->address, length,
				   (void *)GET(struct io_async_msghdr, message, msg.msg_name)))
		transfer->length = length;
}

static __always_inline void read_transfer(struct uring_transfer *transfer, __u64 request,
					  __u32 number)
{
	__u64 *args = transfer->args;

	args[0] = (__s32)GET(struct io_kiocb, request, cqe.fd);
	switch (number) {
	case __NR_read:
	case __NR_write:
		if (bpf_core_field_exists(struct io_rw, len))
			args[2] = GET(struct io_rw, request, len);
		return;
	case __NR_sendto:
	case __NR_sendmsg:
		read_receiver(transfer, request);
		return;
	case __NR_accept4:
		if (bpf_core_field_exists(struct io_accept, file_slot))
			transfer->direct_slot = GET(struct io_accept, request, file_slot);
		return;
	case __NR_socket:
		if (!bpf_core_field_exists(struct io_socket, protocol))
			return;
		args[0] = (__s32)GET(struct io_socket, request, domain);
		args[1] = (__s32)GET(struct io_socket, request, type);
		args[2] = (__s32)GET(struct io_socket, request, protocol);
		transfer->direct_slot = GET(struct io_socket, request, file_slot);
		return;
	case __NR_splice:
		args[2] = args[0];
		if (!bpf_core_field_exists(struct io_splice, splice_fd_in))
			return;
		args[0] = (__s32)GET(struct io_splice, request, splice_fd_in);
		args[4] = GET(struct io_splice, request, len);
		args[5] = GET(struct io_splice, request, flags);
	}
}

/* Behind the names of the socket record in the slot; returns the record's size. */
static __always_inline __u64 put_receiver(union event_slot *slot, __u64 size,
					  const struct uring_transfer *transfer)
{
	__u64 length = transfer->length, at = size - sizeof(struct socket_record);

	MASK(at, EVENT_DATA_MASK);
	CLAMP(length, URING_ADDRESS);
	bpf_probe_read_kernel(slot->socket.data + at, length, transfer->address);
	slot->socket.address_length = length;
	return size + length;
}

/* A transfer once its result is there, and its file. */
static __always_inline void report_transfer(union event_slot *slot, struct walk *walk, __u64 request,
					    const struct uring_transfer *transfer,
					    const struct call *call)
{
	struct call_shape shape = { .kind = SHAPE_SOCKET };
	__u64 number = call->number, file, sock, size;
	__s32 fd;

	MASK(number, SYSCALL_LIMIT - 1);
	bpf_probe_read_kernel(slot->call.args, sizeof(transfer->args), transfer->args);
	if (call_shapes[number].fd == RESULT) {
		fd = call->failed || transfer->direct_slot ? -1 : call->result;
		file = made_file(request, transfer->direct_slot, call);
	} else {
		fd = number == __NR_splice ? slot->call.args[2] : slot->call.args[0];
		file = GET(struct io_kiocb, request, file);
	}
	sock = file ? sock_of(file) : 0;
	if (sock || (call_shapes[number].kind == SHAPE_SOCKET && !file)) {
		size = fill_socket(slot, call, &shape, walk, fd, file, sock);
		size = put_receiver(slot, size, transfer);
	} else {
		start_call(slot, call, RECORD_FILE);
		slot->file.base_length = 0;
		size = fill_file_facts(slot, walk, fd, file, 0, 0);
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
