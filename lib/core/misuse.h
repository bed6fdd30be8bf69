/* SPDX-License-Identifier: MIT */
/*
 * Misuse of guards, tokens and spans: counted, recorded as a `misuse` event, and otherwise harmless. And a fact that
 * readers must know although it is no misuse of ours: that blocks are freed in ways that are not seen.
 */
#ifndef ASPAN_CORE_MISUSE_H
#define ASPAN_CORE_MISUSE_H

#include <stdint.h>

#include "compiler.h"

/* X(symbol, name in the trace); the names are documented at allocspan_misuse_count(). */
#define ASPAN_MISUSES(X)                                                                           \
	X(EXIT_TWICE, exit_twice)                                                                  \
	X(EXIT_NOT_ENTERED, exit_not_entered)                                                      \
	X(EXIT_OTHER_THREAD, exit_other_thread)                                                    \
	X(ENTER_NULL, enter_null)                                                                  \
	X(ENTER_RELEASED, enter_released)                                                          \
	X(ENTER_NO_MEMORY, enter_no_memory)                                                        \
	X(RELEASE_TWICE, release_twice)                                                            \
	X(UNWIND_OTHER_THREAD, unwind_other_thread)                                                \
	X(THREAD_EXIT_INSIDE, thread_exit_inside)                                                  \
	X(BEGIN_NOT_ENDED, begin_not_ended)                                                        \
	X(END_NOT_BEGUN, end_not_begun)                                                            \
	X(FREE_NOT_SEEN, free_not_seen)

enum aspan_misuse {
#define ASPAN_MISUSE_SYMBOL(symbol, name) ASPAN_MISUSE_##symbol,
	ASPAN_MISUSES(ASPAN_MISUSE_SYMBOL)
#undef ASPAN_MISUSE_SYMBOL
};

/* `group_id` and `span_id` are 0 where they are not known. Async-signal-safe. */
ASPAN_PRIVATE void aspan_misuse(enum aspan_misuse what, uint64_t group_id, uint64_t span_id,
				void *ip);

/*
 * The allocator gave out again the address of a block whose free it did not show us; `group_id` is that of the block's owner, 0 where
 * it is not known. Each is counted. They may come by the million, and the fact matters, not their number: so a session records
 * the first, the second, the fourth and so on of each process. Async-signal-safe; may be called inside malloc, and while LTTng records.
 */
void aspan_misuse_free_not_seen(uint64_t group_id, void *ip);

#endif
