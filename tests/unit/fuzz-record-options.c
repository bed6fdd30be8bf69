/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the arguments of `allocspan record`: options, and the expression of --filter. The input is the
 * arguments, each ended by a zero.
 */
#include <argp.h>
#include <stdint.h>

/* As the command has them, but for ending the process and printing what is wrong. */
enum { OURS = ARGP_IN_ORDER | ARGP_NO_EXIT | ARGP_NO_ERRS };
#undef ARGP_IN_ORDER
#define ARGP_IN_ORDER OURS
#include "record-options.c" /* NOLINT */

#include "record-filter.h"

#include <string.h>

enum { ARGUMENTS_MAX = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition) {
		abort();
	}
}

static void check(const struct aspan_record_options *options, char **argv, int argc)
{
	char *translated = NULL;

	expect(options->context_count < (size_t) argc && options->event_count < (size_t) argc &&
	       options->binding_count < (size_t) argc);
	expect(options->command && options->command > argv && options->command < argv + argc);
	if (options->filter && aspan_record_filter_translate(options->filter, &translated) == 0) {
		expect(translated && strlen(translated) >= strlen(options->filter));
	}
	free(translated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aspan_record_options options;
	char *argv[ARGUMENTS_MAX + 1] = { "record" };
	char *copy = malloc(size + 1);
	int argc = 1;

	memcpy(copy, data, size);
	copy[size] = '\0';
	for (size_t i = 0; i < size && argc < ARGUMENTS_MAX; i += strlen(copy + i) + 1) {
		/* argp has --HANG=SECONDS, which does as it says. */
		if (strncmp(copy + i, "--H", 3) != 0) {
			argv[argc++] = copy + i;
		}
	}
	if (aspan_record_options_init(&options, argc, argv) == 0 && options.command) {
		check(&options, argv, argc);
	}
	aspan_record_options_fini(&options);
	free(copy);
	return 0;
}
