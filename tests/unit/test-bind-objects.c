/* SPDX-License-Identifier: MIT */
/*
 * Objects that come and go while they are bound, and the dlsym() that sees them.
 */
#include "bind-support.h"

#include <dlfcn.h>

#define WORK "plugin:work_begin..work_end,by=number"

static uint64_t group_in_constructor;

__attribute__((visibility("default"))) void test_inside(void);

__attribute__((visibility("default"))) void test_inside(void)
{
	group_in_constructor = allocspan_current_group_id();
}

struct plugin {
	void *handle;
	void (*begin)(int number);
	void (*end)(void);
};

static struct plugin opened(const char *path, int flags)
{
	struct plugin plugin = { .handle = dlopen(path, RTLD_NOW | flags) };

	if (!plugin.handle) {
		fail_msg("%s", dlerror());
	}
	plugin.begin = (void (*)(int)) dlsym(plugin.handle, "plugin_begin");
	plugin.end = (void (*)(void)) dlsym(plugin.handle, "plugin_end");
	assert_non_null(plugin.begin);
	assert_non_null(plugin.end);
	return plugin;
}

static void assert_bound(const struct plugin *plugin, int number, const char *text)
{
	plugin->begin(number);
	assert_active("plugin:work", "number", text);
	plugin->end();
	assert_none_active();
}

static void an_object_is_bound_when_it_arrives(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin plugin;

	(void) state;
	assert_int_equal(binding_stats(binding).waiting_events, 2);
	plugin = opened(PLUGIN_1, 0);
	assert_int_equal(binding_stats(binding).bound_events, 2);
	assert_bound(&plugin, 5, "5");
	dlclose(plugin.handle);
	allocspan_binding_release(binding);
}

static void what_its_constructor_does_is_seen(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin plugin;
	const struct allocspan_tag tag = { "number", "-1" };
	struct allocspan_token *token = allocspan_token_intern("plugin:work", &tag, 1);

	(void) state;
	group_in_constructor = 0;
	plugin = opened(PLUGIN_1, 0);
	assert_int_equal(group_in_constructor, allocspan_token_id(token));
	dlclose(plugin.handle);
	allocspan_token_release(token);
	allocspan_binding_release(binding);
}

static void an_object_that_was_there_before_is_bound(void **state)
{
	struct plugin plugin = opened(PLUGIN_1, 0);
	struct allocspan_binding *binding = bound(WORK);

	(void) state;
	assert_bound(&plugin, 6, "6");
	allocspan_binding_release(binding);
	dlclose(plugin.handle);
}

static void a_closed_object_is_released_and_another_version_bound(void **state)
{
	struct allocspan_binding *binding = bound(WORK);

	(void) state;
	for (int i = 0; i < 20; i++) {
		struct plugin plugin = opened(i % 2 ? PLUGIN_2 : PLUGIN_1, 0);

		assert_int_equal(binding_stats(binding).bound_events, 2);
		assert_bound(&plugin, 7, "7");
		assert_int_equal(dlclose(plugin.handle), 0);
		assert_null(dlopen(i % 2 ? PLUGIN_2 : PLUGIN_1, RTLD_NOW | RTLD_NOLOAD));
		assert_int_equal(binding_stats(binding).bound_events, 0);
		assert_int_equal(binding_stats(binding).waiting_events, 2);
	}
	allocspan_binding_release(binding);
}

static void what_is_open_when_an_object_is_closed_ends(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin plugin = opened(PLUGIN_1, 0);

	(void) state;
	plugin.begin(1);
	assert_active("plugin:work", "number", "1");
	dlclose(plugin.handle);
	assert_none_active();
	allocspan_binding_release(binding);
}

struct worker {
	struct plugin plugin;
	pthread_barrier_t begun;
	pthread_barrier_t closed;
	uint64_t group_after_next_event;
};

static void *begin_and_wait(void *data)
{
	struct worker *worker = data;

	worker->plugin.begin(2);
	pthread_barrier_wait(&worker->begun);
	pthread_barrier_wait(&worker->closed);
	FIRE(request_begin, 1);
	FIRE(request_done, 1);
	worker->group_after_next_event = allocspan_current_group_id();
	return NULL;
}

static void other_threads_leave_a_closed_object_with_their_next_event(void **state)
{
	struct allocspan_binding *work = bound(WORK);
	struct allocspan_binding *request = bound("bound:request_begin..request_done");
	struct worker worker = { .plugin = opened(PLUGIN_1, 0), .group_after_next_event = 99 };
	pthread_t thread;

	(void) state;
	pthread_barrier_init(&worker.begun, NULL, 2);
	pthread_barrier_init(&worker.closed, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, begin_and_wait, &worker), 0);
	pthread_barrier_wait(&worker.begun);
	dlclose(worker.plugin.handle);
	pthread_barrier_wait(&worker.closed);
	pthread_join(thread, NULL);
	assert_int_equal(worker.group_after_next_event, 0);
	pthread_barrier_destroy(&worker.begun);
	pthread_barrier_destroy(&worker.closed);
	allocspan_binding_release(request);
	allocspan_binding_release(work);
}

static void an_object_that_bypasses_us_is_seen_on_demand(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin plugin = opened(PLUGIN_1, RTLD_DEEPBIND);

	(void) state;
	allocspan_bind_update();
	assert_bound(&plugin, 8, "8");
	dlclose(plugin.handle);
	allocspan_bind_update();
	assert_int_equal(binding_stats(binding).bound_events, 0);
	allocspan_binding_release(binding);
}

static void two_objects_with_the_same_event_are_both_bound(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin first = opened(PLUGIN_1, 0);
	struct plugin copy = opened(PLUGIN_1_COPY, 0);

	(void) state;
	assert_bound(&first, 1, "1");
	assert_bound(&copy, 2, "2");
	dlclose(first.handle);
	assert_int_equal(binding_stats(binding).bound_events, 2);
	assert_bound(&copy, 3, "3");
	dlclose(copy.handle);
	assert_int_equal(binding_stats(binding).bound_events, 0);
	allocspan_binding_release(binding);
}

/* The begin of the second version is LTTng's only after the first has gone; its end has the same signature and is bound. */
static void the_version_that_stays_is_bound_with_its_own_signature(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin first = opened(PLUGIN_1, 0);
	struct plugin second = opened(PLUGIN_2, 0);

	(void) state;
	assert_bound(&first, 1, "1");
	second.begin(2);
	assert_none_active();
	dlclose(first.handle);
	assert_int_equal(binding_stats(binding).bound_events, 2);
	assert_bound(&second, 3, "3");
	dlclose(second.handle);
	allocspan_binding_release(binding);
}

/* Closed and opened between two looks, so the event was never seen to go. */
static void a_signature_that_changed_unseen_is_bound_anew(void **state)
{
	struct allocspan_binding *binding = bound(WORK);
	struct plugin plugin = opened(PLUGIN_1, RTLD_DEEPBIND);

	(void) state;
	allocspan_bind_update();
	assert_bound(&plugin, 1, "1");
	plugin.begin(2);
	assert_active("plugin:work", "number", "2");
	dlclose(plugin.handle);
	plugin = opened(PLUGIN_2, RTLD_DEEPBIND);
	allocspan_bind_update();
	/* What was open under the old signature has no end any more. */
	assert_none_active();
	assert_bound(&plugin, 3, "3");
	dlclose(plugin.handle);
	allocspan_bind_update();
	allocspan_binding_release(binding);
}

static void a_refused_event_is_told_when_its_object_arrives(void **state)
{
	struct allocspan_binding *binding = bound("plugin:work_begin..work_end,by=name");
	struct plugin plugin = opened(PLUGIN_1, 0);
	char message[MESSAGE_BYTES];

	(void) state;
	assert_int_equal(binding_stats(binding).refused_events, 1);
	assert_int_equal(allocspan_binding_describe(binding, 0, message, sizeof(message)), 0);
	assert_string_equal(message,
			    "plugin:work_begin: there is no argument 'name'; it has: number");
	dlclose(plugin.handle);
	plugin = opened(PLUGIN_2, 0);
	plugin.begin(1);
	assert_active("plugin:work", "name", "second");
	plugin.end();
	dlclose(plugin.handle);
	allocspan_binding_release(binding);
}

static void dlsym_finds_what_it_always_found(void **state)
{
	struct plugin plugin = opened(PLUGIN_1, 0);
	void *next = dlsym(RTLD_NEXT, "test_inside");

	(void) state;
	/* Ours is in the program, and nothing after it has one: the linker sees that the program asks. */
	assert_null(next);
	assert_non_null(dlerror());
	assert_ptr_equal(dlsym(RTLD_DEFAULT, "test_inside"), (void *) test_inside);
	assert_null(dlsym(plugin.handle, "no such function"));
	assert_non_null(strstr(dlerror(), "no such function"));
	assert_non_null(dlsym(RTLD_NEXT, "malloc"));
	dlclose(plugin.handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_bound_when_it_arrives),
		cmocka_unit_test(what_its_constructor_does_is_seen),
		cmocka_unit_test(an_object_that_was_there_before_is_bound),
		cmocka_unit_test(a_closed_object_is_released_and_another_version_bound),
		cmocka_unit_test(what_is_open_when_an_object_is_closed_ends),
		cmocka_unit_test(other_threads_leave_a_closed_object_with_their_next_event),
		cmocka_unit_test(an_object_that_bypasses_us_is_seen_on_demand),
		cmocka_unit_test(two_objects_with_the_same_event_are_both_bound),
		cmocka_unit_test(the_version_that_stays_is_bound_with_its_own_signature),
		cmocka_unit_test(a_signature_that_changed_unseen_is_bound_anew),
		cmocka_unit_test(a_refused_event_is_told_when_its_object_arrives),
		cmocka_unit_test(dlsym_finds_what_it_always_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
