/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Both ends of a socket as the kernel knows them, whatever the program passed.
 */
#pragma once

#include "file.h"

#define SOCKFS_MAGIC 0x534f434b
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define UNIX_NAME_LIMIT 108		/* sizeof(sun_path) */
#define SOCK_STREAM 1
#define SOCK_RAW 3
#define O_NONBLOCK 04000
#define SOCK_BINDADDR_LOCK 4		/* linux v6.8 include/net/sock.h */
#define SOCK_BINDPORT_LOCK 8

/* `struct sock` behind a file, 0 when the file is no socket. A descriptor that names a socket's node
 * in a file system (O_PATH) has the mode of a socket but is none. */
static __always_inline __u64 sock_of(__u64 file)
{
	__u64 inode = GET(struct file, file, f_inode);

	if ((GET(struct inode, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	if (GET(struct super_block, GET(struct inode, inode, i_sb), s_magic) != SOCKFS_MAGIC)
		return 0;
	return GET(struct socket, GET(struct file, file, private_data), sk);
}

/* Whether others find this end of a connection by its port. A datagram socket is told by its bind(). An
 * accepted socket shares the port with its listener but not the listener's lock of it; connect() marks
 * the ports that it takes itself with -1, and a port that was bound before keeps its lock. */
static __always_inline bool found_by_port(__u64 sock, __u16 type)
{
	struct sock___locks *locked = (struct sock___locks *)sock;
	__u64 locks = BPF_CORE_READ_BITFIELD_PROBED(locked, sk_userlocks), bucket;

	if (type != SOCK_STREAM)
		return locks & (SOCK_BINDADDR_LOCK | SOCK_BINDPORT_LOCK);
	if (locks & SOCK_BINDPORT_LOCK)
		return false;
	bucket = GET(struct inet_connection_sock, sock, icsk_bind_hash);
	return bucket && (__s8)GET(struct inet_bind_bucket, bucket, fastreuse) >= 0;
}

static __always_inline void socket_facts(struct socket_facts *facts, __u64 sock)
{
	__u64 common = AT(struct sock, sock, __sk_common);

	facts->family = GET(struct sock_common, common, skc_family);
	facts->type = GET(struct sock, sock, sk_type);
	facts->protocol = GET(struct sock, sock, sk_protocol);
	facts->state = GET(struct sock_common, common, skc_state);
	if (facts->family != AF_INET && facts->family != AF_INET6)
		return;
	facts->local_port = GET(struct sock_common, common, skc_num);
	facts->remote_port = __builtin_bswap16(GET(struct sock_common, common, skc_dport));
	/* Given back when the other end refused, which of a socket that does not wait is before its
	 * call ends; what it was still stands there. */
	if (!facts->local_port && facts->remote_port)
		facts->local_port = __builtin_bswap16(GET(struct inet_sock, sock, inet_sport));
	facts->found_by_port = found_by_port(sock, facts->type);
	if (facts->family == AF_INET) {
		*(__u32 *)facts->local_address = GET(struct sock_common, common, skc_rcv_saddr);
		*(__u32 *)facts->remote_address = GET(struct sock_common, common, skc_daddr);
	} else if (bpf_core_field_exists(struct sock_common, skc_v6_daddr)) {
		bpf_probe_read_kernel(facts->local_address, 16,
				      (void *)AT(struct sock_common, common, skc_v6_rcv_saddr));
		bpf_probe_read_kernel(facts->remote_address, 16,
				      (void *)AT(struct sock_common, common, skc_v6_daddr));
	}
}

/* Whether a descriptor is non-blocking or closes on exec, as one that was made so. */
static __always_inline bool is_flagged(__s32 fd, __u64 file)
{
	__u64 files, table, words;

	if (GET(struct file, file, f_flags) & O_NONBLOCK)
		return true;
	if (fd < 0)
		return false;
	files = GET(struct task_struct, bpf_get_current_task(), files);
	table = GET(struct files_struct, files, fdt);
	if ((__u32)fd >= GET(struct fdtable, table, max_fds))
		return false;
	words = GET(struct fdtable, table, close_on_exec);
	return read_u64(words + (__u32)fd / 64 * 8) >> (fd & 63) & 1;
}

/* sun_path of a bound unix socket, without the NUL that ends a path; returns its length. */
static __always_inline __u64 unix_name(char *to, __u64 sock)
{
	__u64 address = GET(struct unix_sock, sock, addr), length;

	if (!address)
		return 0;
	length = GET(struct unix_address, address, len) - sizeof(__u16);
	if (length > UNIX_NAME_LIMIT)
		return 0;
	MASK(length, 127);
	bpf_probe_read_kernel(to, length,
			      (void *)(AT(struct unix_address, address, name) + sizeof(__u16)));
	if (length && to[0]) {
		__u64 last = length - 1;

		MASK(last, 127);
		if (!to[last])
			return last;
	}
	return length;
}

/* `struct path` of the node a unix socket is bound to, 0 without one. */
static __always_inline __u64 unix_node(__u64 sock)
{
	__u64 path = sock ? AT(struct unix_sock, sock, path) : 0;

	return path && GET(struct path, path, dentry) ? path : 0;
}
