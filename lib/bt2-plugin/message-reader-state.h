/* SPDX-License-Identifier: MIT */
/*
 * What the two parts of the message reader share: message-reader.c, which reads messages, and message-queue.c, which puts
 * them into order with packed records. Others use message-reader.h.
 */
#ifndef ASPAN_BT2_MESSAGE_READER_STATE_H
#define ASPAN_BT2_MESSAGE_READER_STATE_H

#include "message-reader.h"

#include "bind-class.h"
#include "event-layout.h"
#include "id-map.h"
#include "object-layout.h"
#include "packed-losses.h"
#include "packed-reader.h"
#include "process-layout.h"
#include "stream-table.h"

#define ASPAN_READER_FAIL(reader, ...)                                                             \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((reader)->component, __VA_ARGS__)

struct aspan_message_class {
	const bt_event_class *event_class;
	struct aspan_event_layout layout;
	struct aspan_bind_class *bind; /* NULL: the replay wants nothing of it */
	struct aspan_packed_layout packed;
	struct aspan_object_layout object;
	struct aspan_process_layout process;
};

struct aspan_message_reader {
	struct aspan_model *model;
	struct aspan_bind_replay *replay; /* NULL: none */
	bt_self_component *component;
	struct aspan_stream_table streams;
	struct aspan_message_class *event_classes;
	size_t event_class_count;
	struct aspan_id_map event_class_map;
	struct aspan_packed_reader *packed; /* NULL: there are no packed events so far */
	struct aspan_packed_losses packed_losses;
	uint64_t late_count; /* of records, as far as the model knows */
	uint64_t frames[ASPAN_EVENT_FRAMES_MAX]; /* of the event that is being read */
};

/* Each gives 0; or negative errno, and a cause is appended. */
int aspan_message_reader_find_stream(struct aspan_message_reader *reader, const bt_stream *stream,
				     const struct aspan_stream **found);
int aspan_message_reader_find_class(struct aspan_message_reader *reader,
				    const bt_event_class *event_class,
				    const struct aspan_message_class **found);
int aspan_message_reader_read_time(struct aspan_message_reader *reader,
				   const struct aspan_stream *stream, const bt_message *message,
				   uint64_t *time_ns);

/* When a packet begins; false: it does not tell. */
bool aspan_message_reader_get_packet_time(const bt_message *message, uint64_t *time_ns);

/* Takes a message at once. */
int aspan_message_reader_read_now(struct aspan_message_reader *reader, const bt_message *message);

/* aspan_message_reader_read() and aspan_message_reader_finish() where `packed` is there. */
int aspan_message_queue_read(struct aspan_message_reader *reader, const bt_message *message);
int aspan_message_queue_finish(struct aspan_message_reader *reader);

#endif
