/* SPDX-License-Identifier: MIT */
/*
 * Processes that ran under the recorded command and are in no figure of the report, as nothing recorded them.
 */
#include "report-build.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many have a note of their own. */
#define MAX_NAMED 4

static int keep(struct aspan_report *report, const char **text)
{
	return *text ? aspan_report_keep_text(report, strdup(*text), text) : 0;
}

int aspan_report_add_unrecorded(struct aspan_report *report,
				const struct aspan_report_unrecorded *process)
{
	struct aspan_report_unrecorded *moved =
		reallocarray(report->unrecorded, report->unrecorded_count + 1, sizeof(*moved));
	struct aspan_report_unrecorded *added;
	int result;

	if (!moved) {
		return -ENOMEM;
	}
	report->unrecorded = moved;
	added = &moved[report->unrecorded_count];
	*added = *process;
	result = keep(report, &added->name);
	result = result ? result : keep(report, &added->exe);
	result = result ? result : keep(report, &added->command);
	result = result ? result : keep(report, &added->why);
	result = result ? result : keep(report, &added->text);
	report->unrecorded_count += result == 0;
	return result;
}

static int note(struct aspan_report *report, const struct aspan_report_unrecorded *process)
{
	char *name = aspan_text_escape(process->name ? process->name : "?");
	char *command = process->command ? aspan_text_escape(process->command) : NULL;
	char *text = aspan_text_escape(process->text ? process->text : process->why);
	int result = -ENOMEM;

	if (name && text && (command || !process->command)) {
		result = aspan_report_add_note(
			report, "%s (pid %" PRIu64 ") was not recorded: %s%s%s", name, process->pid,
			text, command ? "; its command: " : "", command ? command : "");
	}
	free(name);
	free(command);
	free(text);
	return result;
}

int aspan_report_note_unrecorded(struct aspan_report *report)
{
	uint64_t others = report->unrecorded_more;
	int result = 0;

	for (size_t i = 0; !result && i < report->unrecorded_count; i++) {
		if (i < MAX_NAMED) {
			result = note(report, &report->unrecorded[i]);
		} else {
			others++;
		}
	}
	if (!result && others) {
		result = aspan_report_add_note(report, "%" PRIu64 " more process%s not recorded",
					       others, others == 1 ? " was" : "es were");
	}
	return result;
}
