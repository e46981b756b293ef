/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * Whose doings are captured: everybody's, or those of some processes and all they start.
 */
#pragma once

#include "emit.h"

/* tgid to 1. User space adds the first process, fork adds children, the last exit removes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u32);
} tracked SEC(".maps");

static __always_inline bool in_scope(__u32 tgid)
{
	return config.scope == SCOPE_ALL || bpf_map_lookup_elem(&tracked, &tgid);
}

static __always_inline void extend_scope(__u32 child_tgid)
{
	__u32 one = 1;

	if (config.scope == SCOPE_TRACKED &&
	    bpf_map_update_elem(&tracked, &child_tgid, &one, BPF_ANY))
		count_failed(CLASS_LIFECYCLE);	/* the child goes unseen */
}

static __always_inline void leave_scope(__u32 tgid)
{
	if (config.scope == SCOPE_TRACKED)
		bpf_map_delete_elem(&tracked, &tgid);
}
