/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * How kernel memory is read. An address is a plain __u64; GET() names the type behind it.
 *
 *   falcod.bpf.o        bpf_probe_read_kernel, about 28 ns a read; by its helpers kernel 5.8 and newer
 *   falcod-cast.bpf.o   (-DCAST) bpf_rdonly_cast, a plain load that faults to zero; kernel 6.2 and newer
 *
 * A read from a wrong or freed address gives zero in both, never a fault.
 */
#pragma once

#include "types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifdef CAST
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym;
#define GET(type, address, field) \
	((__u64)(((type *)bpf_rdonly_cast((void *)(address), bpf_core_type_id_kernel(type)))->field))
#else
/* The address goes through a variable: clang refuses nested __builtin_preserve_access_index. */
#define GET(type, address, field)                                    \
	({                                                           \
		type *__p = (type *)(address);                       \
		typeof(((type *)0)->field) __v = 0;                  \
		bpf_core_read(&__v, sizeof(__v), &__p->field);       \
		(__u64)__v;                                          \
	})
#endif

/* Address of an embedded member, and the way back. */
#define AT(type, address, field) ((__u64)(address) + bpf_core_field_offset(type, field))
#define CONTAINER(type, field, address) ((__u64)(address) - bpf_core_field_offset(type, field))

/* Like GET(), but always a mere number: to a pointer that a plain load gives, the verifier lets one add
 * nothing that it does not know. A plain load needs some kernel type that holds a number of 64 bits. */
static __always_inline __u64 read_u64(__u64 address)
{
#ifdef CAST
	return GET(struct qstr, address, hash_len);
#else
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)address);
	return value;
#endif
}

/* Bounds that the verifier sees and no compiler folds away or moves to another register. */
#define MASK(value, mask) asm volatile("%0 &= %1" : "+r"(value) : "i"(mask))
#define CLAMP(value, limit) \
	asm volatile("if %0 <= %1 goto +1; %0 = %1" : "+r"(value) : "i"(limit))

/* Whether the first `length` bytes agree, which are at most `limit`, a constant. Whole words are compared:
 * both sides have room for that. */
static __always_inline bool same_bytes(const char *one, const char *other, __u32 length, __u32 limit)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < limit; i += 8) {
		__u64 difference;

		if (i >= length)
			return true;
		difference = *(__u64 *)(one + i) ^ *(__u64 *)(other + i);
		if (length - i < 8)
			difference &= ~0ull >> (64 - (length - i) * 8);
		if (difference)
			return false;
	}
	return true;
}
