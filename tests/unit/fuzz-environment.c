/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the variables that liballocspan reads at its start: whatever they hold, the interval is one that the
 * header allows and yes is what is neither empty nor `0`.
 */
#include "init.c" /* NOLINT: its functions are static */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = strndup((const char *) data, size);
	bool says_yes;

	aspan_stats_interval_ms = 0;
	setenv(ENV_STATS_INTERVAL, value, 1);
	setenv(ENV_ROOT, value, 1);
	read_stats_interval();
	if (aspan_stats_interval_ms > LONGEST_INTERVAL_MS) {
		abort();
	}
	/* What is taken is what was said. */
	if (aspan_stats_interval_ms > 0 && aspan_stats_interval_ms != strtoul(value, NULL, 10)) {
		abort();
	}
	says_yes = environment_says_yes(ENV_ROOT);
	if (says_yes != (value[0] != '\0' && strcmp(value, "0") != 0)) {
		abort();
	}
	free(value);
	return 0;
}
