/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with a recording while it ran: each kind once, said at once and again at the end.
 *
 * Faults are failures of what records, not of the program: they make the recording incomplete, and its exit status 125.
 */
#ifndef ASPAN_CLI_RECORD_FAULT_H
#define ASPAN_CLI_RECORD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* X(symbol, word in allocspan.json, what people read after "the recording is not complete: ") */
#define ASPAN_RECORD_FAULTS(X)                                                                     \
	X(ASPAN_FAULT_DAEMON, "session_daemon_ended", "the session daemon ended")                  \
	X(ASPAN_FAULT_CONSUMER, "consumer_ended", "LTTng's consumer daemon ended")                 \
	X(ASPAN_FAULT_SESSION, "session_failed", "the session could not be ended in order")        \
	X(ASPAN_FAULT_OUTPUT, "output_failed", "the trace could not be written")                   \
	X(ASPAN_FAULT_BUFFERS, "no_buffers", "buffers could not be made")                          \
	X(ASPAN_FAULT_LEDGERS, "ledgers_lost", "ledgers could not be kept")                        \
	X(ASPAN_FAULT_FACTS, "facts_lost", "allocspan.json could not be written")                  \
	X(ASPAN_FAULT_TRACE, "trace_unreadable", "the trace cannot be read as it is")

enum aspan_record_fault {
#define ASPAN_FAULT_SYMBOL(symbol, word, text) symbol,
	ASPAN_RECORD_FAULTS(ASPAN_FAULT_SYMBOL)
#undef ASPAN_FAULT_SYMBOL
		ASPAN_FAULT_COUNT
};

struct aspan_record_faults {
	struct {
		bool is_seen;
		uint64_t seen_realtime_ns;
		char text[512]; /* as it was said */
	} items[ASPAN_FAULT_COUNT];
};

/* In allocspan.json. */
const char *aspan_record_fault_word(enum aspan_record_fault fault);

/* Says it and notes it, if it is the first of its kind. */
void aspan_record_fault_note(struct aspan_record_faults *faults, enum aspan_record_fault fault,
			     const char *format, ...) __attribute__((format(printf, 3, 4)));

bool aspan_record_fault_is_seen(const struct aspan_record_faults *faults,
				enum aspan_record_fault fault);

bool aspan_record_fault_any(const struct aspan_record_faults *faults);

/* Prints one line with all of them; nothing if there are none. */
void aspan_record_fault_tell(const struct aspan_record_faults *faults);

#endif
