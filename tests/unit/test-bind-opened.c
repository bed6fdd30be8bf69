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

static void an_opened_library_binds_on_demand(void **state)
{
	void *library = dlopen(BIND_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	struct allocspan_binding *(*bind)(const char *, char *, size_t);
	int (*get_stats)(const struct allocspan_binding *, struct allocspan_binding_stats *);
	void (*update)(void);
	uint64_t (*current_group_id)(void);
	struct allocspan_binding_stats stats;
	struct allocspan_binding *binding;
	void *plugin;

	(void) state;
	assert_non_null(library);
	*(void **) &bind = find(library, "allocspan_bind");
	*(void **) &get_stats = find(library, "allocspan_binding_get_stats");
	*(void **) &update = find(library, "allocspan_bind_update");
	*(void **) &current_group_id = find(library, "allocspan_current_group_id");
	binding = bind("plugin:work_begin..work_end", NULL, 0);
	assert_non_null(binding);
	plugin = dlopen(PLUGIN_1, RTLD_NOW);
	assert_non_null(plugin);
	update();
	assert_int_equal(get_stats(binding, &stats), 0);
	assert_int_equal(stats.bound_events, 2);
	((void (*)(int)) find(plugin, "plugin_begin"))(1);
	assert_int_not_equal(current_group_id(), 0);
	((void (*)(void)) find(plugin, "plugin_end"))();
	assert_int_equal(current_group_id(), 0);
	dlclose(plugin);
	update();
	assert_int_equal(get_stats(binding, &stats), 0);
	assert_int_equal(stats.bound_events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opened_library_binds_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
