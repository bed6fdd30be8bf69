/* SPDX-License-Identifier: MIT */
/*
 * Bindings replayed over events of several threads and processes, which live bindings of one program cannot be compared with
 * (test-bind-twin.c).
 */
#include "analysis-support.h"

#include "bind-replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARGUMENTS_MAX 2
#define HITS_MAX 8
#define ROOT ",group=root,"

struct argument {
	const char *name;
	struct aspan_bind_field field;
};

#define NUMBER(name, value)                                                                        \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			.kind = ASPAN_BIND_INTEGER, .is_signed = true, .bits = (uint64_t) (value)  \
		}                                                                                  \
	}
#define UNSIGNED(name, value)                                                                      \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			.kind = ASPAN_BIND_INTEGER, .bits = (value)                                \
		}                                                                                  \
	}
#define TEXT(name, value)                                                                          \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			.kind = ASPAN_BIND_STRING, .string = (value)                               \
		}                                                                                  \
	}
#define SHOW(event, ...) show(event, (const struct argument[ARGUMENTS_MAX]){ __VA_ARGS__ })

static struct aspan_bind_replay *replay;

static int start_replay(void **state)
{
	replay = aspan_bind_replay_create();
	assert_non_null(replay);
	return start_model(state);
}

static int end_replay(void **state)
{
	aspan_bind_replay_destroy(replay);
	return end_model(state);
}

static void bind(const char *spec)
{
	char message[256];

	if (aspan_bind_replay_add(replay, spec, message, sizeof(message)) != 0) {
		fail_msg("%s", message);
	}
}

/* What follows happens on this thread. */
static void on(uint64_t vpid, uint64_t vtid)
{
	from.vpid = vpid;
	from.vtid = vtid;
}

static struct aspan_bind_field field_of(const struct argument *arguments, const char *name)
{
	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i].name; i++) {
		if (strcmp(arguments[i].name, name) == 0) {
			return arguments[i].field;
		}
	}
	fail_msg("no argument '%s'", name);
	return (struct aspan_bind_field){ .bits = 0 };
}

static void show(const char *event, const struct argument *arguments)
{
	struct aspan_bind_replay_hit hits[HITS_MAX];
	struct aspan_bind_replay_point *point = NULL;
	size_t hit_count = 0;

	while ((point = aspan_bind_replay_find(replay, event, point)) != NULL) {
		const struct aspan_bind_argument *wanted[ASPAN_BIND_FIELDS_MAX];
		struct aspan_bind_replay_hit *hit = &hits[hit_count++];
		size_t count = aspan_bind_replay_get_fields(replay, point, wanted);

		assert_in_range(hit_count, 1, HITS_MAX);
		hit->point = point;
		for (size_t i = 0; i < count; i++) {
			hit->fields[i] = field_of(arguments, wanted[i]->names[0]);
		}
	}
	assert_int_equal(aspan_bind_replay_take(replay, hits, hit_count, &from), 0);
}

static void give(struct aspan_event event)
{
	event.time_ns = ++now_ns;
	event.origin = from;
	assert_int_equal(aspan_bind_replay_feed(replay, model, &event), 0);
}

/* An allocation outside of every group of the program's. */
static void root_alloc(uint64_t address, uint64_t size)
{
	give((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = address,
				   .size_bytes = size,
				   .group_id = 1,
				   .tags = ROOT });
}

static struct aspan_group *find_group(const char *tags)
{
	for (size_t i = 0; i < model->group_count; i++) {
		struct aspan_group *group = &model->groups[i];

		if (strcmp(group->tags, tags) == 0 &&
		    model->processes[group->process].vpid == from.vpid) {
			return group;
		}
	}
	return NULL;
}

static uint64_t allocs_of(const char *tags)
{
	const struct aspan_group *group = find_group(tags);

	if (!group) {
		fail_msg("there is no group %s", tags);
		return 0;
	}
	return group->seen.alloc_count;
}

/* The first note has this in it. */
static void assert_note(const char *text)
{
	char *note = aspan_bind_replay_get_note(replay, 0);

	assert_non_null(note);
	if (!strstr(note, text)) {
		fail_msg("the note is: %s", note);
	}
	free(note);
}

static void threads_of_two_processes_may_have_one_number(void **state)
{
	(void) state;
	bind("p:work_begin..work_end");
	on(1, 7);
	SHOW("p:work_begin", { NULL });
	on(2, 7);
	root_alloc(0x1000, 8);
	on(1, 7);
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(",group=p:work,"), 1);
	on(2, 7);
	assert_null(find_group(",group=p:work,"));
	assert_int_equal(allocs_of(ROOT), 1);
}

static void equal_tags_in_two_processes_are_two_groups(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,by=key");
	for (uint64_t process = 1; process <= 2; process++) {
		on(process, process);
		SHOW("p:work_begin", NUMBER("key", 5));
		root_alloc(0x1000, 8);
	}
	assert_int_equal(allocs_of(",group=p:work,key=5,"), 1);
	on(1, 1);
	assert_int_equal(allocs_of(",group=p:work,key=5,"), 1);
}

static void what_another_thread_ended_is_left_with_the_next_event(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,match=key");
	bind("p:other_begin..other_end");
	on(1, 1);
	SHOW("p:work_begin", NUMBER("key", 5));
	on(1, 2);
	SHOW("p:work_end", NUMBER("key", 5));
	on(1, 1);
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(",group=p:work,"), 1);
	SHOW("p:other_begin", { NULL });
	SHOW("p:other_end", { NULL });
	root_alloc(0x2000, 8);
	assert_int_equal(allocs_of(",group=p:work,"), 1);
	assert_int_equal(allocs_of(ROOT), 1);
}

static void an_end_elsewhere_ends_one_pair_and_once(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,match=key");
	on(1, 1);
	SHOW("p:work_begin", NUMBER("key", 5));
	on(1, 2);
	SHOW("p:work_end", NUMBER("key", 5));
	assert_null(aspan_bind_replay_get_note(replay, 0));
	SHOW("p:work_end", NUMBER("key", 5));
	assert_note("p:work: 0 begins without an end, 1 ends without a begin");
}

static void what_one_event_ends_is_balanced(void **state)
{
	(void) state;
	bind("p:outer_begin|both_begin..both_end");
	bind("p:inner_begin|both_begin..both_end,name=inner");
	/* Begun by one event, then by two, in both orders. */
	SHOW("p:both_begin", { NULL });
	root_alloc(0x1000, 8);
	SHOW("p:both_end", { NULL });
	SHOW("p:outer_begin", { NULL });
	SHOW("p:inner_begin", { NULL });
	root_alloc(0x2000, 8);
	SHOW("p:both_end", { NULL });
	SHOW("p:inner_begin", { NULL });
	SHOW("p:outer_begin", { NULL });
	root_alloc(0x3000, 8);
	SHOW("p:both_end", { NULL });
	root_alloc(0x4000, 8);
	assert_null(aspan_bind_replay_get_note(replay, 0));
	assert_int_equal(allocs_of(",group=inner,"), 2);
	assert_int_equal(allocs_of(",group=p:outer,"), 1);
	assert_int_equal(allocs_of(ROOT), 1);
}

/* The event is not the end of the inner one: its condition does not hold. */
static void what_another_value_ends_is_left_over(void **state)
{
	(void) state;
	bind("p:outer_begin..step");
	bind("p:inner_begin..step[last=1],name=inner");
	SHOW("p:outer_begin", { NULL });
	SHOW("p:inner_begin", { NULL });
	SHOW("p:step", NUMBER("last", 0));
	assert_note("inner: 1 begins without an end, 0 ends without a begin");
}

static void a_key_means_nothing_to_another_process(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,match=key");
	on(1, 1);
	SHOW("p:work_begin", NUMBER("key", 5));
	on(2, 2);
	SHOW("p:work_end", NUMBER("key", 5));
	assert_note("p:work: 0 begins without an end, 1 ends without a begin");
	on(1, 2);
	SHOW("p:work_end", NUMBER("key", 5));
	assert_note("p:work: 0 begins without an end, 1 ends without a begin");
}

static void labels_are_bounded_as_groups_are(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,by=key,max=2,label=p:named(key,name)");
	SHOW("p:named", NUMBER("key", 1), TEXT("name", "one"));
	SHOW("p:named", NUMBER("key", 2), TEXT("name", "two"));
	SHOW("p:named", NUMBER("key", 3), TEXT("name", "three"));
	SHOW("p:work_begin", NUMBER("key", 2));
	root_alloc(0x1000, 8);
	SHOW("p:work_end", { NULL });
	SHOW("p:work_begin", NUMBER("key", 3));
	root_alloc(0x2000, 8);
	SHOW("p:work_end", { NULL });
	assert_int_equal(allocs_of(",group=p:work,key=2,name=two,"), 1);
	assert_int_equal(allocs_of(",group=p:work,key=3,"), 1);
}

/* Whether an event with this argument is the begin of the SPEC. */
static bool begins(const char *spec, struct argument argument)
{
	bool has_begun;

	aspan_bind_replay_destroy(replay);
	replay = aspan_bind_replay_create();
	bind(spec);
	SHOW("p:a", argument);
	has_begun = aspan_bind_replay_has_begun(replay);
	return has_begun;
}

#define ARGUMENT(...) ((struct argument) __VA_ARGS__)

static void conditions_compare_values_not_texts(void **state)
{
	const double half = 0.5;
	const float quarter = 0.25F;
	struct argument real = { "x", { .kind = ASPAN_BIND_DOUBLE } };
	struct argument narrow = { "x", { .kind = ASPAN_BIND_FLOAT } };

	(void) state;
	assert_true(begins("p:a[x=16]..b", ARGUMENT(NUMBER("x", 16))));
	assert_true(begins("p:a[x=0x10]..b", ARGUMENT(NUMBER("x", 16))));
	assert_false(begins("p:a[x=0x10]..b", ARGUMENT(NUMBER("x", 10))));
	assert_true(begins("p:a[x=-1]..b", ARGUMENT(NUMBER("x", -1))));
	assert_true(begins("p:a[x=18446744073709551615]..b", ARGUMENT(UNSIGNED("x", UINT64_MAX))));
	assert_false(begins("p:a[x!=16]..b", ARGUMENT(NUMBER("x", 16))));
	assert_true(begins("p:a[x!=16]..b", ARGUMENT(NUMBER("x", 17))));
	assert_true(begins("p:a[x=yes]..b", ARGUMENT(TEXT("x", "yes"))));
	assert_false(begins("p:a[x=yes]..b", ARGUMENT(TEXT("x", "yess"))));
	assert_true(begins("p:a[x!=yes]..b", ARGUMENT(TEXT("x", ""))));
	memcpy(&real.field.bits, &half, sizeof(half));
	assert_true(begins("p:a[x=0.50]..b", real));
	assert_false(begins("p:a[x=0.51]..b", real));
	memcpy(&narrow.field.bits, &quarter, sizeof(quarter));
	assert_true(begins("p:a[x=.25]..b", narrow));
	assert_false(begins("p:a[x!=.25]..b", narrow));
}

static void numbers_are_written_with_their_sign(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,by=key,by=size");
	SHOW("p:work_begin", NUMBER("key", -5), UNSIGNED("size", UINT64_MAX));
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(",group=p:work,key=-5,size=18446744073709551615,"), 1);
}

static void a_block_that_no_pair_takes_stays_root(void **state)
{
	(void) state;
	bind("p:work_begin..work_end");
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(ROOT), 1);
}

static void a_block_of_a_group_of_the_program_keeps_it(void **state)
{
	(void) state;
	bind("p:work_begin..work_end");
	SHOW("p:work_begin", { NULL });
	give((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = 0x1000,
				   .size_bytes = 8,
				   .group_id = 5,
				   .tags = PARSER });
	assert_int_equal(allocs_of(PARSER), 1);
	assert_null(find_group(",group=p:work,"));
}

static void a_free_inside_a_pair_is_foreign_to_other_groups(void **state)
{
	const struct aspan_event block = { .type = ASPAN_EVENT_ALLOC,
					   .address = 0x1000,
					   .size_bytes = 8,
					   .group_id = 5,
					   .tags = PARSER };
	struct aspan_event freed = block;

	(void) state;
	bind("p:work_begin..work_end");
	freed.type = ASPAN_EVENT_FREE;
	freed.current_group_id = 1;
	give(block);
	SHOW("p:work_begin", { NULL });
	root_alloc(0x2000, 8);
	give(freed);
	assert_int_equal(find_group(PARSER)->foreign_free_count, 1);
	/* Its own blocks are not. */
	give((struct aspan_event){ .type = ASPAN_EVENT_FREE,
				   .address = 0x2000,
				   .size_bytes = 8,
				   .group_id = 1,
				   .current_group_id = 1,
				   .tags = ROOT });
	assert_int_equal(find_group(",group=p:work,")->foreign_free_count, 0);
}

static void what_left_root_is_not_counted_by_its_checkpoints(void **state)
{
	(void) state;
	bind("p:work_begin..work_end");
	root_alloc(0x1000, 8);
	SHOW("p:work_begin", { NULL });
	root_alloc(0x2000, 8);
	give((struct aspan_event){ .type = ASPAN_EVENT_GROUP_STATS,
				   .group_id = 1,
				   .name = "root",
				   .tags = ROOT,
				   .counts = { .alloc_count = 2, .alloc_bytes = 16 } });
	/* A checkpoint of a group that is older than the trace says what lived before. */
	assert_int_equal(aspan_model_get_result(model, find_group(ROOT)).live_count, 1);
}

/* The pair that was open when a process was killed is not of the one that gets its pid. */
static void a_process_that_begins_has_no_open_pair(void **state)
{
	const struct aspan_process_facts first = { .vpid = 100, .start_ns = 1 };
	const struct aspan_process_facts second = { .vpid = 100, .start_ns = 2 };

	(void) state;
	bind("p:work_begin..work_end");
	give((struct aspan_event){ .type = ASPAN_EVENT_PROCESS_BEGIN, .process = &first });
	SHOW("p:work_begin", { NULL });
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(",group=p:work,"), 1);
	give((struct aspan_event){ .type = ASPAN_EVENT_PROCESS_BEGIN, .process = &second });
	root_alloc(0x1000, 8);
	assert_int_equal(allocs_of(",group=p:work,"), 1);
	assert_int_equal(allocs_of(ROOT), 1);
}

static void a_pair_in_which_nothing_was_allocated_is_listed(void **state)
{
	(void) state;
	bind("p:work_begin..work_end,by=key");
	for (uint64_t process = 1; process <= 2; process++) {
		on(process, process);
		SHOW("p:work_begin", NUMBER("key", 1));
		SHOW("p:work_end", { NULL });
		assert_null(find_group(",group=p:work,key=1,"));
	}
	assert_int_equal(aspan_bind_replay_finish(replay, model), 0);
	for (uint64_t process = 1; process <= 2; process++) {
		on(process, process);
		assert_int_equal(allocs_of(",group=p:work,key=1,"), 0);
	}
}

/* A function of this program, as a trace tells where it is. */
static void a_function_is_called_by_its_name_where_its_object_is_known(void **state)
{
	uint64_t address = (uintptr_t) start_replay;
	uint64_t base;
	char path[256];
	char tags[256];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const struct argument callback = { "callback",
					   { .kind = ASPAN_BIND_POINTER, .bits = address } };
	extern const char __executable_start[];

	(void) state;
	assert_true(length > 0);
	path[length] = '\0';
	base = (uintptr_t) __executable_start;
	bind("p:work_begin..work_end,by=callback,symbol");
	assert_true(aspan_bind_replay_wants_objects(replay));
	on(2, 2);
	assert_int_equal(aspan_bind_replay_add_object(replay, &from, base, 1 << 24, path), 0);
	SHOW("p:work_begin", callback);
	root_alloc(0x1000, 8);
	snprintf(tags, sizeof(tags), ",group=p:work,callback=0x%lx,symbol=start_replay,", address);
	assert_int_equal(allocs_of(tags), 1);
	/* Another process has told nothing. */
	on(1, 1);
	SHOW("p:work_begin", callback);
	root_alloc(0x1000, 8);
	snprintf(tags, sizeof(tags), ",group=p:work,callback=0x%lx,", address);
	assert_int_equal(allocs_of(tags), 1);
}

static void an_object_whose_file_is_gone_gives_the_place(void **state)
{
	const struct argument first = { "callback",
					{ .kind = ASPAN_BIND_POINTER, .bits = 0x5010 } };
	const struct argument past = { "callback", { .kind = ASPAN_BIND_POINTER, .bits = 0x6000 } };

	(void) state;
	bind("p:work_begin..work_end,by=callback,symbol");
	assert_int_equal(aspan_bind_replay_add_object(replay, &from, 0x5000, 0x1000,
						      "/usr/lib/no-such-file.so"),
			 0);
	SHOW("p:work_begin", first);
	root_alloc(0x1000, 8);
	SHOW("p:work_end", { NULL });
	assert_int_equal(allocs_of(",group=p:work,callback=0x5010,symbol=no-such-file.so+0x10,"),
			 1);
	SHOW("p:work_begin", past);
	root_alloc(0x2000, 8);
	assert_int_equal(allocs_of(",group=p:work,callback=0x6000,"), 1);
	/* Another object came to the same place. */
	assert_int_equal(aspan_bind_replay_add_object(replay, &from, 0x5000, 0x2000, "other.so"),
			 0);
	SHOW("p:work_end", { NULL });
	SHOW("p:work_begin", first);
	root_alloc(0x4000, 8);
	SHOW("p:work_end", { NULL });
	assert_int_equal(allocs_of(",group=p:work,callback=0x5010,symbol=other.so+0x10,"), 1);
	SHOW("p:work_begin", past);
	root_alloc(0x3000, 8);
	assert_int_equal(allocs_of(",group=p:work,callback=0x6000,symbol=other.so+0x1000,"), 1);
}

#define REPLAY_TEST(test) cmocka_unit_test_setup_teardown(test, start_replay, end_replay)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPLAY_TEST(threads_of_two_processes_may_have_one_number),
		REPLAY_TEST(equal_tags_in_two_processes_are_two_groups),
		REPLAY_TEST(what_another_thread_ended_is_left_with_the_next_event),
		REPLAY_TEST(an_end_elsewhere_ends_one_pair_and_once),
		REPLAY_TEST(what_one_event_ends_is_balanced),
		REPLAY_TEST(what_another_value_ends_is_left_over),
		REPLAY_TEST(a_key_means_nothing_to_another_process),
		REPLAY_TEST(labels_are_bounded_as_groups_are),
		REPLAY_TEST(conditions_compare_values_not_texts),
		REPLAY_TEST(numbers_are_written_with_their_sign),
		REPLAY_TEST(a_block_that_no_pair_takes_stays_root),
		REPLAY_TEST(a_block_of_a_group_of_the_program_keeps_it),
		REPLAY_TEST(a_free_inside_a_pair_is_foreign_to_other_groups),
		REPLAY_TEST(what_left_root_is_not_counted_by_its_checkpoints),
		REPLAY_TEST(a_process_that_begins_has_no_open_pair),
		REPLAY_TEST(a_pair_in_which_nothing_was_allocated_is_listed),
		REPLAY_TEST(a_function_is_called_by_its_name_where_its_object_is_known),
		REPLAY_TEST(an_object_whose_file_is_gone_gives_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
