/* SPDX-License-Identifier: MIT */
/*
 * What a replay of bindings has to say: what the trace lacks, and pairs that were not balanced.
 */
#include "bind-replay-state.h"

#include "report.h"

#include "near-names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void aspan_bind_replay_note_name(struct aspan_bind_replay *replay, const char *event)
{
	char **moved;
	char *copy;

	for (size_t i = 0; i < replay->name_count; i++) {
		if (strcmp(replay->names[i], event) == 0) {
			return;
		}
	}
	moved = reallocarray(replay->names, replay->name_count + 1, sizeof(char *));
	copy = moved ? strdup(event) : NULL;
	replay->names = moved ? moved : replay->names;
	/* Without memory there is a suggestion less. */
	if (copy) {
		replay->names[replay->name_count++] = copy;
	}
}

static char *describe_missing(const struct aspan_bind_replay *replay,
			      const struct aspan_bind_replay_point *point)
{
	struct aspan_bind_near_names near = { .meant = point->name };
	char suggestions[ASPAN_BIND_NEAR_NAMES_MAX * ASPAN_BIND_NAME_BYTES];
	char *text;

	for (size_t i = 0; i < replay->name_count; i++) {
		char *colon = strchr(replay->names[i], ':');

		if (colon) {
			*colon = '\0';
			aspan_bind_near_names_add(&near, replay->names[i], colon + 1);
			*colon = ':';
		}
	}
	aspan_bind_near_names_text(&near, suggestions, sizeof(suggestions));
	return asprintf(&text, "%s: the trace has no such event%s", point->name, suggestions) < 0 ?
		       NULL :
		       text;
}

static char *describe_counts(const struct aspan_bind_replay_binding *binding)
{
	char *text;
	int length;

	length = asprintf(&text,
			  "%s: %llu begins without an end, %llu ends without a begin, "
			  "%llu begins in the group '" ASPAN_BIND_OTHER "'",
			  binding->spec.default_name, (unsigned long long) binding->unended_count,
			  (unsigned long long) binding->unbegun_count,
			  (unsigned long long) binding->other_count);
	return length < 0 ? NULL : text;
}

char *aspan_bind_replay_get_note(const struct aspan_bind_replay *replay, size_t index)
{
	for (size_t i = 0; i < replay->point_count; i++) {
		if (!replay->points[i].has_occurred && index-- == 0) {
			return describe_missing(replay, &replay->points[i]);
		}
	}
	for (size_t i = 0; i < replay->binding_count; i++) {
		const struct aspan_bind_replay_binding *binding = replay->bindings[i];

		if ((binding->unended_count || binding->unbegun_count || binding->other_count) &&
		    index-- == 0) {
			return describe_counts(binding);
		}
	}
	return NULL;
}

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
