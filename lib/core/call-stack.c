/* SPDX-License-Identifier: MIT */
/*
 * See call-stack.h.
 */
#include "call-stack.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <unwind.h>

#include "debug.h"
#include "group.h"
#include "thread.h"

#define LIBUNWIND_FILE "libunwind.so.8"
#define LIBGCC_FILE "libgcc_s.so.1"

/* How many frames of our own there are at most between the unwinder and the program. */
#define OWN_FRAMES_MAX 16
#define FRAMES_MAX (ASPAN_CALL_STACK_MAX + OWN_FRAMES_MAX)

unsigned int aspan_call_stack_depth;

/* Of libunwind. Fills the return addresses, from its caller's on, and says how many. */
static int (*unw_backtrace)(void **frames, int frame_count);

/* Of libgcc. */
static typeof(_Unwind_Backtrace) *unwind_backtrace;
static typeof(_Unwind_GetIP) *unwind_get_ip;

/* An allocation of a signal handler that interrupts the unwinding has no stack: the unwinder may hold a lock. */
static ASPAN_TLS bool is_unwinding;

struct walk {
	uintptr_t frames[FRAMES_MAX];
	unsigned int count, limit;
};

static bool open_libunwind(void)
{
	void *library = dlopen(LIBUNWIND_FILE, RTLD_NOW | RTLD_LOCAL);

	unw_backtrace = library ? (typeof(unw_backtrace)) dlsym(library, "unw_backtrace") : NULL;
	return unw_backtrace;
}

static bool open_libgcc(void)
{
	void *library = dlopen(LIBGCC_FILE, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		return false;
	}
	unwind_get_ip = (typeof(unwind_get_ip)) dlsym(library, "_Unwind_GetIP");
	unwind_backtrace = (typeof(unwind_backtrace)) dlsym(library, "_Unwind_Backtrace");
	return unwind_get_ip && unwind_backtrace;
}

void aspan_call_stack_init(unsigned int depth)
{
	if (depth == 0) {
		return;
	}
	if (!open_libunwind() && !open_libgcc()) {
		aspan_debug("call stacks cannot be recorded: neither " LIBUNWIND_FILE
			    " nor " LIBGCC_FILE " can be used");
		return;
	}
	aspan_call_stack_depth = depth < ASPAN_CALL_STACK_MAX ? depth : ASPAN_CALL_STACK_MAX;
}

void aspan_call_stack_init_thread(void)
{
	void *frame;

	if (aspan_call_stack_depth > 0 && unw_backtrace) {
		unw_backtrace(&frame, 1);
	}
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;

	walk->frames[walk->count++] = unwind_get_ip(context);
	return walk->count < walk->limit ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void walk_stack(struct walk *walk)
{
	int count;

	walk->count = 0;
	walk->limit = aspan_call_stack_depth + OWN_FRAMES_MAX;
	if (unw_backtrace) {
		count = unw_backtrace((void **) walk->frames, (int) walk->limit);
		walk->count = count > 0 ? (unsigned int) count : 0;
	} else {
		unwind_backtrace(add_frame, walk);
	}
}

void aspan_call_stack_record(const void *address, const struct allocspan_token *group, void *ip)
{
	struct walk walk;
	unsigned int first = 0;

	if (is_unwinding) {
		return;
	}
	is_unwinding = true;
	walk_stack(&walk);
	is_unwinding = false;
	while (first < walk.count && walk.frames[first] != (uintptr_t) ip) {
		first++;
	}
	if (first == walk.count) {
		/* The caller has no unwind table, or was entered by a jump: its address is all that is known. */
		walk.frames[0] = (uintptr_t) ip;
		walk.count = 1;
		first = 0;
	}
	walk.count -= first;
	aspan_trace_emit(alloc_stack, address, group->view.id, &walk.frames[first],
			 walk.count < aspan_call_stack_depth ? walk.count : aspan_call_stack_depth,
			 ip);
}
