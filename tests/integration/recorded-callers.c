/* SPDX-License-Identifier: MIT */
/*
 * One function for each call that is recorded. Written down are an event and the bounds of the function that must be in
 * its `ip` context, in the order of the events.
 */
#include "journal.h"

#include <dlfcn.h>
#include <link.h>

static struct allocspan_token *token;
static struct allocspan_span *span;
static struct allocspan_guard guard;
static void *block;

#define CALLER __attribute__((noinline, visibility("default")))

#define CALLERS(X)                                                                                 \
	X(call_register, "group_register", token = allocspan_token_register("caller", NULL, 0))    \
	X(call_enter, "span_enter", guard = allocspan_span_enter(span))                            \
	X(call_malloc, "alloc", block = malloc(10))                                                \
	X(call_free, "free", free(block))                                                          \
	X(call_calloc, "alloc", block = calloc(2, 5))                                              \
	X(call_realloc, "free alloc", block = realloc(block, 5000))                                \
	X(call_reallocarray, "free alloc", block = reallocarray(block, 3, 5))                      \
	X(call_free_again, "free", free(block))                                                    \
	X(call_aligned_alloc, "alloc", block = aligned_alloc(64, 64))                              \
	X(call_free_aligned, "free", free(block))                                                  \
	X(call_memalign, "alloc", posix_memalign(&block, 64, 10) ? (void) 0 : (void) 0)            \
	X(call_announce, "alloc", allocspan_block_announce(&guard + 1, 10))                        \
	X(call_retire, "free", allocspan_block_retire(&guard + 1))                                 \
	X(call_exit, "span_exit", allocspan_guard_exit(&guard))                                    \
	X(call_misuse, "misuse", allocspan_guard_exit(&guard))                                     \
	X(call_free_outside, "free", free(block))                                                  \
	X(call_release, "group_release", allocspan_token_release(token))

/* The call is not the last thing, or it would be a jump, from which nobody returns. */
#define DEFINE_CALLER(name, events, call)                                                          \
	CALLER void name(void);                                                                    \
	CALLER void name(void)                                                                     \
	{                                                                                          \
		call;                                                                              \
		__asm__ volatile("" : : : "memory");                                               \
	}
CALLERS(DEFINE_CALLER)

static void write_down(void (*function)(void), const char *events)
{
	const ElfW(Sym) *symbol = NULL;
	void *symbol_storage = NULL;
	char names[32];
	Dl_info info;

	if (dladdr1((void *) (uintptr_t) function, &info, &symbol_storage, RTLD_DL_SYMENT) == 0) {
		journal_fail("a function is not exported");
	}
	symbol = symbol_storage;
	snprintf(names, sizeof(names), "%s", events);
	for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
		journal_line("%s %020lu %020lu %s", name, (unsigned long) info.dli_saddr,
			     (unsigned long) info.dli_saddr + symbol->st_size, info.dli_sname);
	}
}

int main(void)
{
	span = allocspan_span_create("caller");
#define CALL(name, events, call)                                                                   \
	write_down(name, events);                                                                  \
	name();                                                                                    \
	if (name == call_register) {                                                               \
		allocspan_span_attach(span, token);                                                \
	} else if (name == call_exit) {                                                            \
		allocspan_span_detach(span);                                                       \
	}
	CALLERS(CALL)
	journal_write();
	return EXIT_SUCCESS;
}
