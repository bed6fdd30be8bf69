/* SPDX-License-Identifier: MIT */
/*
 * Times as people write them: "1.5ms", "-5s", "12:30:05", "2026-11-23 12:30:05.25".
 */
#ifndef ASPAN_ANALYSIS_TIME_TEXT_H
#define ASPAN_ANALYSIS_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* A number with a unit: ns, us, ms, s, m or h. 0; -EINVAL; or -ERANGE for more than 64 bits of ns hold. */
int aspan_time_parse_duration(const char *text, uint64_t *ns);

/* When a trace begins and ends, as far as its files tell; 0 and 0: they do not. */
struct aspan_time_range {
	uint64_t begin_ns, end_ns;
};

struct aspan_time {
	bool is_relative; /* to the first event of the trace */
	uint64_t ns; /* else since the Unix epoch */
};

/*
 * A duration counts from the first event, one below zero from the end of the trace. A time of day is one of the day on
 * which the trace begins, in local time; a date goes before it; "@" before nanoseconds since the epoch. 0; -EINVAL; -ERANGE; or
 * -ENODATA if the range is needed and not known.
 */
int aspan_time_parse(const char *text, const struct aspan_time_range *range,
		     struct aspan_time *time);

#endif
