/* SPDX-License-Identifier: MIT */
/*
 * What the recorded processes say that they lost, or did wrong.
 */
#include "record-losses.h"

#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool has_ledger(const struct aspan_record_ends *ends, const struct aspan_record_loss *loss)
{
	for (size_t i = 0; i < ends->end_count; i++) {
		if (ends->ends[i].vpid == loss->vpid && ends->ends[i].start_ns == loss->start_ns) {
			return true;
		}
	}
	return false;
}

uint64_t aspan_record_losses_count(const struct aspan_record_counts *counts,
				   const struct aspan_record_ends *ends)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ends->end_count; i++) {
		sum += ends->ends[i].lost_count;
	}
	for (size_t i = 0; i < counts->loss_count; i++) {
		if (!has_ledger(ends, &counts->losses[i])) {
			sum += counts->losses[i].count;
		}
	}
	return sum;
}

static void tell_count(uint64_t count, const char *text)
{
	if (count > 0) {
		aspan_terminal_note("%" PRIu64 " %s", count, text);
	}
}

static void print_kinds(FILE *stream, const struct aspan_record_counts *counts)
{
	for (size_t i = 0; i < ASPAN_RECORD_MISUSES && counts->misuses[i].count > 0; i++) {
		char *what = aspan_text_escape(counts->misuses[i].what);

		fprintf(stream, "%s%s %" PRIu64, i > 0 ? ", " : "", what ? what : "?",
			counts->misuses[i].count);
		free(what);
	}
}

static void tell_misuses(const struct aspan_record_counts *counts)
{
	char *kinds = NULL;
	size_t length;
	FILE *stream = counts->misuse_count > 0 ? open_memstream(&kinds, &length) : NULL;

	if (!stream) {
		return;
	}
	print_kinds(stream, counts);
	fclose(stream);
	aspan_terminal_note("%" PRIu64
			    " misuses of guards, tokens or spans (%s): what was allocated "
			    "there may be counted for another group",
			    counts->misuse_count, kinds);
	free(kinds);
}

void aspan_record_losses_tell(const struct aspan_record_counts *counts,
			      const struct aspan_record_ends *ends)
{
	tell_count(aspan_record_losses_count(counts, ends),
		   "allocations and frees were counted in the program and made no event: there was "
		   "no memory for it, or a thread was ending or replacing the program");
	tell_count(ends->sum.untracked_blocks,
		   "blocks could not be tracked, for lack of memory; their frees are not known");
	tell_count(ends->sum.unseen_frees,
		   "addresses were allocated again without a free in between; an allocator below "
		   "the interposer freed them");
	tell_count(ends->sum.uncounted,
		   "changes of counters found no place in a ledger; its figures are lower bounds");
	tell_misuses(counts);
}
