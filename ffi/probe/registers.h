/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Where an architecture keeps a system call's number and arguments: all of a port but the numbers
 * themselves, which syscalls.h has.
 */
#pragma once

#include "memory.h"

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT 0x0002		/* linux v6.8 arch/x86/include/asm/thread_info.h */
#define X32_SYSCALL_BIT 0x40000000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long r10, r9, r8, cx, dx, si, di, bx, bp, orig_ax, ip;
};
#pragma clang attribute pop

/* int $0x80 counts whatever code segment it is called from, so regs->cs would not do. */
static __always_inline bool status_is_compat(__u32 status)
{
	return status & TS_COMPAT;
}
#define COMPAT_STATUS(task) ((task)->thread_info.status)
#define COMPAT_STATUS_AT(address) GET(struct task_struct, address, thread_info.status)

static __always_inline __u32 native_number(struct pt_regs *regs)
{
	return regs->orig_ax;
}

/* x32 calls are 64-bit calls with a bit set in the number. */
static __always_inline __u32 plain_number(__u32 native)
{
	return native & ~X32_SYSCALL_BIT;
}

static __always_inline void read_arguments(struct pt_regs *regs, bool compat, __u64 *args)
{
	if (compat) {
		args[0] = (__u32)regs->bx;
		args[1] = (__u32)regs->cx;
		args[2] = (__u32)regs->dx;
		args[3] = (__u32)regs->si;
		args[4] = (__u32)regs->di;
		args[5] = (__u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT 22			/* linux v6.8 arch/arm64/include/asm/thread_info.h */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;			/* x0 holds the result by now */
	__s32 syscallno;
};
#pragma clang attribute pop

static __always_inline bool status_is_compat(__u32 status)
{
	return status >> TIF_32BIT & 1;
}
#define COMPAT_STATUS(task) ((task)->thread_info.flags)
#define COMPAT_STATUS_AT(address) GET(struct task_struct, address, thread_info.flags)

static __always_inline __u32 native_number(struct pt_regs *regs)
{
	return regs->syscallno;
}

static __always_inline __u32 plain_number(__u32 native)
{
	return native;
}

static __always_inline void read_arguments(struct pt_regs *regs, bool compat, __u64 *args)
{
	args[0] = regs->orig_x0;
	args[1] = regs->regs[1];
	args[2] = regs->regs[2];
	args[3] = regs->regs[3];
	args[4] = regs->regs[4];
	args[5] = regs->regs[5];
}

#else
#error "no register layout for this architecture"
#endif

/* Whether the current system call came through the 32-bit entry. Asked at every system call, so it
 * takes the direct load where the kernel has the helper for it (5.11). */
static __always_inline bool is_compat_call(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return status_is_compat(COMPAT_STATUS(bpf_get_current_task_btf()));
	return status_is_compat(COMPAT_STATUS_AT(bpf_get_current_task()));
}
