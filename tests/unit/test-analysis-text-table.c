/* SPDX-License-Identifier: MIT */
/*
 * Tables are aligned, whatever is in them, and fit the terminal.
 */
#include "text-table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void fill(struct aspan_text_table *table, const struct aspan_text_style *style)
{
	aspan_text_table_init(table, style);
	aspan_text_table_add_numbers(table, "COUNT");
	aspan_text_table_add_texts(table, "TENANT");
	aspan_text_table_add_texts(table, "SPAN");
	aspan_text_table_count(table, 1234567, true);
	aspan_text_table_text(table, "a", 1);
	aspan_text_table_text(table, "gr\xc3\xbc\xc3\x9f", 0);
	aspan_text_table_count(table, 1, false);
	aspan_text_table_text(table, "longer \x1b[0m", 6);
	aspan_text_table_text(table, "a path that goes on and on", 6);
}

static void assert_table(const struct aspan_text_style *style, const char *expected)
{
	struct aspan_text_table table;
	char *text;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	fill(&table, style);
	assert_int_equal(aspan_text_table_write(&table, stream), 0);
	fclose(stream);
	aspan_text_table_fini(&table);
	assert_string_equal(text, expected);
	free(text);
}

static void columns_are_as_wide_as_what_is_in_them(void **state)
{
	const struct aspan_text_style style = { 0 };

	(void) state;
	assert_table(&style, "    COUNT  TENANT          SPAN\n"
			     "1,234,567  a               gr\xc3\xbc\xc3\x9f\n"
			     "       ~1  longer \\x1b[0m  a path that goes on and on\n");
}

static void the_last_column_ends_where_the_terminal_does(void **state)
{
	const struct aspan_text_style style = { .width = 45 };

	(void) state;
	assert_table(&style, "    COUNT  TENANT          SPAN\n"
			     "1,234,567  a               gr\xc3\xbc\xc3\x9f\n"
			     "       ~1  longer \\x1b[0m  a path that goe...\n");
}

static void colour_marks_what_matters(void **state)
{
	const struct aspan_text_style style = { .has_colour = true };

	(void) state;
	assert_table(&style,
		     "\033[1m    COUNT  TENANT          SPAN\033[0m\n"
		     "1,234,567  \033[1ma\033[0m               gr\xc3\xbc\xc3\x9f\n"
		     "       ~1  \033[1mlonger\033[0m \\x1b[0m  \033[1ma path\033[0m that goes on "
		     "and on\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_what_is_in_them),
		cmocka_unit_test(the_last_column_ends_where_the_terminal_does),
		cmocka_unit_test(colour_marks_what_matters),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
