/* SPDX-License-Identifier: MIT */
/*
 * Writes a report as a page of HTML.
 *
 * The JSON stands in a script element, which HTML ends at "</script" and which "<!--" can make swallow the rest of the
 * page, in whatever string they are. Both begin with '<', which JSON has only in strings and which can be written
 * \u003c there: without a '<' nothing in a trace can end the element. The page shows strings as text nodes, and its policy
 * allows no script but its own.
 */
#include "report-html.h"

#include "report-json.h"
#include "report-page.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* Where in the page the JSON goes. */
#define PLACE "@REPORT@"

/* Takes all or fails: what `stream` could not write, its own error tells. */
static ssize_t write_escaped(void *stream, const char *data, size_t size)
{
	const char *end = data + size;
	const char *from = data;

	while (from < end) {
		const char *less = memchr(from, '<', (size_t) (end - from));
		size_t length = (size_t) ((less ? less : end) - from);

		fwrite(from, 1, length, stream);
		if (less) {
			fputs("\\u003c", stream);
		}
		from += length + (less ? 1 : 0);
	}
	return ferror(stream) ? 0 : (ssize_t) size;
}

static int write_json(const struct aspan_report *report, FILE *stream)
{
	FILE *escaped = fopencookie(stream, "w", (cookie_io_functions_t){ .write = write_escaped });
	int result;

	if (!escaped) {
		return -ENOMEM;
	}
	result = aspan_report_json_write(report, escaped);
	/* A failure of fclose() is one of `stream`, which remembers it. */
	fclose(escaped);
	return result;
}

void aspan_report_html_ask(struct aspan_questions *questions)
{
	aspan_report_json_ask(questions);
}

int aspan_report_html_write(const struct aspan_report *report, FILE *stream)
{
	const char *place = strstr(aspan_report_page, PLACE);
	int result;

	fwrite(aspan_report_page, 1, (size_t) (place - aspan_report_page), stream);
	result = write_json(report, stream);
	fputs(place + strlen(PLACE), stream);
	return result;
}
