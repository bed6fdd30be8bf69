/* SPDX-License-Identifier: MIT */
/*
 * Writes one table of a report as CSV (RFC 4180).
 *
 * The columns are listed once. All of them are always there, whatever was asked for, so that files have one shape.
 */
#include "report-csv.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* X(column, value of the row `row` whose numbers are `is`) */
#define NUMBER_COLUMNS(X)                                                                          \
	X(alloc_count, is->counts.alloc_count)                                                     \
	X(alloc_bytes, is->counts.alloc_bytes)                                                     \
	X(free_count, is->counts.free_count)                                                       \
	X(free_bytes, is->counts.free_bytes)                                                       \
	X(live_count, is->live.count)                                                              \
	X(live_bytes, is->live.bytes)                                                              \
	X(peak_live_bytes, is->peak_live_bytes)                                                    \
	X(peak_time_ns, is->peak_time_ns)                                                          \
	X(bytes_at_total_peak, is->bytes_at_total_peak)                                            \
	X(foreign_free_count, is->foreign_frees.count)                                             \
	X(foreign_free_bytes, is->foreign_frees.bytes)                                             \
	X(other_thread_free_count, is->other_thread_frees.count)                                   \
	X(other_thread_free_bytes, is->other_thread_frees.bytes)                                   \
	X(temporary_count, is->temporary.count)                                                    \
	X(temporary_bytes, is->temporary.bytes)                                                    \
	X(never_freed_count, is->never_freed.count)                                                \
	X(never_freed_bytes, is->never_freed.bytes)                                                \
	X(oldest_never_freed_ns, is->oldest_never_freed_ns)                                        \
	X(growth_step_count, is->growth.step_count)                                                \
	X(growth_grow_count, is->growth.grow_count)                                                \
	X(growth_moved_count, is->growth.moved_count)                                              \
	X(growth_copied_bytes, is->growth.copied_bytes)                                            \
	X(growth_longest_step_count, is->growth.longest_step_count)                                \
	X(growth_longest_first_bytes, is->growth.longest_first_bytes)                              \
	X(growth_longest_last_bytes, is->growth.longest_last_bytes)                                \
	X(lost_alloc_count, is->lost.alloc_count)                                                  \
	X(lost_free_count, is->lost.free_count)                                                    \
	X(unsure_free_count, is->unsure_frees.count)                                               \
	X(unsure_free_bytes, is->unsure_frees.bytes)

void aspan_report_csv_ask(struct aspan_questions *questions)
{
	questions->extras |= 1U << ASPAN_SHOW_LIFETIMES | 1U << ASPAN_SHOW_LEAKS |
			     1U << ASPAN_SHOW_PEAK | 1U << ASPAN_SHOW_GROWTH;
}

/* A field is quoted always: then what it holds does not matter. */
static int write_text(const char *string, FILE *stream)
{
	char *text = aspan_text_to_utf8(string);

	if (!text) {
		return -ENOMEM;
	}
	fputc('"', stream);
	for (const char *c = text; *c; c++) {
		if (*c == '"') {
			fputc('"', stream);
		}
		fputc(*c, stream);
	}
	fputc('"', stream);
	free(text);
	return 0;
}

static const char *get_bool_word(bool is_so)
{
	return is_so ? "true" : "false";
}

static const char *get_state_word(enum aspan_key_state state)
{
	return state == ASPAN_KEY_VALUE ? "value" : state == ASPAN_KEY_NONE ? "none" : "unseen";
}

/* "group", or "tag:tenant": the question of a single key. */
static int write_key_header(const struct aspan_breakdown_key *key, FILE *stream)
{
	struct aspan_breakdown_question alone = { .keys = { *key }, .key_count = 1 };
	char text[ASPAN_BREAKDOWN_TEXT_SIZE];
	char state[ASPAN_BREAKDOWN_TEXT_SIZE + 8];
	int result = write_text(aspan_breakdown_get_text(&alone, text), stream);

	fputc(',', stream);
	snprintf(state, sizeof(state), "%s_state", text);
	result = result ? result : write_text(state, stream);
	fputc(',', stream);
	return result;
}

static int write_header(const struct aspan_breakdown_question *question, FILE *stream)
{
	int result = 0;

	for (size_t i = 0; !result && i < question->key_count; i++) {
		result = write_key_header(&question->keys[i], stream);
	}
#define COLUMN(name, value) fputs(#name ",", stream);
	NUMBER_COLUMNS(COLUMN)
#undef COLUMN
	fputs("certain,exact_counts,exact_live,from,exact_never_freed,doubtful\r\n", stream);
	return result;
}

static int write_key(const struct aspan_report_key *key, FILE *stream)
{
	int result = write_text(key->state == ASPAN_KEY_VALUE ? key->text : "", stream);

	fprintf(stream, ",%s,", get_state_word(key->state));
	return result;
}

static int write_row(const struct aspan_report_row *row, size_t key_count, FILE *stream)
{
	const struct aspan_numbers *is = &row->numbers;
	int result = 0;

	for (size_t i = 0; !result && i < key_count; i++) {
		result = write_key(&row->keys[i], stream);
	}
#define COLUMN(name, value) fprintf(stream, "%" PRIu64 ",", (uint64_t) (value));
	NUMBER_COLUMNS(COLUMN)
#undef COLUMN
	fprintf(stream, "%s,%s,%s,%s,%s,%s\r\n", get_bool_word(is->is_certain),
		get_bool_word(is->has_exact_counts), get_bool_word(is->has_exact_live),
		is->is_from_ledger ? "ledger" : "events", get_bool_word(is->has_exact_never_freed),
		get_bool_word(is->is_doubtful));
	return result;
}

/* What nobody asked for by name comes first: everything in one row, if there is more than groups. */
static const struct aspan_report_breakdown *choose_breakdown(const struct aspan_report *report)
{
	return &report->breakdowns[report->breakdown_count > 1 ? 1 : 0];
}

int aspan_report_csv_write(const struct aspan_report *report, FILE *stream)
{
	const struct aspan_report_breakdown *breakdown = choose_breakdown(report);
	int result = write_header(&breakdown->question, stream);

	for (size_t i = 0; !result && i < breakdown->row_count; i++) {
		result = write_row(&breakdown->rows[i], breakdown->question.key_count, stream);
	}
	return result;
}
