/* SPDX-License-Identifier: MIT */
/*
 * See point.h.
 */
#include "point.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "signature.h"
#include "value-text.h"

struct preparation {
	struct aspan_bind_point *point;
	struct aspan_bind_signature signature;
	char *message;
	size_t message_bytes;
};

__attribute__((format(printf, 2, 3))) static bool complain(struct preparation *preparation,
							   const char *format, ...)
{
	const struct aspan_bind_event *event = preparation->point->event;
	va_list arguments;
	int length = snprintf(preparation->message, preparation->message_bytes,
			      "%s:%s: ", event->provider, event->name);

	if (length >= 0 && (size_t) length < preparation->message_bytes) {
		va_start(arguments, format);
		vsnprintf(preparation->message + length,
			  preparation->message_bytes - (size_t) length, format, arguments);
		va_end(arguments);
	}
	return false;
}

static bool complain_missing(struct preparation *preparation,
			     const struct aspan_bind_argument *argument)
{
	char names[ASPAN_BIND_MESSAGE_BYTES / 2] = "";
	size_t length = 0;

	for (size_t i = 0; i < preparation->signature.parameter_count; i++) {
		struct aspan_bind_slice name = preparation->signature.parameters[i].name;
		int more = snprintf(names + length, sizeof(names) - length, "%s%.*s", i ? ", " : "",
				    (int) name.length, name.start);

		length += more > 0 ? (size_t) more : 0;
		if (length >= sizeof(names)) {
			break;
		}
	}
	if (!*names) {
		return complain(preparation, "there is no argument '%s': it has none",
				argument->names[0]);
	}
	return complain(preparation, "there is no argument '%s'; it has: %s", argument->names[0],
			names);
}

/* The first parameter that hides where those after it are. */
static const struct aspan_bind_parameter *
find_obstacle(const struct aspan_bind_signature *signature)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (signature->parameters[i].type.kind == ASPAN_BIND_UNKNOWN) {
			return &signature->parameters[i];
		}
	}
	return NULL;
}

static bool complain_unreadable(struct preparation *preparation,
				const struct aspan_bind_parameter *parameter)
{
	const struct aspan_bind_parameter *obstacle = find_obstacle(&preparation->signature);

	if (!obstacle || obstacle == parameter) {
		return complain(
			preparation,
			"the argument '%.*s' cannot be read: '%.*s' is not an integer, a pointer, a string or a number",
			(int) parameter->name.length, parameter->name.start,
			(int) parameter->type_text.length, parameter->type_text.start);
	}
	return complain(
		preparation,
		"the argument '%.*s' cannot be read: how '%.*s %.*s' before it is passed is not known",
		(int) parameter->name.length, parameter->name.start,
		(int) obstacle->type_text.length, obstacle->type_text.start,
		(int) obstacle->name.length, obstacle->name.start);
}

static bool make_reader(struct preparation *preparation, const struct aspan_bind_argument *argument,
			struct aspan_bind_reader *reader)
{
	const struct aspan_bind_parameter *parameter =
		aspan_bind_signature_find(&preparation->signature, argument);

	if (!parameter) {
		return complain_missing(preparation, argument);
	}
	if (parameter->place == ASPAN_BIND_NOWHERE ||
	    parameter->type.kind >= ASPAN_BIND_WIDE_INTEGER) {
		return complain_unreadable(preparation, parameter);
	}
	*reader = (struct aspan_bind_reader){
		.kind = parameter->type.kind,
		.place = parameter->place,
		.position = parameter->position,
		.width_bytes = parameter->type.width_bytes,
		.is_signed = parameter->type.is_signed,
	};
	return true;
}

/* A number as C writes it; for unsigned arguments also a negative one, as in -1 for the largest. */
static bool read_bits(const char *text, const struct aspan_bind_reader *reader, uint64_t *bits)
{
	unsigned int unused_bits = 64 - 8U * reader->width_bytes;
	char *end = NULL;

	errno = 0;
	*bits = *text == '-' ? (uint64_t) strtoll(text, &end, 0) : strtoull(text, &end, 0);
	if (errno || end == text || *end) {
		return false;
	}
	if (!reader->is_signed) {
		*bits = *bits << unused_bits >> unused_bits;
	}
	return true;
}

static bool read_number(const char *text, const struct aspan_bind_reader *reader, uint64_t *bits)
{
	char *end = NULL;
	double number;
	float narrow;

	if (reader->kind == ASPAN_BIND_INTEGER || reader->kind == ASPAN_BIND_POINTER) {
		return read_bits(text, reader, bits);
	}
	number = strtod(text, &end);
	*bits = 0;
	if (reader->kind == ASPAN_BIND_FLOAT) {
		narrow = (float) number;
		memcpy(bits, &narrow, sizeof(narrow));
	} else {
		memcpy(bits, &number, sizeof(number));
	}
	return end != text && !*end;
}

static bool make_test(struct preparation *preparation, const struct aspan_bind_condition *condition,
		      struct aspan_bind_test *test)
{
	*test = (struct aspan_bind_test){
		.text = condition->value,
		.is_negated = condition->is_negated,
	};
	if (!make_reader(preparation, &condition->argument, &test->reader)) {
		return false;
	}
	if (test->reader.kind != ASPAN_BIND_STRING &&
	    !read_number(condition->value, &test->reader, &test->bits)) {
		return complain(preparation, "'%s' in the condition is not a value of '%s'",
				condition->value, condition->argument.names[0]);
	}
	return true;
}

/* One table has the values of all begin events, so they must be of one sort. */
static bool agree_on_kind(struct preparation *preparation, size_t input, enum aspan_bind_kind kind)
{
	struct allocspan_binding *binding = preparation->point->binding;

	if (binding->input_kinds[input] == ASPAN_BIND_UNKNOWN) {
		binding->input_kinds[input] = kind;
	}
	return binding->input_kinds[input] == kind ||
	       complain(preparation,
			"the argument '%s' is of another sort than in the other events",
			binding->spec.inputs[input]->names[0]);
}

static bool is_address(struct preparation *preparation, enum aspan_bind_kind kind)
{
	const struct aspan_bind_spec *spec = &preparation->point->binding->spec;

	return kind == ASPAN_BIND_POINTER || kind == ASPAN_BIND_INTEGER ||
	       complain(preparation, "'symbol' needs an address, and the argument '%s' is none",
			spec->by.names[0]);
}

static bool make_inputs(struct preparation *preparation)
{
	struct aspan_bind_point *point = preparation->point;
	const struct allocspan_binding *binding = point->binding;

	point->reader_count = binding->spec.input_count;
	for (size_t i = 0; i < binding->spec.input_count; i++) {
		if (!make_reader(preparation, binding->spec.inputs[i], &point->readers[i]) ||
		    !agree_on_kind(preparation, i, point->readers[i].kind)) {
			return false;
		}
	}
	return !binding->spec.has_symbol ||
	       is_address(preparation, point->readers[binding->spec.by_input].kind);
}

static bool make_label(struct preparation *preparation)
{
	struct aspan_bind_point *point = preparation->point;
	const struct allocspan_binding *binding = point->binding;

	point->reader_count = 2;
	return make_reader(preparation, &binding->spec.label_key, &point->readers[0]) &&
	       make_reader(preparation, &binding->spec.label_name, &point->readers[1]) &&
	       agree_on_kind(preparation, binding->spec.by_input, point->readers[0].kind);
}

static bool make_match(struct preparation *preparation)
{
	struct aspan_bind_point *point = preparation->point;

	return !point->binding->is_matched ||
	       make_reader(preparation, &point->binding->spec.match, &point->match);
}

static bool make_role(struct preparation *preparation)
{
	switch (preparation->point->role) {
	case ASPAN_BIND_BEGIN:
		return make_inputs(preparation) && make_match(preparation);
	case ASPAN_BIND_END:
		return make_match(preparation);
	default:
		return make_label(preparation);
	}
}

static bool reads_vectors(const struct aspan_bind_point *point)
{
	bool does = point->match.place == ASPAN_BIND_VECTOR;

	for (size_t i = 0; i < point->test_count; i++) {
		does |= point->tests[i].reader.place == ASPAN_BIND_VECTOR;
	}
	for (size_t i = 0; i < point->reader_count; i++) {
		does |= point->readers[i].place == ASPAN_BIND_VECTOR;
	}
	return does;
}

int aspan_bind_point_prepare(struct aspan_bind_point *point, char *message, size_t message_bytes)
{
	struct preparation preparation = {
		.point = point,
		.message = message,
		.message_bytes = message_bytes,
	};

	if (aspan_bind_signature_read(&preparation.signature, point->signature)) {
		complain(&preparation, "its signature '%s' cannot be read", point->signature);
		return -EINVAL;
	}
	aspan_bind_signature_place(&preparation.signature, ASPAN_BIND_ABI_OURS);
	point->test_count = point->event->condition_count;
	for (size_t i = 0; i < point->test_count; i++) {
		if (!make_test(&preparation, &point->event->conditions[i], &point->tests[i])) {
			return -EINVAL;
		}
	}
	if (!make_role(&preparation)) {
		return -EINVAL;
	}
	point->entry = reads_vectors(point) ? aspan_bind_probe_entry_vectors :
					      aspan_bind_probe_entry;
	return 0;
}
