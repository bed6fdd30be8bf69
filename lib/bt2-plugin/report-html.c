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
/* How a '<' of a string is written. */
#define LESS "\\u003c"

struct escaping {
	FILE *stream;
	int result;
};

static int write_part(FILE *stream, const char *text, size_t size)
{
	return fwrite(text, 1, size, stream) == size ? 0 : -errno;
}

/* Called by stdio. The first failure is kept: what stdio makes of it has no reason. */
static ssize_t write_escaped(void *data, const char *text, size_t size)
{
	struct escaping *escaping = data;
	const char *end = text + size;

	for (const char *from = text; from < end && !escaping->result;) {
		const char *less = memchr(from, '<', (size_t) (end - from));
		size_t length = (size_t) ((less ? less : end) - from);

		escaping->result = write_part(escaping->stream, from, length);
		if (less && !escaping->result) {
			escaping->result = write_part(escaping->stream, LESS, strlen(LESS));
		}
		from += length + (less ? 1 : 0);
	}
	return escaping->result ? 0 : (ssize_t) size;
}

static int write_json(const struct aspan_report *report, FILE *stream)
{
	struct escaping escaping = { .stream = stream };
	FILE *json = fopencookie(&escaping, "w", (cookie_io_functions_t){ .write = write_escaped });
	int result;

	if (!json) {
		return -ENOMEM;
	}
	result = aspan_report_json_write(report, json);
	fclose(json);
	return result ? result : escaping.result;
}

void aspan_report_html_ask(struct aspan_questions *questions)
{
	aspan_report_json_ask(questions);
}

int aspan_report_html_write(const struct aspan_report *report, FILE *stream)
{
	const char *place = strstr(aspan_report_page, PLACE);
	const char *rest = place + strlen(PLACE);
	int result = write_part(stream, aspan_report_page, (size_t) (place - aspan_report_page));

	result = result ? result : write_json(report, stream);
	return result ? result : write_part(stream, rest, strlen(rest));
}
