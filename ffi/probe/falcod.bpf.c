/* SPDX-License-Identifier: (GPL-2.0 OR BSD-2-Clause)
 *
 * The probe: programs on raw tracepoints, all that every kernel since 5.8 with BTF lets one
 * attach without tracefs.
 *
 *   sys_exit             any system call, at its end: descriptors and results are known then
 *   sys_enter            close(), while a rule asks what is closed
 *   sched_process_exec   a new program
 *   sched_process_fork   a new thread or process, before it runs
 *   sched_process_exit   a thread ends, before its children are given to another
 *   cgroup_attach_task   somebody moves a process to another cgroup
 *   signal_deliver       a signal reaches a thread
 *   sched_switch         a processor goes on with another thread, while a rule asks
 *   page_fault_user      a page fault, likewise
 *   io_uring_…           requests that do what system calls do
 *
 * Records and their two rings are in records.h, what user space sets in config.h.
 */
#include "closing.h"
#include "config.h"
#include "descriptors.h"
#include "emit.h"
#include "exec.h"
#include "moment.h"
#include "report.h"
#include "scope.h"
#include "signal.h"
#include "state.h"
#include "uring.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Records of what a call asked for; `args` are in the slot. */
static __always_inline void report(union event_slot *slot, const struct call *call,
				   const struct call_shape *shape, struct walk *walk)
{
	__u64 number = call->number;

	MASK(number, SYSCALL_LIMIT - 1);
	switch (shape->kind) {
	case SHAPE_FILE:
	case SHAPE_SOCKET:
		if (interest[number] & INTEREST_NUMBERS && !shape->first && shape->fd <= ARG6 &&
		    !moves_messages(call)) {
			report_call(slot, call);
			break;
		}
		report_descriptor(slot, call);
		break;
	case SHAPE_PATH:
	case SHAPE_EXEC:
		report_path(slot, call, shape, walk);
		break;
	default:
		if (number == __NR_close && report_closed(slot, call))
			break;
		report_call(slot, call);
	}
}

/* What is left of the calls that anybody wants, or that change their process. A function of its own, so that all
 * others need no more of the stack than they use. */
static __noinline int report_exit(struct pt_regs *regs, long result)
{
	struct call call = call_of(regs, result);
	__u64 number = call.number;
	const struct call_shape *shape;
	union event_slot *slot;
	struct walk *walk;
	bool wanted, changes, told;
	__u32 tgid;

	MASK(number, SYSCALL_LIMIT - 1);
	shape = &call_shapes[number];
	wanted = interest[number] & (call.failed ? INTEREST_FAILED : INTEREST_REPORT);
	changes = shape->effects && !call.failed;
	slot = event_slot();
	walk = walk_slot(WALK_SYS_EXIT);
	if (!slot || !walk)
		return 0;
	if (wanted) {
		load_arguments(slot->call.args, &call, regs);
		if (left_out(slot, &call, shape)) {
			count_filtered(CLASS_FILE);
			return 0;
		}
	}
	tgid = bpf_get_current_pid_tgid() >> 32;
	if (!in_scope(tgid))
		return 0;
	if (tgid == config.ignored_tgid || (shape->kind == SHAPE_EXEC && !call.failed))
		wanted = false;
	/* Before the event, so that rules see the process as the call left it. */
	if (changes && changes_identity(shape, regs, &call))
		report_identity(slot, &call, walk);
	if (changes && shape->effects & EFFECT_CWD)
		report_cwd(slot, &call, walk);
	if (wanted) {
		told = waiting_count && tell_waiting(1);
		if (changes || told)
			load_arguments(slot->call.args, &call, regs);
		report(slot, &call, shape, walk);
	}
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	struct call call = call_of(regs, result);
	__u64 number = call.number;
	const struct call_shape *shape;
	bool wanted;

	if (number >= SYSCALL_LIMIT)
		return 0;
	MASK(number, SYSCALL_LIMIT - 1);
	shape = &call_shapes[number];
	wanted = interest[number] & (call.failed ? INTEREST_FAILED : INTEREST_REPORT);
	if (!wanted && (!shape->effects || call.failed))
		return 0;
	/* Whoever does it: most calls that anybody wants are done with here. */
	if (wanted && left_out_at_once(&call, shape, regs)) {
		count_filtered(CLASS_FILE);
		return 0;
	}
	return report_exit(regs, result);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long id)
{
	__u64 native = id;
	__u32 tgid;

	if (is_compat_call()) {
		if (native >= SYSCALL_LIMIT)
			return 0;
		MASK(native, SYSCALL_LIMIT - 1);
		native = compat_syscalls[native];
	} else {
		native = plain_number(native);
	}
	if (native != __NR_close || !(interest[__NR_close] & INTEREST_REPORT))
		return 0;
	tgid = bpf_get_current_pid_tgid() >> 32;
	if (tgid != config.ignored_tgid && in_scope(tgid))
		keep_closing(regs);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	union exec_slot *slot;
	struct walk *walk;

	if (!in_scope(bpf_get_current_pid_tgid() >> 32))
		return 0;
	/* The thread has another number from now on, and its record tells everything. */
	forget_waiting(bpf_get_current_pid_tgid() >> 32, old_pid, true);
	slot = exec_slot();
	walk = walk_slot(WALK_EXEC);
	if (!slot || !walk) {
		count_failed(CLASS_LIFECYCLE);
		return 0;
	}
	report_exec(slot, walk, (__u64)bprm);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u64 address = (__u64)child, signal, leader;
	__u32 child_tgid = GET(struct task_struct, address, tgid);
	struct fork_record record = {};
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct pid_view view;
	struct walk *walk;

	if (!in_scope(tgid))
		return 0;
	if (child_tgid != tgid)
		extend_scope(child_tgid);
	if (waiting_count) {
		tell_waiting(0);
		wait_like_parent(child_tgid, GET(struct task_struct, address, pid));
	}
	signal = GET(struct task_struct, address, signal);
	leader = GET(struct task_struct, address, group_leader);
	view = pid_view(address);
	record.child_tgid = child_tgid;
	record.child_tid = GET(struct task_struct, address, pid);
	record.child_parent_tgid =
		GET(struct task_struct, GET(struct task_struct, address, real_parent), tgid);
	record.child_virtual_pid =
		number_in(signal_pid(signal, PIDTYPE_TGID), view.level, view.namespace);
	record.child_virtual_tid = number_in(GET(struct task_struct, address, thread_pid), view.level,
					     view.namespace);
	record.child_start_boot_ns = GET(struct task_struct, leader, start_boottime);
	start_record(&record.header, RECORD_FORK, NO_SYSCALL, record.child_tid);
	submit_small(&record.header, sizeof(record));
	walk = walk_slot(WALK_SYS_EXIT);
	if (walk && child_tgid != tgid && is_somebody_else((__u64)parent, address)) {
		walk->task = address;
		report_other_identity(0);
	}
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u64 address = (__u64)task, signal;
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct exit_record record = {};

	if (!in_scope(tgid)) {
		/* Others of its process may have ended the scope before it. */
		forget_waiting(tgid, bpf_get_current_pid_tgid(), false);
		return 0;
	}
	if (waiting_count)
		tell_waiting(0);
	signal = GET(struct task_struct, address, signal);
	start_record(&record.header, RECORD_EXIT, NO_SYSCALL,
		     (__s32)GET(struct task_struct, address, exit_code));
	if ((__s32)GET(struct signal_struct, signal, live.counter) <= 0) {
		record.last = 1;
		record.reaper_tgid = reaper_of(address);
		leave_scope(tgid);
	}
	forget_waiting(tgid, bpf_get_current_pid_tgid(), record.last);
	submit_small(&record.header, SIZE_WITH_USAGE(&record));
	return 0;
}

/* While it runs, and by whoever may: container runtimes do it to what they are about to start. A thread that is
 * moved alone stays in the container of its process. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup, struct cgroup *to, const char *path, struct task_struct *task)
{
	__u64 address = (__u64)task, signal = GET(struct task_struct, address, signal);
	__u32 tgid = GET(struct task_struct, address, tgid);
	struct walk *walk;

	if (GET(struct task_struct, address, group_leader) != address || !in_scope(tgid))
		return 0;
	if ((__s32)GET(struct signal_struct, signal, live.counter) <= 0)
		return 0;	/* it has ended: nobody would tell what waits */
	if (has_to_wait(CHANGE_OF_CGROUP, tgid, MOVES_END))
		return 0;
	walk = walk_slot(WALK_SYS_EXIT);
	if (walk) {
		walk->task = address;
		report_other_identity(HEADER_MOVED);
	}
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal, int signal, struct kernel_siginfo *info)
{
	__u32 tgid;

	if (!config.signals)
		return 0;
	tgid = bpf_get_current_pid_tgid() >> 32;
	if (tgid == config.ignored_tgid || !in_scope(tgid))
		return 0;
	if (waiting_count)
		tell_waiting(1);
	report_signal(signal, (__u64)info);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempted, struct task_struct *previous, struct task_struct *next)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!config.switches || tgid == config.ignored_tgid || !in_scope(tgid))
		return 0;
	if (waiting_count)
		tell_waiting(1);
	report_switch((__u64)next);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
SEC("tp_btf/page_fault_user")
int BPF_PROG(on_page_fault, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!config.faults || tgid == config.ignored_tgid || !in_scope(tgid))
		return 0;
	if (waiting_count)
		tell_waiting(1);
	report_fault(address, regs->ip, error);
	return 0;
}
#endif

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_uring_submit, struct io_kiocb *submitted)
{
	__u64 request = (__u64)submitted;
	__u32 number = uring_call(request), zero = 0;
	struct uring_transfer transfer = {};
	struct uring_request *kept;
	union event_slot *slot;
	struct walk *walk;
	struct call call;
	bool untold;

	if (number == NO_SYSCALL || !uring_wanted(number))
		return 0;
	slot = event_slot();
	walk = walk_slot(WALK_SYS_EXIT);
	if (!slot || !walk)
		return 0;
	/* Whatever becomes of it, nobody will tell. */
	untold = GET(struct io_kiocb, request, flags) & REQUEST_SKIPS_CQE;
	call = uring_outcome(number, 0);
	if (uring_transfers_data(number)) {
		read_transfer(&transfer, request, number);
		if (untold || bpf_map_update_elem(&uring_transfers, &request, &transfer, BPF_ANY)) {
			transfer.direct_slot = UNTOLD_SLOT;
			if (waiting_count)
				tell_waiting(1);
			report_transfer(slot, walk, request, &transfer, &call);
		}
		return 0;
	}
	kept = bpf_map_lookup_elem(&uring_scratch, &zero);
	if (!kept)
		return 0;
	read_request(kept, request, number);
	if (untold || bpf_map_update_elem(&uring_requests, &request, kept, BPF_ANY)) {
		kept->direct_slot = UNTOLD_SLOT;
		if (waiting_count)
			tell_waiting(1);
		report_request(slot, walk, request, kept, &call);
	}
	return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete, void *ring, void *completed)
{
	__u64 request = (__u64)completed;
	struct uring_transfer *transfer;
	struct uring_request *kept;
	union event_slot *slot;
	struct walk *walk;
	struct call call;
	__u32 number;

	number = request ? uring_call(request) : NO_SYSCALL;
	if (number == NO_SYSCALL)
		return 0;
	slot = event_slot();
	walk = walk_slot(WALK_SYS_EXIT);
	if (!slot || !walk)
		return 0;
	call = uring_outcome(number, (__s32)GET(struct io_kiocb, request, cqe.res));
	if (uring_transfers_data(number)) {
		transfer = bpf_map_lookup_elem(&uring_transfers, &request);
		if (!transfer)
			return 0;
		if (waiting_count)
			tell_waiting(1);
		report_transfer(slot, walk, request, transfer, &call);
		bpf_map_delete_elem(&uring_transfers, &request);
		return 0;
	}
	kept = bpf_map_lookup_elem(&uring_requests, &request);
	if (!kept)
		return 0;
	if (waiting_count)
		tell_waiting(1);
	report_request(slot, walk, request, kept, &call);
	bpf_map_delete_elem(&uring_requests, &request);
	return 0;
}
