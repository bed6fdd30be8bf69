/* SPDX-License-Identifier: MIT */
/*
 * The formats of a report.
 */
#include "report-formats.h"

#include "report-csv.h"
#include "report-folded.h"
#include "report-format-list.h"
#include "report-html.h"
#include "report-json.h"
#include "report-perfetto.h"
#include "report-pprof.h"
#include "report-speedscope.h"

#include <string.h>

static int write_text(const struct aspan_report *report,
		      const struct aspan_report_format_options *options, FILE *stream)
{
	return aspan_report_text_write(report, &options->text, stream);
}

static int write_json(const struct aspan_report *report,
		      const struct aspan_report_format_options *options, FILE *stream)
{
	(void) options;
	return aspan_report_json_write(report, stream);
}

static int write_html(const struct aspan_report *report,
		      const struct aspan_report_format_options *options, FILE *stream)
{
	(void) options;
	return aspan_report_html_write(report, stream);
}

static int write_csv(const struct aspan_report *report,
		     const struct aspan_report_format_options *options, FILE *stream)
{
	(void) options;
	return aspan_report_csv_write(report, stream);
}

static int write_folded(const struct aspan_report *report,
			const struct aspan_report_format_options *options, FILE *stream)
{
	return aspan_report_folded_write(report, options->value, stream);
}

static int write_pprof(const struct aspan_report *report,
		       const struct aspan_report_format_options *options, FILE *stream)
{
	(void) options;
	return aspan_report_pprof_write(report, stream);
}

static int write_speedscope(const struct aspan_report *report,
			    const struct aspan_report_format_options *options, FILE *stream)
{
	return aspan_report_speedscope_write(report, options->value, stream);
}

static void *create_perfetto(FILE *stream)
{
	return aspan_perfetto_create(stream);
}

static int finish_perfetto(void *writer, const struct aspan_report *report)
{
	return aspan_perfetto_finish(writer, report);
}

static void destroy_perfetto(void *writer)
{
	aspan_perfetto_destroy(writer);
}

static const struct aspan_report_live_writer live_perfetto = {
	.create = create_perfetto,
	.observe = aspan_perfetto_observe,
	.finish = finish_perfetto,
	.destroy = destroy_perfetto,
};

static const struct aspan_report_format formats[] = {
#define FORMAT(format, function) { .name = #format, .ask = (function), .write = write_##format },
	ASPAN_REPORT_FORMATS(FORMAT)
#undef FORMAT
#define FORMAT(format, function) { .name = #format, .ask = (function), .live = &live_##format },
		ASPAN_REPORT_LIVE_FORMATS(FORMAT)
#undef FORMAT
};

const char aspan_report_format_names[] = "one of: " ASPAN_REPORT_FORMAT_WORDS;

const struct aspan_report_format *aspan_report_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return &formats[i];
		}
	}
	return NULL;
}
