/* SPDX-License-Identifier: MIT */
/*
 * What the tests of answers share, on top of analysis-support.h: a model that was asked for everything, and its report.
 *
 * Texts name things as a report does: row("span", "parse") is the row of that span.
 */
#ifndef ASPAN_TEST_ANSWERS_SUPPORT_H
#define ASPAN_TEST_ANSWERS_SUPPORT_H

#include "analysis-support.h"

#include "report.h"
#include "tally.h"

#include "trace-kind.h"

#include <stdlib.h>

static struct aspan_questions questions;
static struct aspan_report report;

static inline void ask_by(const char *text)
{
	char message[512];

	assert_int_equal(aspan_questions_add_breakdown(&questions, text, message, sizeof(message)),
			 0);
}

static inline int start_questions(void **state)
{
	questions = (struct aspan_questions){ 0 };
	return start_model(state);
}

static inline int start_all(void **state)
{
	start_questions(state);
	aspan_questions_want_all(&questions);
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	return 0;
}

/* For a test that asks for something else than its fixture did. */
static inline void ask_instead(const char *by)
{
	aspan_model_destroy(model);
	start_questions(NULL);
	ask_by(by);
}

static inline int end_report(void **state)
{
	aspan_report_fini(&report);
	return end_model(state);
}

static inline void make_report(void)
{
	aspan_report_fini(&report);
	assert_int_equal(aspan_report_init(&report, model), 0);
}

static inline const struct aspan_report_breakdown *breakdown(const char *by)
{
	struct aspan_questions wanted = { 0 };
	const struct aspan_report_breakdown *found;
	char message[512];

	assert_int_equal(aspan_questions_add_breakdown(&wanted, by, message, sizeof(message)), 0);
	found = aspan_report_find_breakdown(&report, &wanted.breakdowns[0]);
	assert_non_null(found);
	return found;
}

static inline const struct aspan_report_row *find_row(const char *by, const char *first,
						      const char *second)
{
	const struct aspan_report_breakdown *found = breakdown(by);

	for (size_t i = 0; i < found->row_count; i++) {
		const struct aspan_report_key *keys = found->rows[i].keys;

		if (strcmp(keys[0].text, first) == 0 &&
		    (!second || strcmp(keys[1].text, second) == 0)) {
			return &found->rows[i];
		}
	}
	return NULL;
}

static inline const struct aspan_report_row *row(const char *by, const char *text)
{
	const struct aspan_report_row *found = find_row(by, text, NULL);

	if (!found) {
		fail_msg("no row of %s is called %s", by, text);
	}
	return found;
}

static inline const struct aspan_numbers *numbers(const char *by, const char *text)
{
	return &row(by, text)->numbers;
}

static inline const struct aspan_numbers *everything(void)
{
	return &report.breakdowns[0].rows[0].numbers;
}

static inline void span_enter(uint64_t id, uint64_t parent, const char *name)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_SPAN_ENTER,
				   .span_id = id,
				   .parent_span_id = parent,
				   .name = name,
				   .tags = "" });
}

static inline void span_exit(uint64_t id, const char *name, struct aspan_counts counts)
{
	feed((struct aspan_event){
		.type = ASPAN_EVENT_SPAN_EXIT, .span_id = id, .name = name, .counts = counts });
}

/* An allocation inside a span, from a code address. */
static inline void allocate_in(uint64_t span, uint64_t ip, uint64_t address, uint64_t size,
			       uint64_t id, const char *tags)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = address,
				   .size_bytes = size,
				   .group_id = id,
				   .tags = tags,
				   .span_id = span,
				   .ip = ip });
}

/* realloc() as the interposer tells it. */
static inline void reallocate(uint64_t from_address, uint64_t from_size, uint64_t to_address,
			      uint64_t to_size, uint64_t id, const char *tags)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_FREE,
				   .address = from_address,
				   .size_bytes = from_size,
				   .group_id = id,
				   .current_group_id = id,
				   .tags = tags,
				   .kind = ASPAN_KIND_REALLOC });
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = to_address,
				   .size_bytes = to_size,
				   .group_id = id,
				   .tags = tags,
				   .kind = ASPAN_KIND_REALLOC });
}

static inline uint64_t count_bucket(const struct aspan_histogram *histogram, uint64_t value)
{
	return aspan_histogram_get(histogram, aspan_histogram_find(value)).count;
}

#define assert_blocks(blocks, expected_count, expected_bytes)                                      \
	do {                                                                                       \
		struct aspan_blocks blocks_ = (blocks);                                            \
		assert_int_equal(blocks_.count, expected_count);                                   \
		assert_int_equal(blocks_.bytes, expected_bytes);                                   \
	} while (0)

#endif
