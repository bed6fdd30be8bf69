/* SPDX-License-Identifier: MIT */
/*
 * Turns babeltrace2's messages into the model's events.
 *
 * Whatever can be known of a stream or an event class (which trace, where the fields are) is looked up when
 * the first message of it comes, so that an event costs as many calls as it has wanted fields.
 */
#ifndef ASPAN_BT2_MESSAGE_READER_H
#define ASPAN_BT2_MESSAGE_READER_H

#include "bind-replay.h"
#include "model.h"
#include "report.h"

#include <babeltrace2/babeltrace.h>

struct aspan_message_reader;

/* Feeds the model, which must live longer. Causes of errors are appended as the component's. NULL without memory. */
struct aspan_message_reader *aspan_message_reader_create(struct aspan_model *model,
							 bt_self_component *component);

/* From here on events go through a replay of bindings, which must live longer. Before the first message. */
void aspan_message_reader_set_replay(struct aspan_message_reader *reader,
				     struct aspan_bind_replay *replay);

/* NULL is allowed. */
void aspan_message_reader_destroy(struct aspan_message_reader *reader);

/* These messages will be read next: what they need of a large model is fetched meanwhile. */
void aspan_message_reader_prefetch(const struct aspan_message_reader *reader,
				   bt_message_array_const messages, uint64_t count);

/*
 * Takes a message. 0; or negative errno, and a cause is appended to the thread's error. Of traces with packed events
 * (tp/packed-format.md) what it tells may wait for others.
 */
int aspan_message_reader_read(struct aspan_message_reader *reader, const bt_message *message);

/* There are no more messages, or reading failed: what waits goes to the model. As aspan_message_reader_read(). */
int aspan_message_reader_finish(struct aspan_message_reader *reader);

/* Adds what is to be said of packed events to a report. 0 or -ENOMEM. */
int aspan_message_reader_add_notes(const struct aspan_message_reader *reader,
				   struct aspan_report *report);

#endif
