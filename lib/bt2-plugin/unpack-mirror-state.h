/* SPDX-License-Identifier: MIT */
/*
 * What the files of the mirror share: unpack-mirror.c copies classes, unpack-message.c messages.
 */
#ifndef ASPAN_BT2_UNPACK_MIRROR_STATE_H
#define ASPAN_BT2_UNPACK_MIRROR_STATE_H

#include "id-map.h"
#include "unpack-field-class.h"
#include "unpack-mirror.h"

#include <stddef.h>

struct aspan_unpack_clock_class {
	const bt_clock_class *source;
	bt_clock_class *copy;
};

struct aspan_unpack_stream_class {
	const bt_stream_class *source;
	bt_stream_class *copy;
	struct aspan_unpack_field_classes fields;
};

struct aspan_unpack_event_class {
	const bt_event_class *source;
	bt_event_class *copy; /* its stream class holds it */
};

struct aspan_unpack_stream {
	const bt_stream *source;
	bt_stream *copy;
	const bt_packet *packet_source; /* the one that is open; NULL: none */
	bt_packet *packet;
};

struct aspan_unpack_mirror {
	bt_self_message_iterator *iterator;
	const bt_trace *source;
	bt_trace_class *trace_class;
	bt_trace *trace;
	struct aspan_unpack_clock_class *clock_classes;
	size_t clock_class_count;
	struct aspan_unpack_stream_class *stream_classes;
	size_t stream_class_count;
	struct aspan_unpack_event_class *event_classes;
	size_t event_class_count;
	struct aspan_id_map event_class_map; /* address to index */
	struct aspan_unpack_stream *streams;
	size_t stream_count;
	struct aspan_id_map stream_map;
};

/* These make the copy when it is first asked for. NULL without memory; what they give may move with the next one. */
bt_event_class *aspan_unpack_mirror_find_event_class(struct aspan_unpack_mirror *mirror,
						     const bt_event_class *source);
struct aspan_unpack_stream *aspan_unpack_mirror_find_stream(struct aspan_unpack_mirror *mirror,
							    const bt_stream *source);

#endif
