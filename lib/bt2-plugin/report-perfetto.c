/* SPDX-License-Identifier: MIT */
/*
 * Writes a trace in Chrome's trace event format.
 */
#include "report-perfetto.h"

#include "json-text.h"
#include "perfetto-counters.h"
#include "perfetto-output.h"
#include "perfetto-spans.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

struct aspan_perfetto {
	struct aspan_perfetto_output output;
	struct aspan_perfetto_spans spans;
	struct aspan_perfetto_counters counters;
	bool is_finished;
};

void aspan_report_perfetto_ask(struct aspan_questions *questions)
{
	char message[256];

	aspan_questions_add_breakdown(questions, "span", message, sizeof(message));
}

struct aspan_perfetto *aspan_perfetto_create(FILE *stream)
{
	struct aspan_perfetto *perfetto = calloc(1, sizeof(*perfetto));

	if (perfetto) {
		perfetto->output.stream = stream;
		fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", stream);
	}
	return perfetto;
}

/* What has gone to standard output cannot be taken back: it can still be read, and says that it is not all. */
static void write_early_end(const struct aspan_perfetto *perfetto)
{
	fputs("\n],\"otherData\":{\"exporter\":\"allocspan\",\"complete\":\"false\"}}\n",
	      perfetto->output.stream);
}

void aspan_perfetto_destroy(struct aspan_perfetto *perfetto)
{
	if (!perfetto) {
		return;
	}
	if (!perfetto->is_finished) {
		write_early_end(perfetto);
	}
	aspan_perfetto_counters_fini(&perfetto->counters);
	aspan_perfetto_spans_fini(&perfetto->spans);
	aspan_perfetto_output_fini(&perfetto->output);
	free(perfetto);
}

static int write_instant(struct aspan_perfetto *perfetto, const struct aspan_model *model,
			 const struct aspan_event *event, uint32_t process)
{
	struct aspan_perfetto_output *output = &perfetto->output;
	const char *what = event->type == ASPAN_EVENT_MISUSE ? "misuse" : "budget exceeded";
	int result = aspan_perfetto_begin_event(output, model, 'i', event->time_ns, process);

	if (result) {
		return result;
	}
	fprintf(output->stream, ",\"tid\":%" PRIu64 ",\"s\":\"t\",\"cat\":\"allocspan\"",
		event->origin.vtid);
	result = aspan_perfetto_add_text(output, "name", what);
	fprintf(output->stream, ",\"args\":{\"group_id\":%" PRIu64 "}}", event->group_id);
	return result;
}

int aspan_perfetto_observe(void *data, const struct aspan_model *model,
			   const struct aspan_event *event, uint32_t process, uint32_t group)
{
	struct aspan_perfetto *perfetto = data;

	if (perfetto->output.origin_ns == 0) {
		perfetto->output.origin_ns = event->time_ns;
	}
	switch (event->type) {
	case ASPAN_EVENT_SPAN_ENTER:
	case ASPAN_EVENT_SPAN_EXIT:
		return aspan_perfetto_spans_take(&perfetto->spans, &perfetto->output, model, event,
						 process);
	case ASPAN_EVENT_BUDGET_EXCEEDED:
	case ASPAN_EVENT_MISUSE:
		return write_instant(perfetto, model, event, process);
	default:
		return group == ASPAN_ID_MAP_NONE ?
			       0 :
			       aspan_perfetto_counters_take(&perfetto->counters, &perfetto->output,
							    model, group, event->time_ns);
	}
}

static int write_end(const struct aspan_perfetto *perfetto, const struct aspan_report *report)
{
	FILE *stream = perfetto->output.stream;
	int result = 0;

	/* As texts: readers keep numbers in doubles. */
	fprintf(stream,
		"\n],\"otherData\":{\"exporter\":\"allocspan\",\"complete\":\"%s\","
		"\"begin_ns\":\"%" PRIu64 "\",\"discarded_events\":\"%" PRIu64 "\",\"notes\":[",
		report->is_complete ? "true" : "false", perfetto->output.origin_ns,
		report->model->discarded_events);
	for (size_t i = 0; !result && i < report->note_count; i++) {
		fputs(i ? "," : "", stream);
		result = aspan_json_write_text(report->notes[i], stream);
	}
	fputs("]}}\n", stream);
	return result;
}

int aspan_perfetto_finish(struct aspan_perfetto *perfetto, const struct aspan_report *report)
{
	int result =
		aspan_perfetto_spans_finish(&perfetto->spans, &perfetto->output, report->model);

	/* The stream is closed before the writer is destroyed. */
	perfetto->is_finished = true;
	result = result ? result :
			  aspan_perfetto_counters_finish(&perfetto->counters, &perfetto->output,
							 report->model);
	return result ? result : write_end(perfetto, report);
}
