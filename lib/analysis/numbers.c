/* SPDX-License-Identifier: MIT */
/*
 * See numbers.h. Sums wrap, as everywhere in the model.
 */
#include "numbers.h"

void aspan_numbers_fini(struct aspan_numbers *numbers)
{
	aspan_histogram_fini(&numbers->sizes);
	aspan_histogram_fini(&numbers->lifetimes);
	*numbers = (struct aspan_numbers){ 0 };
}

static void add_counts(struct aspan_counts *sum, const struct aspan_counts *part)
{
	sum->alloc_count += part->alloc_count;
	sum->alloc_bytes += part->alloc_bytes;
	sum->free_count += part->free_count;
	sum->free_bytes += part->free_bytes;
}

static void add_blocks(struct aspan_blocks *sum, const struct aspan_blocks *part)
{
	sum->count += part->count;
	sum->bytes += part->bytes;
}

void aspan_growth_add(struct aspan_growth *sum, const struct aspan_growth *part)
{
	sum->step_count += part->step_count;
	sum->grow_count += part->grow_count;
	sum->moved_count += part->moved_count;
	sum->copied_bytes += part->copied_bytes;
	if (part->longest_step_count > sum->longest_step_count) {
		sum->longest_step_count = part->longest_step_count;
		sum->longest_first_bytes = part->longest_first_bytes;
		sum->longest_last_bytes = part->longest_last_bytes;
	}
}

static uint64_t get_older(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns == 0 || (b_ns != 0 && b_ns < a_ns) ? b_ns : a_ns;
}

int aspan_numbers_add(struct aspan_numbers *sum, const struct aspan_numbers *part)
{
	int result = aspan_histogram_merge(&sum->sizes, &part->sizes);

	add_counts(&sum->counts, &part->counts);
	add_counts(&sum->lost, &part->lost);
	add_blocks(&sum->unsure_frees, &part->unsure_frees);
	add_blocks(&sum->live, &part->live);
	add_blocks(&sum->foreign_frees, &part->foreign_frees);
	add_blocks(&sum->other_thread_frees, &part->other_thread_frees);
	add_blocks(&sum->temporary, &part->temporary);
	add_blocks(&sum->never_freed, &part->never_freed);
	sum->bytes_at_total_peak += part->bytes_at_total_peak;
	sum->oldest_never_freed_ns =
		get_older(sum->oldest_never_freed_ns, part->oldest_never_freed_ns);
	aspan_growth_add(&sum->growth, &part->growth);
	sum->is_certain &= part->is_certain;
	sum->has_exact_counts &= part->has_exact_counts;
	sum->has_exact_live &= part->has_exact_live;
	sum->has_exact_never_freed &= part->has_exact_never_freed;
	sum->is_doubtful |= part->is_doubtful;
	sum->is_from_ledger |= part->is_from_ledger;
	return result ? result : aspan_histogram_merge(&sum->lifetimes, &part->lifetimes);
}
