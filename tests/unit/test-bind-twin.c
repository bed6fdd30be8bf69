/* SPDX-License-Identifier: MIT */
/*
 * Live bindings and their replay are twins: the same events, in any order, give the same groups the same allocations and count the
 * same begins and ends as unbalanced.
 */
#include "bind-support.h"

#include "bind-replay.h"
#include "model.h"
#include "tag-string.h"

#define STEPS 4000
#define BLOCK_BYTES 16
#define ARGUMENTS_MAX 2
#define HITS_MAX 8

/* An argument of an event, as both sides see it. */
struct argument {
	const char *name;
	struct aspan_bind_field field;
};

static struct aspan_bind_replay *replay;
static struct aspan_model *model;
static struct aspan_event moment = { .origin = { .has_vpid = true, .vpid = 1, .vtid = 1 } };

static const struct aspan_bind_field *find_argument(const struct argument *arguments,
						    const char *name)
{
	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		if (arguments[i].name && strcmp(arguments[i].name, name) == 0) {
			return &arguments[i].field;
		}
	}
	fail_msg("no argument '%s'", name);
	return NULL;
}

/* Shows the replay an event that the program just had. */
static void show(const char *event, const struct argument *arguments)
{
	struct aspan_bind_replay_hit hits[HITS_MAX];
	struct aspan_bind_replay_point *point = NULL;
	size_t hit_count = 0;

	moment.time_ns++;
	while ((point = aspan_bind_replay_find(replay, event, point)) != NULL) {
		const struct aspan_bind_argument *wanted[ASPAN_BIND_FIELDS_MAX];
		struct aspan_bind_replay_hit *hit = &hits[hit_count++];
		size_t count = aspan_bind_replay_get_fields(replay, point, wanted);

		assert_in_range(hit_count, 1, HITS_MAX);
		hit->point = point;
		for (size_t i = 0; i < count; i++) {
			hit->fields[i] = *find_argument(arguments, wanted[i]->names[0]);
		}
	}
	assert_int_equal(aspan_bind_replay_take(replay, hits, hit_count, &moment.origin), 0);
}

static void step_callback(const char *event, uintptr_t callback)
{
	const struct argument arguments[ARGUMENTS_MAX] = {
		{ "callback", { .kind = ASPAN_BIND_POINTER, .bits = callback } },
	};

	if (strcmp(event, "bound:callback_start") == 0) {
		FIRE(callback_start, (const void *) callback);
	} else {
		FIRE(callback_end, (const void *) callback);
	}
	show(event, arguments);
}

static void step_register(uintptr_t callback, const char *symbol)
{
	const struct argument arguments[ARGUMENTS_MAX] = {
		{ "callback", { .kind = ASPAN_BIND_POINTER, .bits = callback } },
		{ "symbol", { .kind = ASPAN_BIND_STRING, .string = symbol } },
	};

	FIRE(callback_register, (const void *) callback, symbol);
	show("bound:callback_register", arguments);
}

static void step_request(const char *event, uint64_t id)
{
	const struct argument arguments[ARGUMENTS_MAX] = {
		{ "id", { .kind = ASPAN_BIND_INTEGER, .bits = id } },
	};

	if (strcmp(event, "bound:request_begin") == 0) {
		FIRE(request_begin, id);
	} else {
		FIRE(request_done, id);
	}
	show(event, arguments);
}

static void step_api(const char *function, int phase)
{
	const struct argument arguments[ARGUMENTS_MAX] = {
		{ "function", { .kind = ASPAN_BIND_STRING, .string = function } },
		{ "phase",
		  { .kind = ASPAN_BIND_INTEGER, .is_signed = true, .bits = (uint64_t) phase } },
	};

	FIRE(api, function, phase);
	show("bound:api", arguments);
}

static void step_allocate(char *address)
{
	moment.time_ns++;
	moment.address = (uintptr_t) address;
	moment.size_bytes = BLOCK_BYTES;
	/* Without a group nothing is tracked. */
	allocspan_block_announce(address, BLOCK_BYTES);
	assert_int_equal(aspan_bind_replay_alloc(replay, model, &moment), 0);
}

/* A random number below `limit`; the same ones in each run. */
static unsigned int below(unsigned int limit)
{
	static uint64_t state = 88172645463325252U;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int) (state >> 33) % limit;
}

static void step(char *address)
{
	static const char *const functions[] = { "f", "g", "", "a,b=c" };
	static const char *const symbols[] = { "first", "second" };

	switch (below(9)) {
	case 0:
		step_callback("bound:callback_start", below(6));
		break;
	case 1:
		step_callback("bound:callback_end", below(6));
		break;
	case 2:
		step_request("bound:request_begin", below(5));
		break;
	case 3:
		step_request("bound:request_done", below(5));
		break;
	case 4:
		step_api(functions[below(4)], (int) below(3) - 1);
		break;
	case 5:
		if (below(20) == 0) {
			step_register(below(6), symbols[below(2)]);
		}
		break;
	default:
		step_allocate(address);
		break;
	}
}

/* What the program counted for a group of the model. */
static void assert_group_is_alike(const struct aspan_group *group, uint64_t *sum)
{
	struct allocspan_tag tags[ALLOCSPAN_TAGS_MAX];
	struct allocspan_token *token;
	struct aspan_tags parsed;

	assert_int_equal(aspan_tags_parse(group->tags, &parsed), 0);
	for (size_t i = 0; i < parsed.tag_count; i++) {
		tags[i] = (struct allocspan_tag){ parsed.tags[i].key, parsed.tags[i].value };
	}
	token = allocspan_token_intern(parsed.name, tags, parsed.tag_count);
	assert_non_null(token);
	if (stats_of(token).alloc_count != group->seen.alloc_count) {
		fail_msg("%s: %lu live, %lu replayed", group->tags, stats_of(token).alloc_count,
			 group->seen.alloc_count);
	}
	*sum += group->seen.alloc_count;
	allocspan_token_release(token);
	aspan_tags_fini(&parsed);
}

/* Counts live what belongs to any group. */
static uint64_t count_tracked(const char *space)
{
	uint64_t count = 0;

	for (size_t i = 0; i < STEPS; i++) {
		count += allocspan_block_group_id(space + i * BLOCK_BYTES) != 0;
	}
	return count;
}

static void assert_twins(const char *const *specs)
{
	struct allocspan_binding *bindings[4];
	struct allocspan_binding_stats stats;
	char *space = address_space(STEPS * BLOCK_BYTES);
	char expected[256], message[MESSAGE_BYTES];
	uint64_t sum = 0;
	size_t count = 0;
	char *note;

	replay = aspan_bind_replay_create();
	model = aspan_model_create();
	assert_int_equal(aspan_model_add_trace(model, NULL, &moment.origin.trace), 0);
	for (; specs[count]; count++) {
		bindings[count] = bound(specs[count]);
		assert_int_equal(
			aspan_bind_replay_add(replay, specs[count], message, sizeof(message)), 0);
	}
	for (size_t i = 0; i < STEPS; i++) {
		step(space + i * BLOCK_BYTES);
	}
	for (size_t i = 0; i < model->group_count; i++) {
		assert_group_is_alike(&model->groups[i], &sum);
	}
	assert_true(sum > 100);
	assert_int_equal(count_tracked(space), sum);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(allocspan_binding_get_stats(bindings[i], &stats), 0);
		snprintf(expected, sizeof(expected),
			 ": %lu begins without an end, %lu ends without a begin, %lu begins in",
			 stats.unended_begins, stats.unbegun_ends, stats.other_begins);
		note = aspan_bind_replay_get_note(replay, i);
		assert_non_null(note);
		if (!strstr(note, expected)) {
			fail_msg("live%s...; replayed: %s", expected, note);
		}
		free(note);
	}
	for (size_t i = 0; i < STEPS; i++) {
		allocspan_block_retire(space + i * BLOCK_BYTES);
	}
	for (size_t i = 0; i < count; i++) {
		allocspan_binding_release(bindings[i]);
	}
	assert_none_active();
	aspan_bind_replay_destroy(replay);
	aspan_model_destroy(model);
}

#define CALLBACK "bound:callback_start..callback_end"
#define REQUEST "bound:request_begin..request_done"
#define API "bound:api[phase=0]..bound:api[phase=1]"

static void brackets_of_three_bindings(void **state)
{
	const char *const specs[] = { CALLBACK ",by=callback,name=brackets",
				      REQUEST ",by=id,name=brackets 2",
				      API ",by=function,name=brackets 3", NULL };

	(void) state;
	assert_twins(specs);
}

static void levels_inside_levels(void **state)
{
	const char *const specs[] = { CALLBACK ",by=callback,nested,name=levels",
				      REQUEST ",nested,name=levels 2", NULL };

	(void) state;
	assert_twins(specs);
}

static void matched_pairs_among_brackets(void **state)
{
	const char *const specs[] = { REQUEST ",by=id,match=id,name=matched",
				      CALLBACK ",by=callback,name=matched 2",
				      API ",match=function,by=function,name=matched 3", NULL };

	(void) state;
	assert_twins(specs);
}

static void values_beyond_the_limit(void **state)
{
	const char *const specs[] = { CALLBACK ",by=callback,max=3,name=limited",
				      API ",name=arg:function,max=2,tag:limited=yes", NULL };

	(void) state;
	assert_twins(specs);
}

static void labels_that_change(void **state)
{
	const char *const specs[] = {
		CALLBACK ",by=callback,name=labelled,label=callback_register(callback,symbol)",
		API ",by=function,by=phase,name=labelled 2", NULL
	};

	(void) state;
	assert_twins(specs);
}

static void two_bindings_on_the_same_events(void **state)
{
	const char *const specs[] = {
		CALLBACK ",by=callback,name=twice",
		"bound:callback_start|request_begin..callback_end|request_done,name=twice 2", NULL
	};

	(void) state;
	assert_twins(specs);
}

/* One begins where another ends, in both orders; and one is inside of another that ends with the same event. */
static void one_event_ends_some_and_begins_others(void **state)
{
	const char *const specs[] = { "bound:api..callback_start,name=stage 1",
				      "bound:callback_end..api[phase!=0],by=callback,name=stage 2",
				      "bound:callback_start..callback_end,name=stage 3", NULL };

	(void) state;
	assert_twins(specs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brackets_of_three_bindings),
		cmocka_unit_test(levels_inside_levels),
		cmocka_unit_test(matched_pairs_among_brackets),
		cmocka_unit_test(values_beyond_the_limit),
		cmocka_unit_test(labels_that_change),
		cmocka_unit_test(two_bindings_on_the_same_events),
		cmocka_unit_test(one_event_ends_some_and_begins_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
