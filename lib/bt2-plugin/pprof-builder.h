/* SPDX-License-Identifier: MIT */
/*
 * Builds the message of profile.proto: texts, functions, mappings and locations are there once each.
 *
 * The message is as protobuf-c would have unpacked it, each part on the heap, so that its own function frees it, whatever
 * was made of it.
 */
#ifndef ASPAN_BT2_PPROF_BUILDER_H
#define ASPAN_BT2_PPROF_BUILDER_H

#include "names.h"
#include "profile.pb-c.h"
#include "report-stacks.h"
#include "text-map.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_pprof_builder {
	const struct aspan_report *report;
	Pprof__Profile *profile;
	struct aspan_names texts;
	struct aspan_text_map ids; /* of functions, mappings and locations, by what they are */
};

/* 0 or -ENOMEM, as all that follow; aspan_pprof_builder_fini() frees it in any case. */
int aspan_pprof_builder_init(struct aspan_pprof_builder *builder,
			     const struct aspan_report *report);
void aspan_pprof_builder_fini(struct aspan_pprof_builder *builder);

/* Makes room for one more in an array. Gives it, or NULL without memory. */
void *aspan_pprof_append(void **items, size_t *count, size_t item_bytes);

/* Appends a zeroed message to an array of pointers. Gives it, or NULL without memory. */
void *aspan_pprof_append_message(void **items, size_t *count, size_t bytes);

/* The same for the member `items` of a message, whose type this is. */
#define ASPAN_PPROF_APPEND(owner, items, type)                                                     \
	aspan_pprof_append_message((void **) &(owner)->items, &(owner)->n_##items, sizeof(type))

/* The number of a text; NULL is the empty one. */
int aspan_pprof_intern(struct aspan_pprof_builder *builder, const char *string, int64_t *number);

/* The location of a frame. */
int aspan_pprof_add_location(struct aspan_pprof_builder *builder, const struct aspan_frame *frame,
			     uint64_t *id);

/* Puts the texts into the message: last, when all are there. */
int aspan_pprof_add_texts(struct aspan_pprof_builder *builder);

#endif
