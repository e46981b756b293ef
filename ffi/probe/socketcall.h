/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * The 32-bit socketcall(): one number for all socket calls, arguments in memory.
 */
#pragma once

#include "memory.h"
#include "syscalls.h"

#define IA32_NR_SOCKETCALL 102
#define SOCKETCALLS 32

/* linux v6.8 include/uapi/linux/net.h, SYS_*; 0 where there is none */
static const __u16 socketcalls[SOCKETCALLS] = {
	[1] = __NR_socket,	  [2] = __NR_bind,	   [3] = __NR_connect,
	[4] = __NR_listen,	  [5] = __NR_accept,	   [6] = __NR_getsockname,
	[7] = __NR_getpeername,	  [8] = __NR_socketpair,   [9] = __NR_sendto,
	[10] = __NR_recvfrom,	  [11] = __NR_sendto,	   [12] = __NR_recvfrom,
	[13] = __NR_shutdown,	  [14] = __NR_setsockopt,  [15] = __NR_getsockopt,
	[16] = __NR_sendmsg,	  [17] = __NR_recvmsg,	   [18] = __NR_accept4,
	[19] = __NR_recvmmsg,	  [20] = __NR_sendmmsg,
};

/* The number of the call behind a socketcall, or COMPAT_UNKNOWN. */
static __always_inline __u32 socketcall_number(__u64 which)
{
	__u16 number;

	if (which >= SOCKETCALLS)
		return COMPAT_UNKNOWN;
	MASK(which, SOCKETCALLS - 1);
	number = socketcalls[which];
	return number ? number : COMPAT_UNKNOWN;
}

/* Replaces the two arguments of socketcall() by those of the call behind it. send() and recv()
 * have only four: what follows them in memory is no address. */
static __always_inline void socketcall_arguments(__u64 *args)
{
	__u64 which = args[0], array = args[1];

	for (int i = 0; i < 6; i++) {
		__u32 value = 0;

		bpf_probe_read_user(&value, sizeof(value), (void *)(array + i * sizeof(value)));
		args[i] = value;
	}
	if (which == 9 || which == 10)
		args[4] = args[5] = 0;
}
