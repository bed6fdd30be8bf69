/* SPDX-License-Identifier: MIT */
/*
 * What a replay of bindings adds to the notes of a report.
 */
#include "bind-replay.h"

#include "report.h"

#include <errno.h>
#include <stdlib.h>

int aspan_bind_replay_add_notes(const struct aspan_bind_replay *replay, struct aspan_report *report)
{
	char *note;
	size_t index = 0;

	while ((note = aspan_bind_replay_get_note(replay, index++)) != NULL) {
		char **moved =
			reallocarray(report->notes, report->note_count + 1, sizeof(*report->notes));

		if (!moved) {
			free(note);
			return -ENOMEM;
		}
		report->notes = moved;
		moved[report->note_count++] = note;
	}
	return 0;
}
