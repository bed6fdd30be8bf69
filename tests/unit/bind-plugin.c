/* SPDX-License-Identifier: MIT */
/*
 * An object with tracepoints that the tests open and close. It works already in its constructor.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bind-plugin-provider.h"

#define EXPORT __attribute__((visibility("default")))

/* What the program does inside of the work; it defines this. */
void test_inside(void);

EXPORT void plugin_begin(int number);
EXPORT void plugin_end(void);

EXPORT void plugin_begin(int number)
{
#if PLUGIN_VERSION == 1
	lttng_ust_tracepoint(plugin, work_begin, number);
#else
	lttng_ust_tracepoint(plugin, work_begin, "second", number);
#endif
}

EXPORT void plugin_end(void)
{
	lttng_ust_tracepoint(plugin, work_end);
}

/* After those of LTTng, which come first in this file. */
__attribute__((constructor)) static void start(void)
{
	plugin_begin(-1);
	test_inside();
	plugin_end();
}
