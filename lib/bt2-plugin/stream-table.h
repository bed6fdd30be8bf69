/* SPDX-License-Identifier: MIT */
/*
 * The streams of the graph: of which trace each is, and where its events' contexts are.
 *
 * LTTng puts contexts in the CTF structure event.context, which babeltrace2 calls the event's common context. A
 * trace of one process (per-process buffers) tells pid and name in its environment instead.
 */
#ifndef ASPAN_BT2_STREAM_TABLE_H
#define ASPAN_BT2_STREAM_TABLE_H

#include "events.h"
#include "id-map.h"
#include "model.h"

#include <babeltrace2/babeltrace.h>

#include <stdbool.h>
#include <stddef.h>

/* Index of the member of the event's contexts, or -1. */
struct aspan_stream_contexts {
	int vpid, vtid, pid_ns, procname, ip;
	/* What the filter `debug-info` of babeltrace2 adds: a structure, and its members. */
	int debug_info, bin, func, src;
};

/* Room for what is told of an event's code. */
struct aspan_stream_code {
	struct aspan_code code;
	char function[256];
	char file[1024];
};

struct aspan_stream {
	const bt_stream *stream;
	struct aspan_origin origin; /* of all its events, as far as the trace tells it */
	struct aspan_stream_contexts contexts;
	bool has_clock;
	bool has_packet; /* one has begun */
};

struct aspan_stream_trace;

struct aspan_stream_table {
	struct aspan_stream *streams;
	size_t stream_count;
	struct aspan_id_map stream_map; /* address to index */
	struct aspan_stream_trace *traces;
	size_t trace_count;
};

/* An all-zero table is an empty one. */
void aspan_stream_table_fini(struct aspan_stream_table *table);

/* Whether no packet of the stream has begun yet; now one does. */
bool aspan_stream_take_first_packet(struct aspan_stream_table *table,
				    const struct aspan_stream *stream);

/* Gives the stream; announces its trace to the model if it is the first of it. 0 or -ENOMEM. */
int aspan_stream_table_find(struct aspan_stream_table *table, struct aspan_model *model,
			    const bt_stream *stream, const struct aspan_stream **found);

/* In the environment of a trace that was written anew: it may lack the classes of events that it does not have. */
#define ASPAN_STREAM_TELLS_BEGINS "allocspan_tells_begins"

/* Whether the trace has a place for process_begin: an event may be missing, but its class is there as soon as a program may make it. */
bool aspan_stream_tells_begins(const bt_trace *trace);

/* Tells of which process and thread an event of the stream is. */
void aspan_stream_read_origin(const struct aspan_stream *stream, const bt_event *event,
			      struct aspan_origin *origin);

/* Tells which code called (event->ip), and what that is (event->code, which points to *code or into the event). */
void aspan_stream_read_code(const struct aspan_stream *stream, const bt_event *source,
			    struct aspan_event *event, struct aspan_stream_code *code);

#endif
