/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor`: checks what recording needs, and says what to do.
 */
#include "doctor.h"
#include "commands.h"
#include "terminal.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define SUBJECT_WIDTH 24

static const struct {
	const char *word;
	enum aspan_terminal_style style;
} verdicts[] = {
	[ASPAN_DOCTOR_OK] = { "ok  ", ASPAN_STYLE_GOOD },
	[ASPAN_DOCTOR_WARN] = { "warn", ASPAN_STYLE_WARNING },
	[ASPAN_DOCTOR_FAIL] = { "fail", ASPAN_STYLE_BAD },
};

void aspan_doctor_tell(struct aspan_doctor *doctor, enum aspan_doctor_verdict verdict,
		       const char *subject, const char *format, ...)
{
	va_list arguments;

	printf("%s%s%s  %-*s  ", aspan_terminal_get_style(stdout, verdicts[verdict].style),
	       verdicts[verdict].word, aspan_terminal_get_style(stdout, ASPAN_STYLE_PLAIN),
	       SUBJECT_WIDTH, subject);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	/* The next check may take a while. */
	fflush(stdout);
	doctor->failure_count += verdict == ASPAN_DOCTOR_FAIL;
}

static int parse_option(int key, char *argument, struct argp_state *state)
{
	const char **program = state->input;

	if (key != ARGP_KEY_ARG) {
		return ARGP_ERR_UNKNOWN;
	}
	/* What follows are the program's own arguments: `doctor -- CMD ARGS` as `record -- CMD ARGS`. */
	*program = argument;
	state->next = state->argc;
	return 0;
}

static const struct argp parser = {
	.parser = parse_option,
	.args_doc = "[[--] PROGRAM]",
	.doc = "Check what recording needs, and say what to do; look into PROGRAM, too, if named."
	       "\vOne line a check: ok, warn (recording works, but less well than it could) or fail. The "
	       "exit status is 1 if anything fails.",
};

int aspan_cli_doctor(int argc, char **argv)
{
	struct aspan_doctor doctor = { 0 };
	const char *program = NULL;

	if (argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, (void *) &program) != 0) {
		return EXIT_FAILURE;
	}
	aspan_doctor_check_libraries(&doctor);
	aspan_doctor_check_plugin(&doctor);
	aspan_doctor_check_system(&doctor);
	if (doctor.failure_count == 0) {
		aspan_doctor_check_trial(&doctor);
	}
	if (program) {
		aspan_doctor_check_program(&doctor, program);
	}
	return doctor.failure_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
