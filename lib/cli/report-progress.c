/* SPDX-License-Identifier: MIT */
/*
 * A progress line on stderr, for a person who waits longer than a second.
 */
#include "report-progress.h"

#include "terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_AFTER_NS UINT64_C(1000000000)
#define INTERVAL_NS UINT64_C(200000000)
#define ERASE_LINE "\r\033[K"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

void aspan_report_progress_begin(struct aspan_report_progress *progress)
{
	const char *term = getenv("TERM");

	*progress = (struct aspan_report_progress){
		/* A line is taken away with an escape sequence. */
		.is_wanted = aspan_terminal_is_interactive(aspan_terminal_stream()) && term &&
			     strcmp(term, "dumb") != 0,
		.start_ns = now_ns(),
		.next_ns = now_ns() + FIRST_AFTER_NS,
	};
}

/* How much of the trace's time has been read, from 0 to 1. */
static double get_part(const struct aspan_report_progress *progress, uint64_t trace_ns)
{
	double whole = (double) progress->end_ns - (double) progress->begin_ns;
	double done = (double) trace_ns - (double) progress->begin_ns;

	if (whole <= 0 || done <= 0) {
		return 0;
	}
	return done < whole ? done / whole : 1;
}

/* As fast as until now. */
static unsigned int get_seconds_left(const struct aspan_report_progress *progress, uint64_t now,
				     double part)
{
	return (unsigned int) ((double) (now - progress->start_ns) / 1e9 * (1 - part) / part + 0.5);
}

void aspan_report_progress_update(struct aspan_report_progress *progress, uint64_t event_count,
				  uint64_t trace_ns)
{
	FILE *stream = aspan_terminal_stream();
	uint64_t now;
	double part;

	if (!progress->is_wanted) {
		return;
	}
	now = now_ns();
	if (now < progress->next_ns) {
		return;
	}
	progress->next_ns = now + INTERVAL_NS;
	progress->is_shown = true;
	fprintf(stream, ERASE_LINE "reading: ");
	part = get_part(progress, trace_ns);
	if (progress->end_ns > progress->begin_ns) {
		fprintf(stream, "%.0f%%, ", 100 * part);
	}
	fprintf(stream, "%.1f million events", (double) event_count / 1e6);
	if (part > 0) {
		fprintf(stream, ", %u s left", get_seconds_left(progress, now, part));
	}
	fflush(stream);
}

void aspan_report_progress_end(struct aspan_report_progress *progress)
{
	if (progress->is_shown) {
		fputs(ERASE_LINE, aspan_terminal_stream());
		fflush(aspan_terminal_stream());
		progress->is_shown = false;
	}
}
