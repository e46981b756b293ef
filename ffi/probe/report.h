/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * The records of the events ring, one function for each kind.
 */
#pragma once

#include "call.h"
#include "extras.h"
#include "filter.h"
#include "socket.h"

#define ADDRESS_LIMIT 128		/* sizeof(struct sockaddr_storage) */

/* Sends the record in the slot, which is complete but for its extras. A global function: what comes
 * before it is not followed through it, however many ways lead here. */
__noinline int submit_call(__u32 size, __u32 class)
{
	union event_slot *slot = event_slot();
	__u64 number, which = class;

	if (!slot || which >= CLASS_COUNT)
		return 0;
	CLAMP(which, CLASS_COUNT - 1);
	number = slot->header.syscall;
	MASK(number, SYSCALL_LIMIT - 1);
	if (interest[number] & (INTEREST_EXTRAS | INTEREST_USAGE | INTEREST_DESCRIPTORS))
		size = append_extras(size, interest[number]);
	submit_event(slot, size, which);
	return 0;
}

static __always_inline void report_call(union event_slot *slot, const struct call *call)
{
	start_call(slot, call, RECORD_CALL);
	submit_call(sizeof(struct call_record), CLASS_OTHER);
}

static __always_inline void report_path(union event_slot *slot, const struct call *call,
					const struct call_shape *shape, struct walk *walk)
{
	struct path_record *record = &slot->path;
	__u64 at, length;

	start_call(slot, call, RECORD_PATH);
	record->first_length = length = put_given(slot, call, record->data, 0, shape->first,
						   HEADER_UNREADABLE);
	record->first_base_length = put_base(slot, call, walk, record->data, 0, length,
					     shape->first_base, HEADER_UNREADABLE);
	at = length + record->first_base_length;
	record->second_length = record->second_base_length = 0;
	if (shape->second) {
		record->second_length = length =
			put_given(slot, call, record->data, at, shape->second, HEADER_SECOND_UNREADABLE);
		record->second_base_length =
			put_base(slot, call, walk, record->data, at, length, shape->second_base,
				 HEADER_SECOND_UNREADABLE);
		at += length + record->second_base_length;
	}
	submit_call(sizeof(*record) + at, CLASS_FILE);
}

/* Fills in what the descriptor is of; `at` is where the strings before it end, the first `given` of them
 * the path as given. Returns the record's size. */
static __always_inline __u64 fill_file_facts(union event_slot *slot, struct walk *walk, __s32 fd,
					     __u64 file, __u64 given, __u64 at)
{
	struct file_record *record = &slot->file;
	__u64 length = 0;
	__u16 flags;

	record->fd = fd;
	record->given_length = given;
	record->resolved_length = record->resolved_root_length = 0;
	record->question = 0;
	file_facts(&record->file, file);
	if (file && config.resolve >= RESOLVE_PATH) {
		flags = record->file.flags;
		walk_file(walk, WALK_SYS_EXIT, file, &flags);
		record->resolved_root_length = walk_root_length(walk);
		if (given && walked_equals_given(WALK_SYS_EXIT, given)) {
			flags |= FILE_SAME;
		} else {
			MASK(at, EVENT_DATA_MASK);
			length = copy_walked(walk, &slot->header, record->data + at);
		}
		record->resolved_length = length;
		record->file.flags = flags;
	}
	return sizeof(*record) + at + length;
}

/* Fills the slot and returns the record's size. */
static __always_inline __u64 fill_file(union event_slot *slot, const struct call *call,
				       const struct call_shape *shape, struct walk *walk, __s32 fd,
				       __u64 file)
{
	struct file_record *record = &slot->file;
	__u64 given = 0, base = 0, size;
	struct opening opening = {};

	start_call(slot, call, RECORD_FILE);
	walk->base_print = 0;
	if (shape->first) {
		given = put_given(slot, call, record->data, 0, shape->first, HEADER_UNREADABLE);
		base = put_base(slot, call, walk, record->data, 0, given, shape->first_base,
				HEADER_UNREADABLE);
	}
	record->base_length = base;
	size = fill_file_facts(slot, walk, fd, file, given, given + base);
	if (call->failed)
		opening.file_print = print_of_error(call->result);
	else if (file && config.resolve >= RESOLVE_PATH)
		opening.file_print = walk->print;
	opening.base_print = walk->base_print;
	opening.length = given;
	opening.created = !!(record->file.flags & FILE_CREATED);
	record->question = question(slot, call, &opening);
	return size;
}

/* Appends the socket address an argument points to; returns its length. */
static __always_inline __u64 put_address(union event_slot *slot, const struct call *call, char *data,
					 __u64 at, __u8 where)
{
	__u64 *args = slot->call.args, pointer = 0, length = 0;
	__u32 length32 = 0, message[4] = {};

	switch (where) {
	case ADDRESS_2:
		pointer = args[1];
		length = (__u32)args[2];
		break;
	case ADDRESS_5:
		pointer = args[4];
		length = (__u32)args[5];
		break;
	case ADDRESS_5_FILLED:
		if (call->failed)
			return 0;	/* whatever was there before */
		pointer = args[4];
		bpf_probe_read_user(&length32, sizeof(length32), (void *)args[5]);
		length = length32;
		break;
	case ADDRESS_MESSAGE:
		if (call->failed &&
		    (call->number == __NR_recvmsg || call->number == __NR_recvmmsg))
			return 0;
		/* struct msghdr begins with pointer and length; pointers have 4 bytes in 32-bit calls */
		bpf_probe_read_user(message, sizeof(message), (void *)args[1]);
		pointer = call->compat ? message[0] : message[0] | (__u64)message[1] << 32;
		length = call->compat ? message[1] : message[2];
		break;
	}
	if (!pointer)
		return 0;
	if (length > ADDRESS_LIMIT)
		length = ADDRESS_LIMIT;
	MASK(at, EVENT_DATA_MASK);
	MASK(length, 255);
	if (bpf_probe_read_user(data + at, length, (void *)pointer))
		return 0;
	return length;
}

static __always_inline __u64 fill_socket(union event_slot *slot, const struct call *call,
					  const struct call_shape *shape, struct walk *walk, __s32 fd,
					  __u64 file, __u64 sock)
{
	struct socket_record *record = &slot->socket;
	__u64 at = 0, length, peer = 0, node;

	start_call(slot, call, RECORD_SOCKET);
	record->fd = fd;
	record->inode = 0;
	record->local_name_length = record->peer_name_length = record->resolved_length = 0;
	record->_pad = 0;
	__builtin_memset(&record->socket, 0, sizeof(record->socket));
	if (sock) {
		record->inode = GET(struct inode, GET(struct file, file, f_inode), i_ino);
		socket_facts(&record->socket, sock);
		if (record->socket.type == SOCK_RAW)
			record->socket.flagged = is_flagged(fd, file);
	}
	if (record->socket.family == AF_UNIX) {
		at = unix_name(record->data, sock);
		record->local_name_length = at;
		peer = GET(struct unix_sock, sock, peer);
		if (peer) {
			MASK(at, 127);
			length = unix_name(record->data + at, peer);
			record->peer_name_length = length;
			at += length;
		}
		node = unix_node(peer);
		if (!node)
			node = unix_node(sock);
		if (node && config.resolve >= RESOLVE_PATH) {
			walk_from(walk, WALK_SYS_EXIT, node);
			MASK(at, 255);
			length = copy_walked(walk, &slot->header, record->data + at);
			record->resolved_length = length;
			at += length;
		}
	}
	length = put_address(slot, call, record->data, at, shape->address);
	record->address_length = length;
	return sizeof(*record) + at + length;
}

#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030

/* A call about a descriptor: what the descriptor is decides on the kind of record. */
static __always_inline __u64 fill_descriptor(union event_slot *slot, const struct call *call,
					      const struct call_shape *shape, struct walk *walk)
{
	__u8 which = shape->fd;
	__u64 file = 0, sock = 0;
	__s32 fd;

	if (call->number == __NR_fcntl &&
	    (slot->call.args[1] == F_DUPFD || slot->call.args[1] == F_DUPFD_CLOEXEC))
		which = RESULT;
	fd = descriptor(slot, call, which);
	if (config.resolve >= RESOLVE_FACTS)
		file = file_of(fd);
	if (file)
		sock = sock_of(file);
	if (sock || (shape->kind == SHAPE_SOCKET && !file))
		return fill_socket(slot, call, shape, walk, fd, file, sock);
	return fill_file(slot, call, shape, walk, fd, file);
}

static __always_inline enum event_class descriptor_class(const union event_slot *slot)
{
	return slot->header.kind == RECORD_SOCKET ? CLASS_NETWORK : CLASS_FILE;
}

/* Sends the record of the call that is begun in the slot. A global function, for the reason of
 * submit_call(). */
__noinline int send_descriptor(void)
{
	union event_slot *slot = event_slot();
	struct walk *walk = walk_slot(WALK_SYS_EXIT);
	struct call call;
	__u64 size;

	if (!slot || !walk)
		return 0;
	call = call_in(slot);
	size = fill_descriptor(slot, &call, &call_shapes[call.number], walk);
	submit_call(size, descriptor_class(slot));
	return 0;
}

#define MESSAGES_LIMIT 16
#define MESSAGE_BYTES 64		/* sizeof(struct mmsghdr) */
#define MESSAGE_BYTES_COMPAT 32
#define MESSAGE_MOVED(bytes) ((bytes) == MESSAGE_BYTES ? 56 : 28)	/* where msg_len is */

static __always_inline bool moves_messages(const struct call *call)
{
	return call->number == __NR_sendmmsg || call->number == __NR_recvmmsg;
}

/* Of several messages each has a record, with its own address and data; its result is how much was moved. */
static __always_inline void report_descriptor(union event_slot *slot, const struct call *call)
{
	__u64 bytes = call->compat ? MESSAGE_BYTES_COMPAT : MESSAGE_BYTES;
	__u32 moved;

	start_call(slot, call, RECORD_CALL);
	if (!moves_messages(call) || call->result <= 0) {
		send_descriptor();
		return;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < MESSAGES_LIMIT; i++) {
		if (i >= call->result)
			break;
		moved = 0;
		bpf_probe_read_user(&moved, sizeof(moved),
				    (void *)(slot->call.args[1] + MESSAGE_MOVED(bytes)));
		slot->header.result = moved;
		send_descriptor();
		slot->call.args[1] += bytes;
	}
}
