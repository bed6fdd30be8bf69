/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with a recording while it ran: each kind once, said at once and again at the end.
 */
#include "record-fault.h"

#include "terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

const char *aspan_record_fault_word(enum aspan_record_fault fault)
{
	static const char *const words[] = {
#define FAULT_WORD(symbol, word, text) [symbol] = word,
		ASPAN_RECORD_FAULTS(FAULT_WORD)
#undef FAULT_WORD
	};

	return words[fault];
}

static const char *short_text(size_t fault)
{
	static const char *const texts[] = {
#define FAULT_TEXT(symbol, word, text) [symbol] = text,
		ASPAN_RECORD_FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
	};

	return texts[fault];
}

void aspan_record_fault_note(struct aspan_record_faults *faults, enum aspan_record_fault fault,
			     const char *format, ...)
{
	struct timespec now;
	va_list arguments;

	if (faults->items[fault].is_seen) {
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	faults->items[fault].is_seen = true;
	faults->items[fault].seen_realtime_ns =
		(uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
	va_start(arguments, format);
	vsnprintf(faults->items[fault].text, sizeof(faults->items[fault].text), format, arguments);
	va_end(arguments);
	aspan_terminal_error("%s", faults->items[fault].text);
}

bool aspan_record_fault_is_seen(const struct aspan_record_faults *faults,
				enum aspan_record_fault fault)
{
	return faults->items[fault].is_seen;
}

bool aspan_record_fault_any(const struct aspan_record_faults *faults)
{
	for (size_t i = 0; i < ASPAN_FAULT_COUNT; i++) {
		if (faults->items[i].is_seen) {
			return true;
		}
	}
	return false;
}

void aspan_record_fault_tell(const struct aspan_record_faults *faults)
{
	char text[ASPAN_FAULT_COUNT * 64] = "";
	size_t length = 0;

	for (size_t i = 0; i < ASPAN_FAULT_COUNT && length < sizeof(text); i++) {
		if (faults->items[i].is_seen) {
			length += (size_t) snprintf(text + length, sizeof(text) - length, "%s%s",
						    length > 0 ? "; " : "", short_text(i));
		}
	}
	if (length > 0) {
		aspan_terminal_error("the recording is not complete: %s", text);
	}
}
