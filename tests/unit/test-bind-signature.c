/* SPDX-License-Identifier: MIT */
/*
 * Signatures of tracepoints: types from their text, and where each calling convention has the arguments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "signature.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct aspan_bind_type type_of(const char *text)
{
	return aspan_bind_type_read((struct aspan_bind_slice){ text, strlen(text) });
}

static void assert_type(const char *text, enum aspan_bind_kind kind, unsigned int width_bytes,
			bool is_signed)
{
	struct aspan_bind_type type = type_of(text);

	if (type.kind != kind || type.width_bytes != width_bytes || type.is_signed != is_signed) {
		fail_msg("'%s' is of kind %d, %u bytes, %s", text, (int) type.kind,
			 type.width_bytes, type.is_signed ? "signed" : "unsigned");
	}
}

static void the_words_of_a_type_come_in_any_order(void **state)
{
	(void) state;
	assert_type("int", ASPAN_BIND_INTEGER, 4, true);
	assert_type("unsigned", ASPAN_BIND_INTEGER, 4, false);
	assert_type("long unsigned int", ASPAN_BIND_INTEGER, 8, false);
	assert_type("long long int const", ASPAN_BIND_INTEGER, 8, true);
	assert_type("const  volatile short", ASPAN_BIND_INTEGER, 2, true);
	assert_type("signed char", ASPAN_BIND_INTEGER, 1, true);
	assert_type("char unsigned", ASPAN_BIND_INTEGER, 1, false);
	assert_type("_Bool", ASPAN_BIND_INTEGER, 1, false);
	assert_type("enum state", ASPAN_BIND_INTEGER, 4, true);
	assert_type("double", ASPAN_BIND_DOUBLE, 8, true);
	assert_type("long double", ASPAN_BIND_WIDE_FLOAT, 16, true);
	assert_type("unsigned __int128", ASPAN_BIND_WIDE_INTEGER, 16, false);
}

static void names_of_types_are_known_by_a_table(void **state)
{
	(void) state;
	assert_type("const size_t", ASPAN_BIND_INTEGER, 8, false);
	assert_type("std::uint16_t", ASPAN_BIND_INTEGER, 2, false);
	assert_type("pid_t", ASPAN_BIND_INTEGER, 4, true);
	assert_type("gboolean", ASPAN_BIND_INTEGER, 4, true);
	assert_type("gpointer", ASPAN_BIND_POINTER, 8, false);
	assert_type("qint64", ASPAN_BIND_INTEGER, 8, true);
}

static void pointers_and_references_are_addresses(void **state)
{
	static const char *const pointers[] = {
		"void *",
		"const struct foo *",
		"struct foo * const",
		"unsigned char *",
		"const char **",
		"const std::string &",
		"std::vector<int> *",
		"int&",
		"const libcamera::Request *",
		"unknown_t*",
		"signed char *",
		"char * &",
		"std::map<int, const char *> *",
	};

	(void) state;
	for (size_t i = 0; i < COUNT_OF(pointers); i++) {
		assert_type(pointers[i], ASPAN_BIND_POINTER, 8, false);
	}
}

static void strings_are_pointers_to_plain_characters(void **state)
{
	(void) state;
	assert_type("const char *", ASPAN_BIND_STRING, 8, false);
	assert_type("char const*", ASPAN_BIND_STRING, 8, false);
	assert_type("char *", ASPAN_BIND_STRING, 8, false);
	assert_type("const gchar *", ASPAN_BIND_STRING, 8, false);
}

static void what_is_not_known_is_not_guessed(void **state)
{
	static const char *const unknown[] = {
		"struct foo",
		"union u",
		"foo_t",
		"std::string",
		"std::shared_ptr<const char>",
		"typeof(x)",
		"class Thing",
		"void",
		"enum",
		"uint32_t foo",
		"double _Complex",
		"",
		"lib::size_t",
		"unsigned foo_t",
	};

	(void) state;
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		assert_int_equal(type_of(unknown[i]).kind, ASPAN_BIND_UNKNOWN);
	}
}

static void assert_place(const struct aspan_bind_signature *signature, size_t index,
			 enum aspan_bind_place place, unsigned int position)
{
	const struct aspan_bind_parameter *parameter = &signature->parameters[index];

	if (parameter->place != place || parameter->position != position) {
		fail_msg("'%.*s' is at place %d, position %u", (int) parameter->name.length,
			 parameter->name.start, (int) parameter->place, parameter->position);
	}
}

static struct aspan_bind_signature placed(const char *text, enum aspan_bind_abi abi)
{
	struct aspan_bind_signature signature;

	assert_int_equal(aspan_bind_signature_read(&signature, text), 0);
	aspan_bind_signature_place(&signature, abi);
	return signature;
}

#define TEN_INTEGERS                                                                               \
	"int, a, int, b, int, c, int, d, int, e, int, f, int, g, int, h, int, i, int, j"

static void integers_fill_registers_then_the_stack(void **state)
{
	struct aspan_bind_signature x86 = placed(TEN_INTEGERS, ASPAN_BIND_ABI_X86_64);
	struct aspan_bind_signature arm = placed(TEN_INTEGERS, ASPAN_BIND_ABI_AARCH64);

	(void) state;
	assert_int_equal(x86.parameter_count, 10);
	assert_place(&x86, 0, ASPAN_BIND_GENERAL, 1);
	assert_place(&x86, 4, ASPAN_BIND_GENERAL, 5);
	assert_place(&x86, 5, ASPAN_BIND_STACK, 0);
	assert_place(&x86, 9, ASPAN_BIND_STACK, 32);
	assert_place(&arm, 6, ASPAN_BIND_GENERAL, 7);
	assert_place(&arm, 7, ASPAN_BIND_STACK, 0);
	assert_place(&arm, 9, ASPAN_BIND_STACK, 16);
}

static void floats_have_registers_of_their_own(void **state)
{
	static const char text[] = "float, a, int, b, double, c, float, d, double, e, double, f, "
				   "double, g, double, h, double, i, float, j";
	static const enum aspan_bind_abi abis[] = { ASPAN_BIND_ABI_X86_64, ASPAN_BIND_ABI_AARCH64 };

	(void) state;
	for (size_t i = 0; i < COUNT_OF(abis); i++) {
		struct aspan_bind_signature signature = placed(text, abis[i]);

		assert_place(&signature, 0, ASPAN_BIND_VECTOR, 0);
		assert_place(&signature, 1, ASPAN_BIND_GENERAL, 1);
		assert_place(&signature, 8, ASPAN_BIND_VECTOR, 7);
		assert_place(&signature, 9, ASPAN_BIND_STACK, 0);
	}
}

static void wide_values_take_two_places(void **state)
{
	static const char text[] =
		"__int128, a, int, b, long double, c, int, d, __int128, e, int, f, int, g";
	struct aspan_bind_signature x86 = placed(text, ASPAN_BIND_ABI_X86_64);
	struct aspan_bind_signature arm = placed(text, ASPAN_BIND_ABI_AARCH64);

	(void) state;
	assert_place(&x86, 0, ASPAN_BIND_GENERAL, 1);
	assert_place(&x86, 1, ASPAN_BIND_GENERAL, 3);
	assert_place(&x86, 2, ASPAN_BIND_STACK, 0);
	assert_place(&x86, 3, ASPAN_BIND_GENERAL, 4);
	/* One register is left, which is not enough; the next integer gets it. */
	assert_place(&x86, 4, ASPAN_BIND_STACK, 16);
	assert_place(&x86, 5, ASPAN_BIND_GENERAL, 5);
	assert_place(&x86, 6, ASPAN_BIND_STACK, 32);
	/* From an even register on; and 128 bits of float are a vector. */
	assert_place(&arm, 0, ASPAN_BIND_GENERAL, 2);
	assert_place(&arm, 1, ASPAN_BIND_GENERAL, 4);
	assert_place(&arm, 2, ASPAN_BIND_VECTOR, 0);
	assert_place(&arm, 3, ASPAN_BIND_GENERAL, 5);
	assert_place(&arm, 4, ASPAN_BIND_GENERAL, 6);
	assert_place(&arm, 5, ASPAN_BIND_STACK, 0);
	assert_place(&arm, 6, ASPAN_BIND_STACK, 8);
}

static void what_is_unknown_hides_what_comes_after(void **state)
{
	struct aspan_bind_signature signature =
		placed("int, a, struct large, b, int, c", ASPAN_BIND_ABI_X86_64);

	(void) state;
	assert_place(&signature, 0, ASPAN_BIND_GENERAL, 1);
	assert_int_equal(signature.parameters[1].place, ASPAN_BIND_NOWHERE);
	assert_int_equal(signature.parameters[2].place, ASPAN_BIND_NOWHERE);
}

static void empty_signatures_have_no_arguments(void **state)
{
	struct aspan_bind_signature signature;

	(void) state;
	assert_int_equal(aspan_bind_signature_read(&signature, ""), 0);
	assert_int_equal(signature.parameter_count, 0);
	assert_int_equal(aspan_bind_signature_read(&signature, "void"), 0);
	assert_int_equal(signature.parameter_count, 0);
}

static void what_is_not_types_and_names_is_refused(void **state)
{
	static const char *const wrong[] = { "int", "int, a, int", "int, , int, b",
					     ", a", "int, a,",	   TEN_INTEGERS ", int, k" };
	struct aspan_bind_signature signature;

	(void) state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_not_equal(aspan_bind_signature_read(&signature, wrong[i]), 0);
	}
}

static void a_name_is_found_also_with_arg_behind_it(void **state)
{
	struct aspan_bind_signature signature;
	struct aspan_bind_argument argument = { { "nothing", "callback" }, 2 };

	(void) state;
	assert_int_equal(aspan_bind_signature_read(&signature, "int, callback_arg, int, other"), 0);
	assert_ptr_equal(aspan_bind_signature_find(&signature, &argument),
			 &signature.parameters[0]);
	assert_int_equal(aspan_bind_signature_read(&signature, "int, callback_arg, int, callback"),
			 0);
	assert_ptr_equal(aspan_bind_signature_find(&signature, &argument),
			 &signature.parameters[1]);
	argument.name_count = 1;
	assert_null(aspan_bind_signature_find(&signature, &argument));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_of_a_type_come_in_any_order),
		cmocka_unit_test(names_of_types_are_known_by_a_table),
		cmocka_unit_test(pointers_and_references_are_addresses),
		cmocka_unit_test(strings_are_pointers_to_plain_characters),
		cmocka_unit_test(what_is_not_known_is_not_guessed),
		cmocka_unit_test(integers_fill_registers_then_the_stack),
		cmocka_unit_test(floats_have_registers_of_their_own),
		cmocka_unit_test(wide_values_take_two_places),
		cmocka_unit_test(what_is_unknown_hides_what_comes_after),
		cmocka_unit_test(empty_signatures_have_no_arguments),
		cmocka_unit_test(what_is_not_types_and_names_is_refused),
		cmocka_unit_test(a_name_is_found_also_with_arg_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
