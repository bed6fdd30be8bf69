/* SPDX-License-Identifier: MIT */
/*
 * Processes that left a ledger and are not in the trace.
 *
 * Each recorded process says so in its first event. It is missing where its buffers could not be made, or a daemon was gone.
 */
#include "record-missing.h"

#include "terminal.h"

#include "text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMED 5

static bool is_in_trace(const struct aspan_record_counts *counts,
			const struct aspan_record_end *end)
{
	for (size_t i = 0; i < counts->begin_count; i++) {
		if (counts->begins[i].vpid == end->vpid &&
		    counts->begins[i].start_ns == end->start_ns) {
			return true;
		}
	}
	return false;
}

static void print_process(FILE *stream, const struct aspan_record_end *end)
{
	const char *slash = strrchr(end->exe, '/');
	char *name = aspan_text_escape(slash ? slash + 1 : end->exe);

	fprintf(stream, "%s (pid %d)", name ? name : "?", end->vpid);
	free(name);
}

void aspan_record_missing_tell(const struct aspan_record_counts *counts,
			       const struct aspan_record_ends *ends)
{
	char *names = NULL;
	size_t length, missing = 0;
	FILE *stream = open_memstream(&names, &length);

	if (!stream) {
		return;
	}
	for (size_t i = 0; i < ends->end_count; i++) {
		if (!is_in_trace(counts, &ends->ends[i]) && missing++ < MAX_NAMED) {
			fputs(missing > 1 ? ", " : "", stream);
			print_process(stream, &ends->ends[i]);
		}
	}
	if (missing > MAX_NAMED) {
		fprintf(stream, " and %zu more", missing - MAX_NAMED);
	}
	fclose(stream);
	if (missing > 0) {
		aspan_terminal_note("missing in the trace: %s; their totals are in their ledgers",
				    names);
	}
	free(names);
}
