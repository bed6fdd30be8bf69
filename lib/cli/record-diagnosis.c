/* SPDX-License-Identifier: MIT */
/*
 * Why a recording has no allocation in it.
 *
 * From sure to likely: what the program's file rules out; that it ended before it could allocate; a filter; groups that were
 * registered and not entered; no groups. What is left is for the doctor.
 */
#include "record-diagnosis.h"
#include "program.h"
#include "terminal.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

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

/* Whether the libraries came to life in the command. */
static bool has_begun(const struct aspan_record_question *question)
{
	for (size_t i = 0; i < question->counts->begin_count; i++) {
		if (question->counts->begins[i].vpid == question->pid) {
			return true;
		}
	}
	return aspan_record_ends_find(question->ends, question->pid) != NULL;
}

static void print_killed(const struct aspan_record_question *question)
{
	int number = WTERMSIG(question->status);

	if (number == SIGSYS) {
		aspan_terminal_note(PREFIX
				    "%s was killed by SIGSYS: a filter (seccomp) forbids a system "
				    "call that recording needs; record without that filter",
				    question->program);
	} else {
		aspan_terminal_note(PREFIX "%s was killed by signal %d (%s) before",
				    question->program, number, strsignal(number));
	}
}

/*
 * A process loads the tracer with its first group, and only its ledger tells of it before. What it printed comes from the loader, or
 * from itself.
 */
static void print_not_begun(const struct aspan_record_question *question)
{
	if (question->options->has_no_ledger && !question->options->has_root) {
		aspan_terminal_note(PREFIX
				    "no group was ever entered, or the libraries of allocspan were "
				    "never active in %s; record without --no-ledger to know which, "
				    "or with --root",
				    question->program);
		return;
	}
	aspan_terminal_note(PREFIX
			    "the libraries of allocspan were never active in %s, which ended "
			    "with status %d; what it printed may say why; try 'allocspan "
			    "doctor %s'",
			    question->program, WEXITSTATUS(question->status), question->program);
}

/* Each beginning that the trace has, an exec that failed too, has an end there, if the process came to that. */
static bool has_unended(const struct aspan_record_counts *counts)
{
	return counts->begin_count > counts->end_count;
}

static void print_unended(const struct aspan_record_counts *counts)
{
	aspan_terminal_note(PREFIX
			    "%zu of %zu processes did not say that they ended (killed, "
			    "crashed, or still running), so what they allocated is not known",
			    counts->begin_count - counts->end_count, counts->begin_count);
}

static void print_likely(const struct aspan_record_question *question)
{
	const struct aspan_record_counts *counts = question->counts;
	const struct aspan_record_options *options = question->options;
	const char *named = question->program;

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

void aspan_record_diagnosis_print(const struct aspan_record_question *question)
{
	const struct aspan_program_obstacle *obstacle = NULL;
	struct aspan_program examined;

	if (aspan_program_examine(&examined, question->program) == 0) {
		obstacle = aspan_program_get_obstacle(&examined);
	}
	if (obstacle) {
		print_obstacle(&examined, obstacle, question->program);
	} else if (WIFSIGNALED(question->status)) {
		print_killed(question);
	} else if (!has_begun(question)) {
		print_not_begun(question);
	} else if (has_unended(question->counts)) {
		print_unended(question->counts);
	} else {
		print_likely(question);
	}
	aspan_program_fini(&examined);
}
