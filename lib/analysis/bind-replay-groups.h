/* SPDX-License-Identifier: MIT */
/*
 * The groups of a replay: which values of a process's arguments have which group.
 *
 * As while a program runs, equal names and tags are one group, whichever binding they come from, and each binding of a
 * process makes groups for so many combinations of values and no more.
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_GROUPS_H
#define ASPAN_ANALYSIS_BIND_REPLAY_GROUPS_H

#include "events.h"
#include "text-map.h"

#include "spec.h"
#include "value-text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_bind_replay_group {
	uint64_t id; /* of no group that a program registers */
	char *name;
	char *tags; /* as in the trace */
	uint32_t process;
	struct aspan_origin origin; /* where it began first; the procname is not kept */
	bool is_announced; /* the model knows it */
};

/* All zero is empty. */
struct aspan_bind_groups {
	struct aspan_bind_replay_group *groups;
	size_t count;
	struct aspan_text_map by_tags; /* in a process */
	struct aspan_text_map by_values; /* in a binding of a process */
	struct aspan_text_map value_counts; /* how many of those there are */
	struct aspan_text_map labels; /* to an index of label_texts */
	char **label_texts;
	size_t label_count;
};

struct aspan_bind_groups_place {
	uint32_t process;
	uint32_t binding;
	const struct aspan_origin *origin;
};

void aspan_bind_groups_fini(struct aspan_bind_groups *groups);

/* Finds the group for the texts of a SPEC's inputs, and the symbol or NULL. *is_other: the values came after the limit. 0 or -ENOMEM. */
int aspan_bind_groups_find(struct aspan_bind_groups *groups, const struct aspan_bind_spec *spec,
			   const struct aspan_bind_groups_place *place,
			   char (*texts)[ASPAN_BIND_TEXT_BYTES], const char *symbol,
			   uint32_t *group, bool *is_other);

/* Gives a value of `by` a name. 0 or -ENOMEM. */
int aspan_bind_groups_set_label(struct aspan_bind_groups *groups,
				const struct aspan_bind_spec *spec,
				const struct aspan_bind_groups_place *place, const char *value,
				const char *label);

const struct aspan_bind_replay_group *aspan_bind_groups_get(const struct aspan_bind_groups *groups,
							    uint32_t group);

#endif
