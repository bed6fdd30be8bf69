/* SPDX-License-Identifier: MIT */
/*
 * The smallest program: two pieces of work, and what each of them holds.
 *
 *	build/release/bin/allocspan record -o /tmp/hello -- build/release/examples/hello
 *	build/release/bin/allocspan report /tmp/hello
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *load_greeting(void)
{
	ALLOCSPAN_SPAN("load", "component", "config");
	return strdup("Hello, ");
}

static void greet(const char *greeting, const char *whom)
{
	ALLOCSPAN_SPAN("greet", "component", "output");
	char *line;

	if (asprintf(&line, "%s%s!", greeting, whom) > 0) {
		puts(line);
		free(line);
	}
}

/*
 * Two blocks are live at the end, and the report shows whose: `load` holds the greeting, and
 * `greet` the buffer of stdout, which the first puts() allocated.
 */
int main(void)
{
	char *greeting = load_greeting();

	if (!greeting) {
		return 1;
	}
	greet(greeting, "world");
	greet(greeting, "heap");
	return 0;
}
