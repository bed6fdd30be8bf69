/* SPDX-License-Identifier: MIT */
/*
 * liballocspan-bind opened with dlopen(), as liballocspan-preload may do: it binds what is there, and what comes later
 * on demand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <allocspan/bind.h>

#include <dlfcn.h>
#include <string.h>

__attribute__((visibility("default"))) void test_inside(void);

__attribute__((visibility("default"))) void test_inside(void)
{}

static void *find(void *library, const char *name)
{
	void *found = dlsym(library, name);

	if (!found) {
		fail_msg("%s", dlerror());
	}
	return found;
}

static struct {
	struct allocspan_binding *(*bind)(const char *, char *, size_t);
	int (*get_stats)(const struct allocspan_binding *, struct allocspan_binding_stats *);
	void (*release)(struct allocspan_binding *);
	void (*update)(void);
	uint64_t (*current_group_id)(void);
} ours;

static int open_library(void **state)
{
	void *library = dlopen(BIND_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	(void) state;
	assert_non_null(library);
	*(void **) &ours.bind = find(library, "allocspan_bind");
	*(void **) &ours.get_stats = find(library, "allocspan_binding_get_stats");
	*(void **) &ours.release = find(library, "allocspan_binding_release");
	*(void **) &ours.update = find(library, "allocspan_bind_update");
	*(void **) &ours.current_group_id = find(library, "allocspan_current_group_id");
	return 0;
}

static void *opened(const char *path)
{
	void *plugin = dlopen(path, RTLD_NOW);

	if (!plugin) {
		fail_msg("%s", dlerror());
	}
	return plugin;
}

static void assert_bound(const struct allocspan_binding *binding, void *plugin)
{
	struct allocspan_binding_stats stats;

	assert_int_equal(ours.get_stats(binding, &stats), 0);
	assert_int_equal(stats.bound_events, 2);
	((void (*)(int)) find(plugin, "plugin_begin"))(1);
	assert_int_not_equal(ours.current_group_id(), 0);
	((void (*)(void)) find(plugin, "plugin_end"))();
	assert_int_equal(ours.current_group_id(), 0);
}

static void an_opened_library_binds_on_demand(void **state)
{
	struct allocspan_binding *binding =
		ours.bind("plugin:work_begin..work_end,by=number", NULL, 0);
	struct allocspan_binding_stats stats;
	void *plugin = opened(PLUGIN_1);

	(void) state;
	assert_non_null(binding);
	ours.update();
	assert_bound(binding, plugin);
	dlclose(plugin);
	ours.update();
	assert_int_equal(ours.get_stats(binding, &stats), 0);
	assert_int_equal(stats.bound_events, 0);
	ours.release(binding);
}

static void an_object_that_was_replaced_is_bound_by_its_new_signature(void **state)
{
	struct allocspan_binding *binding =
		ours.bind("plugin:work_begin..work_end,by=number", NULL, 0);
	void *plugin = opened(PLUGIN_1);

	(void) state;
	assert_non_null(binding);
	ours.update();
	assert_bound(binding, plugin);
	dlclose(plugin);
	plugin = opened(PLUGIN_2);
	ours.update();
	assert_bound(binding, plugin);
	dlclose(plugin);
	ours.release(binding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opened_library_binds_on_demand),
		cmocka_unit_test(an_object_that_was_replaced_is_bound_by_its_new_signature),
	};

	return cmocka_run_group_tests(tests, open_library, NULL);
}
