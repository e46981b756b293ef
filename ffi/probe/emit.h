/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * From a record under construction to a ring: maps, scratch memory, counters, wake-ups.
 */
#pragma once

#include "config.h"
#include "memory.h"
#include "records.h"

#define GIVEN_LIMIT 4096		/* a path as given, with its NUL (PATH_MAX) */
#define ARGS_LIMIT 65536
#define EXEC_DATA (2 * ARGS_LIMIT + 4 * GIVEN_LIMIT)
#define EVENT_SLOT 32768		/* the largest value a per-CPU map can have */
#define EVENT_DATA_MASK 0x3fff		/* at most 16383 bytes of strings before the last one */

/* Records of the sys_exit program are put together here. */
union event_slot {
	struct record_header header;
	struct call_record call;
	struct path_record path;
	struct file_record file;
	struct socket_record socket;
	struct identity_record identity;
	struct cwd_record cwd;
	char bytes[EVENT_SLOT];
};

union exec_slot {
	struct exec_record record;
	char bytes[sizeof(struct exec_record) + EXEC_DATA];
	/* Nothing else refers to these; here they stay in the object's BTF. */
	struct fork_record fork;
	struct exit_record exit;
	struct signal_record signal;
	struct switch_record switched;
	struct fault_record fault;
	struct extras_tail extras_tail;
	struct usage_facts usage_facts;
	struct mount_facts mount_facts;
	enum record_kind kind;
	enum header_flags header_flags;
	enum file_flags file_flags;
	enum event_class event_class;
	enum scope scope;
	enum resolve resolve;
	enum interest interest;
};

struct counters_value {
	struct class_counters of[CLASS_COUNT];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} lifecycle SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 32 << 20);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters_value);
} counters SEC(".maps");

#define KIND_LIMIT 16

struct lost_records {
	__u64 of_syscall[SYSCALL_LIMIT];
	__u64 of_kind[KIND_LIMIT];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lost_records);
} lost SEC(".maps");

/* One slot: programs that use it run without preemption, and none of them begins in an interrupt. What is in it
 * stays until something else of the same program is told. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, union event_slot);
} event_slots SEC(".maps");

/* Indexed by CPU: too large for a per-CPU map. User space may shrink it to the number of possible
 * CPUs before loading; on a CPU without a slot exec records are lost and counted as failed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, union exec_slot);
} exec_slots SEC(".maps");

static __always_inline struct class_counters *counters_of(enum event_class class)
{
	__u32 zero = 0;
	struct counters_value *value = bpf_map_lookup_elem(&counters, &zero);

	return value ? &value->of[class] : 0;
}

static __always_inline void count_failed(enum event_class class)
{
	struct class_counters *counters = counters_of(class);

	if (counters)
		counters->failed++;
}

static __always_inline void count_filtered(enum event_class class)
{
	struct class_counters *counters = counters_of(class);

	if (counters)
		counters->filtered++;
}

/* A record that found its ring full: by its system call, or by its kind when it is of none. */
static __always_inline void count_lost(const struct record_header *header)
{
	__u32 zero = 0;
	struct lost_records *lost_records = bpf_map_lookup_elem(&lost, &zero);
	__u64 syscall = header->syscall, kind = header->kind;

	if (!lost_records)
		return;
	if (syscall < SYSCALL_LIMIT) {
		MASK(syscall, SYSCALL_LIMIT - 1);
		lost_records->of_syscall[syscall]++;
	} else {
		MASK(kind, KIND_LIMIT - 1);
		lost_records->of_kind[kind]++;
	}
}

static __always_inline void count_submitted(enum event_class class,
					    const struct record_header *header, long error)
{
	struct class_counters *counters = counters_of(class);

	if (counters && error)
		counters->dropped++;
	else if (counters)
		counters->submitted++;
	if (error)
		count_lost(header);
}

static __always_inline union event_slot *event_slot(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&event_slots, &zero);
}

static __always_inline union exec_slot *exec_slot(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&exec_slots, &cpu);
}

/* Whether the reader said that it sleeps; asking takes the flag back, so that it is woken once. */
static __always_inline bool take_wish(volatile __u32 *sleeps)
{
	if (!*sleeps)
		return false;
	*sleeps = 0;
	return true;
}

/* The reader polls while records come, so that records need not wake it. Before it sleeps it sets its
 * flag and looks into the ring once more. The flag is looked at before and after the record is made
 * visible: seen only before, a reader that falls asleep in between would sleep over the record. */
static __always_inline long output(void *ring, void *record, __u64 size, volatile __u32 *sleeps)
{
	long error = bpf_ringbuf_output(ring, record, size,
					take_wish(sleeps) ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
	void *nothing;

	if (take_wish(sleeps)) {
		nothing = bpf_ringbuf_reserve(ring, 8, 0);
		if (nothing)
			bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
	}
	return error;
}

static __always_inline void start_record(struct record_header *header, __u16 kind, __u16 syscall,
					 __s64 result)
{
	__u64 id = bpf_get_current_pid_tgid();

	header->kind = kind;
	header->syscall = syscall;
	header->boot_ns = bpf_ktime_get_boot_ns();
	header->tgid = id >> 32;
	header->tid = id;
	header->result = result;
	header->cpu = bpf_get_smp_processor_id();
	header->flags = 0;
	header->native_syscall = syscall;
}

#define NO_SYSCALL 0xffff

/* `size` rounded up to whole words; the bytes between are whatever the slot held before. */
static __always_inline void submit_event(union event_slot *slot, __u64 size, enum event_class class)
{
	size += 7;
	MASK(size, 0x7ff8);
	slot->header.size = size;
	count_submitted(class, &slot->header, output(&events, slot, size, &config.events_sleeps));
}

/* Whether more than so many eighths of the lifecycle ring are waiting. The last one is always for programs that
 * start and end; how much of the others changes may take says waiting.h. */
static __always_inline bool lifecycle_is_over(__u32 eighths)
{
	return bpf_ringbuf_query(&lifecycle, BPF_RB_AVAIL_DATA) >
	       bpf_ringbuf_query(&lifecycle, BPF_RB_RING_SIZE) / 8 * eighths;
}

/* For records made in an event slot. */
static __always_inline void submit_lifecycle(union event_slot *slot, __u64 size)
{
	size += 7;
	MASK(size, 0x7ff8);
	slot->header.size = size;
	count_submitted(CLASS_LIFECYCLE, &slot->header,
			lifecycle_is_over(7) ?
				-1 :
				output(&lifecycle, slot, size, &config.lifecycle_sleeps));
}

static __always_inline void submit_exec(union exec_slot *slot, __u64 size)
{
	size += 7;
	MASK(size, 0x3fff8);
	CLAMP(size, sizeof(*slot));
	slot->record.header.size = size;
	count_submitted(CLASS_LIFECYCLE, &slot->record.header,
			output(&lifecycle, slot, size, &config.lifecycle_sleeps));
}

/* For fork and exit, which are small enough for the stack. */
static __always_inline void submit_small(struct record_header *header, __u64 size)
{
	header->size = size;
	count_submitted(CLASS_LIFECYCLE, header,
			output(&lifecycle, header, size, &config.lifecycle_sleeps));
}

/* Likewise for a record of the events ring. */
static __always_inline void submit_small_event(struct record_header *header, __u64 size,
					       enum event_class class)
{
	header->size = size;
	count_submitted(class, header, output(&events, header, size, &config.events_sleeps));
}
