/* SPDX-License-Identifier: MIT */
/*
 * The verdicts of `allocspan check` as JUnit XML.
 *
 * XML 1.0 has no way to write most control characters, so texts are escaped as for people first.
 */
#include "check-junit.h"

#include "terminal.h"

#include "../analysis/output-file.h"
#include "../analysis/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int write_text(const char *string, FILE *stream)
{
	char *text = aspan_text_escape(string);

	if (!text) {
		return -ENOMEM;
	}
	for (const char *c = text; *c; c++) {
		const char *entity = *c == '<'	? "&lt;" :
				     *c == '>'	? "&gt;" :
				     *c == '&'	? "&amp;" :
				     *c == '"'	? "&quot;" :
				     *c == '\'' ? "&apos;" :
						  NULL;

		if (entity) {
			fputs(entity, stream);
		} else {
			fputc(*c, stream);
		}
	}
	free(text);
	return 0;
}

static int write_case(const struct aspan_check_result *result, FILE *stream)
{
	const char *element = result->outcome == ASPAN_OUTCOME_BROKEN ? "failure" : "error";
	int status;

	fputs("\t\t<testcase classname=\"allocspan.check\" name=\"", stream);
	status = write_text(result->rule, stream);
	if (result->outcome == ASPAN_OUTCOME_KEPT) {
		fputs("\"/>\n", stream);
		return status;
	}
	fprintf(stream, "\">\n\t\t\t<%s type=\"%s\" message=\"", element,
		result->outcome == ASPAN_OUTCOME_BROKEN ? "broken" : "undecided");
	status = status ? status : write_text(result->message, stream);
	fputs("\"/>\n\t\t</testcase>\n", stream);
	return status;
}

static size_t count(const struct aspan_check_result *results, size_t result_count,
		    enum aspan_check_outcome outcome)
{
	size_t number = 0;

	for (size_t i = 0; i < result_count; i++) {
		number += results[i].outcome == outcome;
	}
	return number;
}

static void write_counts(const struct aspan_check_result *results, size_t result_count,
			 FILE *stream)
{
	fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", result_count,
		count(results, result_count, ASPAN_OUTCOME_BROKEN),
		count(results, result_count, ASPAN_OUTCOME_ERROR));
}

static int write_all(const char *trace, const struct aspan_check_result *results,
		     size_t result_count, FILE *stream)
{
	int status;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", stream);
	write_counts(results, result_count, stream);
	fputs(">\n\t<testsuite name=\"", stream);
	status = write_text(trace, stream);
	fputc('"', stream);
	write_counts(results, result_count, stream);
	fputs(" skipped=\"0\">\n", stream);
	for (size_t i = 0; !status && i < result_count; i++) {
		status = write_case(&results[i], stream);
	}
	fputs("\t</testsuite>\n</testsuites>\n", stream);
	return status;
}

int aspan_check_junit_write(const char *path, const char *trace,
			    const struct aspan_check_result *results, size_t result_count)
{
	struct aspan_output_file file;
	int status = aspan_output_file_open(&file, path);

	if (!status) {
		status = write_all(trace, results, result_count, file.stream);
		if (status) {
			aspan_output_file_abandon(&file);
		} else {
			status = aspan_output_file_commit(&file);
		}
	}
	if (status) {
		aspan_terminal_error("cannot write %s: %s", path, strerror(-status));
	}
	return status;
}
