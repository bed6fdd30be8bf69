/* SPDX-License-Identifier: MIT */
/*
 * The spans of a trace as slices of their threads.
 */
#include "perfetto-spans.h"

#include "array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NO_NAME "(unknown span)"

struct open_span {
	uint64_t span_id;
	uint64_t enter_ns;
	char *name;
};

struct aspan_perfetto_thread {
	uint32_t process;
	uint64_t vtid;
	struct open_span *open;
	size_t open_count, open_capacity;
};

static void fini_thread(struct aspan_perfetto_thread *thread)
{
	for (size_t i = 0; i < thread->open_count; i++) {
		free(thread->open[i].name);
	}
	free(thread->open);
}

void aspan_perfetto_spans_fini(struct aspan_perfetto_spans *spans)
{
	for (size_t i = 0; i < spans->thread_count; i++) {
		fini_thread(&spans->threads[i]);
	}
	free(spans->threads);
	aspan_id_map_fini(&spans->by_id);
}

/* Both have 32 bits in any trace that the kernel's ids are in. */
static uint64_t mix(uint32_t process, uint64_t vtid)
{
	return (uint64_t) process << 32 ^ vtid;
}

static int find_thread(struct aspan_perfetto_spans *spans, struct aspan_perfetto_output *output,
		       const struct aspan_model *model, const struct aspan_event *event,
		       uint32_t process, struct aspan_perfetto_thread **thread)
{
	uint64_t id = mix(process, event->origin.vtid);
	uint32_t index = aspan_id_map_find(&spans->by_id, id);
	int result;

	if (index != ASPAN_ID_MAP_NONE) {
		*thread = &spans->threads[index];
		return 0;
	}
	index = (uint32_t) spans->thread_count;
	*thread = ASPAN_ARRAY_APPEND(spans, threads, thread);
	if (!*thread) {
		return -ENOMEM;
	}
	(*thread)->process = process;
	(*thread)->vtid = event->origin.vtid;
	result = aspan_id_map_set(&spans->by_id, id, index);
	return result ? result :
			aspan_perfetto_name_thread(output, model, process, event->origin.vtid,
						   event->origin.procname);
}

static int enter(struct aspan_perfetto_thread *thread, const struct aspan_event *event)
{
	struct open_span *span = ASPAN_ARRAY_APPEND(thread, open, open);

	if (!span) {
		return -ENOMEM;
	}
	span->span_id = event->span_id;
	span->enter_ns = event->time_ns;
	span->name = strdup(event->name ? event->name : NO_NAME);
	return span->name ? 0 : -ENOMEM;
}

static void write_counts(struct aspan_perfetto_output *output, const struct aspan_event *event)
{
	fprintf(output->stream,
		",\"args\":{\"span_id\":%" PRIu64 ",\"alloc_count\":%" PRIu64
		",\"alloc_bytes\":%" PRIu64 ",\"free_count\":%" PRIu64 ",\"free_bytes\":%" PRIu64
		"}}",
		event->span_id, event->counts.alloc_count, event->counts.alloc_bytes,
		event->counts.free_count, event->counts.free_bytes);
}

static int begin_slice(struct aspan_perfetto_output *output, const struct aspan_model *model,
		       const struct aspan_perfetto_thread *thread, char phase, uint64_t time_ns,
		       const char *name)
{
	int result = aspan_perfetto_begin_event(output, model, phase, time_ns, thread->process);

	if (result) {
		return result;
	}
	fprintf(output->stream, ",\"tid\":%" PRIu64 ",\"cat\":\"span\"", thread->vtid);
	return aspan_perfetto_add_text(output, "name", name);
}

static int write_slice(struct aspan_perfetto_output *output, const struct aspan_model *model,
		       const struct aspan_perfetto_thread *thread, const struct open_span *span,
		       const struct aspan_event *event)
{
	int result = begin_slice(output, model, thread, 'X', span->enter_ns, span->name);

	aspan_perfetto_add_time(output, "dur", event->time_ns - span->enter_ns);
	write_counts(output, event);
	return result;
}

static int write_async(struct aspan_perfetto_spans *spans, struct aspan_perfetto_output *output,
		       const struct aspan_model *model, const struct aspan_perfetto_thread *thread,
		       const struct open_span *span, const struct aspan_event *event)
{
	uint64_t id = ++spans->async_count;
	int result = begin_slice(output, model, thread, 'b', span->enter_ns, span->name);

	fprintf(output->stream, ",\"id2\":{\"local\":\"0x%" PRIx64 "\"}}", id);
	result = result ? result :
			  begin_slice(output, model, thread, 'e', event->time_ns, span->name);
	fprintf(output->stream, ",\"id2\":{\"local\":\"0x%" PRIx64 "\"}", id);
	write_counts(output, event);
	return result;
}

/* The innermost of this id, or open_count. */
static size_t find_open(const struct aspan_perfetto_thread *thread, uint64_t span_id)
{
	for (size_t i = thread->open_count; i-- > 0;) {
		if (thread->open[i].span_id == span_id) {
			return i;
		}
	}
	return thread->open_count;
}

static void remove_open(struct aspan_perfetto_thread *thread, size_t index)
{
	free(thread->open[index].name);
	thread->open_count--;
	memmove(&thread->open[index], &thread->open[index + 1],
		(thread->open_count - index) * sizeof(*thread->open));
}

/* It has been open since before the trace, and so is outside all that is open. */
static int leave_unknown(struct aspan_perfetto_spans *spans, struct aspan_perfetto_output *output,
			 const struct aspan_model *model,
			 const struct aspan_perfetto_thread *thread,
			 const struct aspan_event *event)
{
	struct open_span span = { .span_id = event->span_id,
				  .enter_ns = output->origin_ns,
				  .name = (char *) (uintptr_t) (event->name ? event->name :
									      NO_NAME) };

	return thread->open_count ? write_async(spans, output, model, thread, &span, event) :
				    write_slice(output, model, thread, &span, event);
}

static int leave(struct aspan_perfetto_spans *spans, struct aspan_perfetto_output *output,
		 const struct aspan_model *model, struct aspan_perfetto_thread *thread,
		 const struct aspan_event *event)
{
	size_t index = find_open(thread, event->span_id);
	int result;

	if (index == thread->open_count) {
		return leave_unknown(spans, output, model, thread, event);
	}
	if (index + 1 == thread->open_count) {
		result = write_slice(output, model, thread, &thread->open[index], event);
	} else {
		result = write_async(spans, output, model, thread, &thread->open[index], event);
	}
	remove_open(thread, index);
	return result;
}

int aspan_perfetto_spans_take(struct aspan_perfetto_spans *spans,
			      struct aspan_perfetto_output *output, const struct aspan_model *model,
			      const struct aspan_event *event, uint32_t process)
{
	struct aspan_perfetto_thread *thread;
	int result = find_thread(spans, output, model, event, process, &thread);

	if (result) {
		return result;
	}
	return event->type == ASPAN_EVENT_SPAN_ENTER ? enter(thread, event) :
						       leave(spans, output, model, thread, event);
}

int aspan_perfetto_spans_finish(struct aspan_perfetto_spans *spans,
				struct aspan_perfetto_output *output,
				const struct aspan_model *model)
{
	int result = 0;

	for (size_t i = 0; i < spans->thread_count; i++) {
		const struct aspan_perfetto_thread *thread = &spans->threads[i];

		for (size_t j = 0; !result && j < thread->open_count; j++) {
			result = begin_slice(output, model, thread, 'B', thread->open[j].enter_ns,
					     thread->open[j].name);
			fprintf(output->stream, ",\"args\":{\"span_id\":%" PRIu64 "}}",
				thread->open[j].span_id);
		}
	}
	return result;
}
