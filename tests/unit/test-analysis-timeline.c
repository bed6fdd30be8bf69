/* SPDX-License-Identifier: MIT */
/*
 * The timeline keeps every peak in a bounded number of buckets, and curves sum to it.
 */
#include "answers-support.h"

#define GROUPS 3

static const char *const tags[GROUPS] = { ",group=a,", ",group=b,", ",group=c," };
static const char *const names[GROUPS] = { "a", "b", "c" };

/* What a plain count says at each event. */
struct sample {
	uint64_t time_ns;
	uint64_t held[GROUPS];
};

static struct sample *samples;
static size_t sample_count;

static uint64_t sum(const struct sample *sample)
{
	return sample->held[0] + sample->held[1] + sample->held[2];
}

/* Allocates and frees at random, at random distances. */
static void feed_random(size_t count, uint32_t seed, uint64_t longest_pause)
{
	uint64_t sizes[48] = { 0 };
	struct sample now = { 0 };

	samples = calloc(count, sizeof(*samples));
	assert_non_null(samples);
	for (sample_count = 0; sample_count < count; sample_count++) {
		uint32_t block, group;

		seed = seed * 1664525 + 1013904223;
		block = (seed >> 8) % 48;
		group = block % GROUPS;
		now_ns += (seed >> 14) % longest_pause;
		if (sizes[block]) {
			release(0x100 + block, sizes[block], 2 + group, tags[group]);
			now.held[group] -= sizes[block];
			sizes[block] = 0;
		} else {
			sizes[block] = 1 + (seed >> 22);
			allocate(0x100 + block, sizes[block], 2 + group, tags[group]);
			now.held[group] += sizes[block];
		}
		now.time_ns = now_ns;
		samples[sample_count] = now;
	}
}

/* The sample that holds at a time. */
static struct sample sample_at(uint64_t time_ns)
{
	struct sample found = { 0 };

	for (size_t i = 0; i < sample_count && samples[i].time_ns <= time_ns; i++) {
		found = samples[i];
	}
	return found;
}

static uint64_t find_highest(uint64_t begin_ns, uint64_t end_ns)
{
	struct sample first = sample_at(begin_ns);
	uint64_t highest = sum(&first);

	for (size_t i = 0; i < sample_count; i++) {
		if (samples[i].time_ns >= begin_ns && samples[i].time_ns < end_ns &&
		    sum(&samples[i]) > highest) {
			highest = sum(&samples[i]);
		}
	}
	return highest;
}

static uint64_t find_most(int group, uint64_t begin_ns, uint64_t end_ns)
{
	uint64_t most = sample_at(begin_ns).held[group];

	for (size_t i = 0; i < sample_count; i++) {
		if (samples[i].time_ns >= begin_ns && samples[i].time_ns < end_ns &&
		    samples[i].held[group] > most) {
			most = samples[i].held[group];
		}
	}
	return most;
}

static struct aspan_report_point get_point(const struct aspan_report_row *found, size_t bucket)
{
	struct aspan_report_point point = { 0 };

	for (size_t i = 0; i < found->point_count && found->points[i].bucket <= bucket; i++) {
		point = found->points[i];
	}
	if (point.bucket != bucket) {
		point.max_bytes = point.bytes;
	}
	return point;
}

static void assert_timeline_is_as_counted(void)
{
	const struct aspan_report_timeline *timeline = &report.timeline;

	for (size_t i = 0; i < timeline->bucket_count; i++) {
		uint64_t begin_ns = timeline->begin_ns + i * timeline->bucket_ns;
		uint64_t end_ns = begin_ns + timeline->bucket_ns;
		const struct aspan_report_moment *moment = &timeline->moments[i];
		struct sample at_moment = sample_at(moment->time_ns);

		assert_in_range(moment->time_ns, begin_ns, end_ns - 1);
		assert_int_equal(moment->bytes, find_highest(begin_ns, end_ns));
		for (int group = 0; group < GROUPS; group++) {
			struct aspan_report_point point = get_point(row("group", names[group]), i);

			assert_int_equal(point.bytes, at_moment.held[group]);
			assert_int_equal(point.max_bytes, find_most(group, begin_ns, end_ns));
		}
	}
}

static void register_groups(void)
{
	for (uint64_t id = 0; id < GROUPS; id++) {
		group_register(2 + id, tags[id]);
	}
}

static int end_samples(void **state)
{
	free(samples);
	samples = NULL;
	return end_report(state);
}

static void curves_are_as_counted_without_a_merge(void **state)
{
	(void) state;
	register_groups();
	feed_random(300, 7, 3000);
	make_report();
	assert_int_equal(report.timeline.bucket_ns, ASPAN_TIMELINE_FIRST_BUCKET_NS);
	assert_timeline_is_as_counted();
}

static void curves_are_as_counted_after_merges(void **state)
{
	(void) state;
	for (uint32_t seed = 1; seed <= 5; seed++) {
		aspan_model_destroy(model);
		start_all(NULL);
		register_groups();
		feed_random(2000, seed, 20000);
		make_report();
		assert_in_range(report.timeline.bucket_ns, 4 * ASPAN_TIMELINE_FIRST_BUCKET_NS,
				1 << 24);
		assert_in_range(report.timeline.bucket_count, ASPAN_TIMELINE_BUCKETS / 2,
				ASPAN_TIMELINE_BUCKETS);
		assert_timeline_is_as_counted();
		free(samples);
		samples = NULL;
	}
}

static void a_long_pause_is_empty_buckets(void **state)
{
	(void) state;
	register_groups();
	feed_random(100, 3, 1000);
	struct sample before = samples[sample_count - 1];
	now_ns += UINT64_C(3600) * 1000000000;
	allocate(0x9999, 1, 2, tags[0]);
	make_report();
	assert_in_range(report.timeline.bucket_count, 1, ASPAN_TIMELINE_BUCKETS);
	assert_int_equal(report.timeline.moments[report.timeline.bucket_count / 2].bytes,
			 sum(&before));
}

static void memory_is_bounded_by_rows(void **state)
{
	const struct aspan_row *curve;

	(void) state;
	register_groups();
	for (uint64_t i = 0; i < 200000; i++) {
		allocate(0x10, 1 + i % 7, 2, tags[0]);
		now_ns += i % 5000;
		release(0x10, 1 + i % 7, 2, tags[0]);
	}
	curve = &model->tally->breakdowns.breakdowns[1].rows[0];
	assert_in_range(curve->curve.point_count, 1, 2 * ASPAN_TIMELINE_BUCKETS);
}

/* A row that rests while buckets are merged, and changes in one that has the number of its last one. */
static void a_row_that_rests_is_as_counted_after_merges(void **state)
{
	const uint64_t width_ns = ASPAN_TIMELINE_FIRST_BUCKET_NS;
	const struct aspan_report_row *found;
	uint64_t begin_ns = now_ns + 1;

	(void) state;
	register_groups();
	now_ns = begin_ns + 300 * width_ns;
	allocate(0x10, 7, 3, tags[1]);
	for (uint64_t bucket = 400; bucket < 600; bucket++) {
		now_ns = begin_ns + bucket * width_ns;
		allocate(0x1000 + bucket, 1, 2, tags[0]);
	}
	/* Buckets are twice as wide now. */
	now_ns = begin_ns + 600 * width_ns + 1;
	allocate(0x20, 30, 3, tags[1]);
	make_report();
	assert_int_equal(report.timeline.bucket_ns, 2 * width_ns);
	found = row("group", names[1]);
	assert_int_equal(get_point(found, 299).bytes, 7);
	assert_int_equal(get_point(found, 300).bytes, 37);
	now_ns += 10 * width_ns;
	allocate(0x30, 1, 2, tags[0]);
	make_report();
	assert_int_equal(get_point(row("group", names[1]), 300).bytes, 37);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, start_all, end_samples)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(curves_are_as_counted_without_a_merge),
		TEST(curves_are_as_counted_after_merges),
		TEST(a_long_pause_is_empty_buckets),
		TEST(memory_is_bounded_by_rows),
		TEST(a_row_that_rests_is_as_counted_after_merges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
