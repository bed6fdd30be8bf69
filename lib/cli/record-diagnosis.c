/* SPDX-License-Identifier: MIT */
/*
 * Why a recording has no allocation in it.
 *
 * From sure to likely: what the program's file rules out; a filter; groups that were registered and not
 * entered; no groups. What is left is for the doctor.
 */
#include "record-diagnosis.h"
#include "program.h"
#include "terminal.h"

#define PREFIX "no allocation was recorded: "

static void print_obstacle(const struct aspan_program *program,
			   const struct aspan_program_obstacle *obstacle, const char *named)
{
	if (program->is_script) {
		aspan_terminal_note(PREFIX "%s, which runs %s, %s; %s", program->path, named,
				    obstacle->what, obstacle->remedy);
	} else {
		aspan_terminal_note(PREFIX "%s %s; %s", named, obstacle->what, obstacle->remedy);
	}
}

static void print_likely(const struct aspan_record_counts *counts,
			 const struct aspan_record_options *options, const char *named)
{
	if (options->filter && counts->events > 0) {
		aspan_terminal_note(PREFIX "none passed the filter '%s'; try without it",
				    options->filter);
	} else if (options->has_root) {
		aspan_terminal_note(PREFIX "%s allocated nothing that preloading can see; try "
					   "'allocspan doctor %s'",
				    named, named);
	} else if (counts->groups > 0) {
		aspan_terminal_note(PREFIX
				    "groups were registered, but nothing was allocated inside "
				    "of one; try --root to see what is allocated outside");
	} else {
		aspan_terminal_note(PREFIX "no group was ever entered; try --root to see what is "
					   "allocated outside of groups");
	}
}

void aspan_record_diagnosis_print(const struct aspan_record_counts *counts,
				  const struct aspan_record_options *options, const char *program)
{
	const struct aspan_program_obstacle *obstacle = NULL;
	struct aspan_program examined;

	if (aspan_program_examine(&examined, program) == 0) {
		obstacle = aspan_program_get_obstacle(&examined);
	}
	if (obstacle) {
		print_obstacle(&examined, obstacle, program);
	} else {
		print_likely(counts, options, program);
	}
	aspan_program_fini(&examined);
}
