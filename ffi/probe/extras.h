/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * What a system call's arguments point to, and what else the kernel knows of it, behind the record that
 * tells its numbers. Fetched only for calls of which a rule asks it (enum interest).
 */
#pragma once

#include "call.h"
#include "extra_shapes.h"
#include "socket.h"
#include "usage.h"

#define EXTRA_LIMIT 8192		/* of one piece */
#define EXTRA_LAST (EVENT_SLOT - EXTRA_LIMIT - 64)	/* where the last piece can begin */
#define VECTOR_LIMIT 32			/* buffers of a vector that are looked at */
#define WORDS_LIMIT 64			/* words of an argument vector */
#define MOVE_MOUNT_F_EMPTY_PATH 4	/* linux v6.8 include/uapi/linux/mount.h */
#define FMODE_NEED_UNMOUNT (1 << 28)	/* made with a mount of its own, linux v6.8 include/linux/fs.h */
#define UNREADABLE -1			/* in the place of a length */

/* What a piece is made of, in memory that the verifier knows nothing about: see struct walk. */
struct fetch {
	__u64 pointer, count;		/* of an iovec array */
	__u64 wanted;			/* bytes of data yet to be copied */
	__u64 total;			/* bytes all buffers have */
	__u64 at;			/* in the slot */
	__u64 compat;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fetch);
} fetches SEC(".maps");

/* Copies memory of the program to the slot; returns how much, all or nothing. */
static __always_inline __u64 fetch_bytes(union event_slot *slot, __u64 at, __u64 pointer, __u64 length)
{
	CLAMP(at, EXTRA_LAST);
	CLAMP(length, EXTRA_LIMIT);
	if (!length || !pointer ||
	    bpf_probe_read_user(slot->bytes + at, length, (void *)pointer))
		return 0;
	return length;
}

/* A text without the NUL that ends it; UNREADABLE where the program has none. */
static __always_inline int fetch_text(union event_slot *slot, __u64 at, __u64 pointer)
{
	long size;

	CLAMP(at, EXTRA_LAST);
	size = bpf_probe_read_user_str(slot->bytes + at, GIVEN_LIMIT, (void *)pointer);
	if (size == GIVEN_LIMIT)
		slot->header.flags |= HEADER_TRUNCATED;
	return size < 1 ? UNREADABLE : size - 1;
}

/* How much of a buffer is looked at: what was moved, or what was to be moved when that failed. */
static __always_inline __u64 data_length(__s64 moved, __u64 asked, bool received)
{
	__u64 length = moved > 0 ? (__u64)moved : received ? 0 : asked, limit = config.data_limit;

	return length < limit ? length : limit;
}

static __always_inline struct fetch *current_fetch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&fetches, &zero);
}

/* One buffer of a vector; 1 ends it. A global function, so that the verifier looks at it once and not
 * at every step. */
__noinline int vector_step(void)
{
	struct fetch *fetch = current_fetch();
	union event_slot *slot = event_slot();
	__u64 entry[2] = {}, length, at;
	__u32 entry32[2] = {};

	if (!fetch || !slot || !fetch->count)
		return 1;
	fetch->count--;
	if (fetch->compat) {
		if (bpf_probe_read_user(entry32, sizeof(entry32), (void *)fetch->pointer))
			return 1;
		entry[0] = entry32[0];
		entry[1] = entry32[1];
		fetch->pointer += sizeof(entry32);
	} else {
		if (bpf_probe_read_user(entry, sizeof(entry), (void *)fetch->pointer))
			return 1;
		fetch->pointer += sizeof(entry);
	}
	fetch->total += entry[1];
	length = entry[1] < fetch->wanted ? entry[1] : fetch->wanted;
	if (!length)
		return 0;
	at = fetch->at;
	length = fetch_bytes(slot, at, entry[0], length);
	fetch->at += length;
	fetch->wanted = length ? fetch->wanted - length : 0;
	return 0;
}

/* The bytes that all buffers have, or that came into them (8 bytes), then data. */
static __always_inline __u64 fetch_vector(union event_slot *slot, struct fetch *fetch, __u64 at,
					  __s64 moved, bool received)
{
	__u64 start = at;

	fetch->total = 0;
	fetch->at = at + 8;
	fetch->wanted = data_length(moved, ~0ull, received);
#pragma clang loop unroll(disable)
	for (int i = 0; i < VECTOR_LIMIT; i++)
		if (vector_step())
			break;
	CLAMP(at, EXTRA_LAST);
	*(__u64 *)(slot->bytes + at) = received ? (__u64)moved : fetch->total;
	return fetch->at - start;
}

/* One word of an argument vector with its NUL; 1 ends it. */
__noinline int word_step(void)
{
	struct fetch *fetch = current_fetch();
	union event_slot *slot = event_slot();
	__u64 word = 0, at;
	__u32 word32 = 0;
	long size;

	if (!fetch || !slot || fetch->wanted < GIVEN_LIMIT)
		return 1;
	if (fetch->compat) {
		bpf_probe_read_user(&word32, sizeof(word32), (void *)fetch->pointer);
		word = word32;
	} else {
		bpf_probe_read_user(&word, sizeof(word), (void *)fetch->pointer);
	}
	if (!word)
		return 1;
	fetch->pointer += fetch->compat ? sizeof(word32) : sizeof(word);
	at = fetch->at;
	CLAMP(at, EVENT_SLOT - GIVEN_LIMIT);
	size = bpf_probe_read_user_str(slot->bytes + at, GIVEN_LIMIT, (void *)word);
	if (size < 1)
		return 1;
	fetch->at += size;
	fetch->wanted -= size;
	return 0;
}

static __always_inline __u64 fetch_words(struct fetch *fetch, __u64 at)
{
	fetch->at = at;
	fetch->wanted = EXTRA_LIMIT;
#pragma clang loop unroll(disable)
	for (int i = 0; i < WORDS_LIMIT; i++)
		if (word_step())
			break;
	return fetch->at - at;
}

/* struct user_msghdr, and struct mmsghdr begins with one: where its members are, and how wide, depends
 * on the entry. linux v6.8 include/linux/socket.h, include/net/compat.h */
struct message {
	__u64 vector, count, control, control_length;
};

static __always_inline bool read_message(struct message *message, __u64 address, bool compat)
{
	__u64 wide[7] = {};
	__u32 narrow[7] = {};

	if (compat) {
		if (bpf_probe_read_user(narrow, sizeof(narrow), (void *)address))
			return false;
		message->vector = narrow[2];
		message->count = narrow[3];
		message->control = narrow[4];
		message->control_length = narrow[5];
		return true;
	}
	if (bpf_probe_read_user(wide, sizeof(wide), (void *)address))
		return false;
	message->vector = wide[2];
	message->count = wide[3];
	message->control = wide[4];
	message->control_length = wide[5];
	return true;
}

/* How full the queue of a listening socket is, and how full it may be. */
static __always_inline __u64 fetch_queue(union event_slot *slot, __u64 at, __s32 fd)
{
	__u64 file = file_of(fd), sock = file ? sock_of(file) : 0;
	__u32 *queue;

	if (!sock)
		return 0;
	CLAMP(at, EXTRA_LAST);
	queue = (__u32 *)(slot->bytes + at);
	queue[0] = GET(struct sock, sock, sk_ack_backlog);
	queue[1] = GET(struct sock, sock, sk_max_ack_backlog);
	return 8;
}

/* The two descriptors a call made, the inode of the first, and of a pair of sockets the addresses of
 * both: int[2], u64 inode, u64 own, u64 peer. */
static __always_inline __u64 fetch_made(union event_slot *slot, __u64 at, __u64 pointer)
{
	__s32 made[2] = {-1, -1};
	__u64 file, sock, *facts;

	if (slot->header.result || bpf_probe_read_user(made, sizeof(made), (void *)pointer))
		return 0;
	CLAMP(at, EXTRA_LAST);
	facts = (__u64 *)(slot->bytes + at);
	facts[0] = (__u32)made[0] | (__u64)(__u32)made[1] << 32;
	facts[1] = facts[2] = facts[3] = 0;
	file = file_of(made[0]);
	if (!file)
		return 32;
	facts[1] = GET(struct inode, GET(struct file, file, f_inode), i_ino);
	sock = sock_of(file);
	if (sock) {
		facts[2] = sock;
		facts[3] = GET(struct unix_sock, sock, peer);
	}
	return 32;
}

/* Of the mount that a descriptor is of, when the call in the slot is about that and no path from there. */
static __always_inline int fetch_mount(union event_slot *slot, __u64 at, __s32 fd, __u8 fact)
{
	__u64 file, mount, super, text;
	struct mount_facts *facts;
	long size;

	if (!(slot->call.args[4] & MOVE_MOUNT_F_EMPTY_PATH) || slot->path.first_length)
		return 0;
	file = file_of(fd);
	if (!file)
		return 0;
	mount = read_u64(AT(struct file, file, f_path.mnt));
	super = GET(struct vfsmount, mount, mnt_sb);
	CLAMP(at, EXTRA_LAST);
	if (fact == MOUNT_FACTS) {
		facts = (struct mount_facts *)(slot->bytes + at);
		facts->flags = GET(struct vfsmount, mount, mnt_flags);
		facts->is_new = GET(struct file, file, f_mode) & FMODE_NEED_UNMOUNT ? 1 : 0;
		facts->is_part = GET(struct vfsmount, mount, mnt_root) !=
				 GET(struct super_block, super, s_root);
		facts->_pad = 0;
		return sizeof(*facts);
	}
	text = fact == MOUNT_TYPE ?
		       GET(struct file_system_type, GET(struct super_block, super, s_type), name) :
		       GET(struct mount, CONTAINER(struct mount, mnt, mount), mnt_devname);
	size = bpf_probe_read_kernel_str(slot->bytes + at, GIVEN_LIMIT, (void *)text);
	return size < 1 ? 0 : size - 1;
}

/* Puts one piece into the slot at a multiple of 8 and returns its length. A global function, which the
 * verifier looks at once. */
__noinline int fetch_piece(__u32 which, __u32 start)
{
	union event_slot *slot = event_slot();
	struct fetch *fetch = current_fetch();
	__u64 number, at = start, piece = which, from, amount = 0;
	struct message message = {};
	struct extra_shape shape;
	__u32 length = 0;
	bool compat;

	if (!slot || !fetch || piece >= EXTRA_PIECES || at > EXTRA_LAST)
		return 0;
	CLAMP(piece, EXTRA_PIECES - 1);
	number = slot->header.syscall;
	MASK(number, SYSCALL_LIMIT - 1);
	shape = extra_shapes[number].piece[piece];
	if (!shape.kind || (shape.when_done && slot->header.result < 0))
		return 0;
	from = argument(slot, shape.from);
	compat = slot->header.flags & HEADER_COMPAT;
	if (shape.amount)
		amount = argument(slot, shape.amount);
	fetch->compat = compat;

	switch (shape.kind) {
	case EXTRA_BYTES:
		return fetch_bytes(slot, at, from, shape.limit);
	case EXTRA_TEXT:
		return fetch_text(slot, at, from);
	case EXTRA_COUNTED:
		amount = (__u32)amount * (__u64)shape.unit;
		return fetch_bytes(slot, at, from, amount < shape.limit ? amount : shape.limit);
	case EXTRA_FILLED:
		bpf_probe_read_user(&length, sizeof(length), (void *)amount);
		return fetch_bytes(slot, at, from, length < shape.limit ? length : shape.limit);
	case EXTRA_SENT:
		return fetch_bytes(slot, at, from, data_length(slot->header.result, amount, false));
	case EXTRA_RECEIVED:
		return fetch_bytes(slot, at, from, data_length(slot->header.result, 0, true));
	case EXTRA_VECTOR:
		fetch->pointer = from;
		fetch->count = amount;
		return fetch_vector(slot, fetch, at, slot->header.result, shape.unit);
	case EXTRA_MESSAGE:
		if (!read_message(&message, from, compat))
			return 0;
		fetch->pointer = message.vector;
		fetch->count = message.count;
		return fetch_vector(slot, fetch, at, slot->header.result, shape.unit);
	case EXTRA_CONTROL:
		if (!read_message(&message, from, compat))
			return 0;
		return fetch_bytes(slot, at, message.control, message.control_length);
	case EXTRA_QUEUE:
		return fetch_queue(slot, at, from);
	case EXTRA_MOUNT:
		return fetch_mount(slot, at, from, shape.unit);
	case EXTRA_MADE:
		return fetch_made(slot, at, from);
	case EXTRA_WORDS:
		fetch->pointer = from;
		return fetch_words(fetch, at);
	case EXTRA_USAGE:
		CLAMP(at, EXTRA_LAST);
		usage_facts((struct usage_facts *)(slot->bytes + at));
		return sizeof(struct usage_facts);
	}
	return 0;
}

#define NO_MORE -1
#define PATHS_LIMIT 8192		/* of a list of descriptors: those behind so many bytes have no paths */

/* Puts one of the other descriptors, or one of a list of them, into the slot at a multiple of 8, and returns its
 * length; NO_MORE where there is none. A path in a file system can be left out. In descriptors.h. */
int fetch_descriptor(__u32 which, __u32 nth, __u32 start, __u32 without_path);

/* Appends what is asked for of the call in the slot, and the tail; returns the record's new size. */
__noinline int append_extras(__u32 size, __u32 asked)
{
	union event_slot *slot = event_slot();
	struct extras_tail tail = {};
	__u64 at = size;

	if (!slot)
		return size;
	at += 7;
	MASK(at, 0x7ff8);
	tail.at = at;
	for (__u32 i = 0; i < EXTRA_PIECES && asked & INTEREST_EXTRAS; i++) {
		int length = fetch_piece(i, at);

		if (length == UNREADABLE) {
			tail.unreadable |= 1 << i;
			continue;
		}
		if (length < 0 || length > EXTRA_LIMIT + 8)
			break;
		tail.length[i] = length;
		at += length + 7;
		MASK(at, 0x7ff8);
	}
	for (__u32 i = 0; i < EXTRA_DESCRIPTORS && asked & INTEREST_DESCRIPTORS; i++) {
		__u64 start = at;

#pragma clang loop unroll(disable)
		for (__u32 nth = 0; nth < POLL_LIMIT; nth++) {
			int length = fetch_descriptor(i, nth, at, at - start > PATHS_LIMIT);

			if (length < 0 || length > EXTRA_LIMIT)
				break;
			at += length;
			MASK(at, 0x7ff8);
		}
		tail.descriptor[i] = at - start;
	}
	CLAMP(at, EXTRA_LAST);
	if (asked & INTEREST_USAGE) {
		usage_facts((struct usage_facts *)(slot->bytes + at));
		tail.usage = sizeof(struct usage_facts);
		at += sizeof(struct usage_facts);
	}
	*(struct extras_tail *)(slot->bytes + at) = tail;
	slot->header.flags |= HEADER_EXTRAS;
	return at + sizeof(tail);
}
