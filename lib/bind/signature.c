/* SPDX-License-Identifier: MIT */
/*
 * See signature.h.
 */
#include "signature.h"

#include <errno.h>
#include <string.h>

#define ARGUMENT_SUFFIX "_arg"

static bool is_space(char character)
{
	return character == ' ' || character == '\t' || character == '\n';
}

static struct aspan_bind_slice trimmed(const char *start, const char *end)
{
	while (start < end && is_space(*start)) {
		start++;
	}
	while (end > start && is_space(end[-1])) {
		end--;
	}
	return (struct aspan_bind_slice){ start, (size_t) (end - start) };
}

/* Where the next comma is that is in no brackets, or the end. */
static const char *find_comma(const char *at)
{
	unsigned int depth = 0;

	for (; *at; at++) {
		if (*at == ',' && depth == 0) {
			return at;
		}
		if (strchr("(<[{", *at)) {
			depth++;
		} else if (strchr(")>]}", *at) && depth > 0) {
			depth--;
		}
	}
	return at;
}

static bool is_void(struct aspan_bind_slice slice)
{
	return slice.length == 0 || (slice.length == 4 && memcmp(slice.start, "void", 4) == 0);
}

int aspan_bind_signature_read(struct aspan_bind_signature *signature, const char *text)
{
	const char *at = text;
	const char *comma = find_comma(at);

	memset(signature, 0, sizeof(*signature));
	if (!*comma) {
		return is_void(trimmed(at, comma)) ? 0 : -EINVAL;
	}
	for (;;) {
		struct aspan_bind_parameter *parameter =
			&signature->parameters[signature->parameter_count];
		const char *end;

		if (!*comma || signature->parameter_count == ASPAN_BIND_PARAMETERS_MAX) {
			return -EINVAL;
		}
		end = find_comma(comma + 1);
		parameter->type_text = trimmed(at, comma);
		parameter->name = trimmed(comma + 1, end);
		if (parameter->type_text.length == 0 || parameter->name.length == 0) {
			return -EINVAL;
		}
		parameter->type = aspan_bind_type_read(parameter->type_text);
		signature->parameter_count++;
		if (!*end) {
			return 0;
		}
		at = end + 1;
		comma = find_comma(at);
	}
}

/* How far the registers and the stack are used up. */
struct usage {
	enum aspan_bind_abi abi;
	unsigned int general;
	unsigned int vector;
	unsigned int stack;
};

#define STACK_SLOT_BYTES 8
#define VECTOR_REGISTERS 8

static unsigned int general_registers(enum aspan_bind_abi abi)
{
	return abi == ASPAN_BIND_ABI_X86_64 ? 6 : 8;
}

static void place_on_stack(struct usage *usage, struct aspan_bind_parameter *parameter,
			   unsigned int bytes)
{
	usage->stack = (usage->stack + bytes - 1) / bytes * bytes;
	parameter->place = ASPAN_BIND_STACK;
	parameter->position = (uint16_t) usage->stack;
	usage->stack += bytes;
}

static void place_general(struct usage *usage, struct aspan_bind_parameter *parameter)
{
	if (usage->general >= general_registers(usage->abi)) {
		place_on_stack(usage, parameter, STACK_SLOT_BYTES);
		return;
	}
	parameter->place = ASPAN_BIND_GENERAL;
	parameter->position = (uint16_t) usage->general++;
}

static void place_vector(struct usage *usage, struct aspan_bind_parameter *parameter,
			 unsigned int bytes)
{
	if (usage->vector >= VECTOR_REGISTERS) {
		place_on_stack(usage, parameter, bytes);
		return;
	}
	parameter->place = ASPAN_BIND_VECTOR;
	parameter->position = (uint16_t) usage->vector++;
}

/* In two registers, on AArch64 from an even one; x86-64 goes on using registers behind it that AArch64 then leaves. */
static void place_wide_general(struct usage *usage, struct aspan_bind_parameter *parameter)
{
	const bool is_arm = usage->abi == ASPAN_BIND_ABI_AARCH64;
	unsigned int first = is_arm ? (usage->general + 1) & ~1U : usage->general;

	if (first + 2 <= general_registers(usage->abi)) {
		parameter->place = ASPAN_BIND_GENERAL;
		parameter->position = (uint16_t) first;
		usage->general = first + 2;
		return;
	}
	if (is_arm) {
		usage->general = general_registers(usage->abi);
	}
	place_on_stack(usage, parameter, 2 * STACK_SLOT_BYTES);
}

static void place(struct usage *usage, struct aspan_bind_parameter *parameter)
{
	switch (parameter->type.kind) {
	case ASPAN_BIND_INTEGER:
	case ASPAN_BIND_POINTER:
	case ASPAN_BIND_STRING:
		place_general(usage, parameter);
		break;
	case ASPAN_BIND_FLOAT:
	case ASPAN_BIND_DOUBLE:
		place_vector(usage, parameter, STACK_SLOT_BYTES);
		break;
	case ASPAN_BIND_WIDE_INTEGER:
		place_wide_general(usage, parameter);
		break;
	case ASPAN_BIND_WIDE_FLOAT:
		if (usage->abi == ASPAN_BIND_ABI_X86_64) {
			place_on_stack(usage, parameter, 2 * STACK_SLOT_BYTES);
		} else {
			place_vector(usage, parameter, 2 * STACK_SLOT_BYTES);
		}
		break;
	case ASPAN_BIND_UNKNOWN:
		break;
	}
}

void aspan_bind_signature_place(struct aspan_bind_signature *signature, enum aspan_bind_abi abi)
{
	/* The first register has the probe's own pointer. */
	struct usage usage = { .abi = abi, .general = 1 };

	for (size_t i = 0; i < signature->parameter_count; i++) {
		signature->parameters[i].place = ASPAN_BIND_NOWHERE;
	}
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (signature->parameters[i].type.kind == ASPAN_BIND_UNKNOWN) {
			return;
		}
		place(&usage, &signature->parameters[i]);
	}
}

static bool has_name(const struct aspan_bind_parameter *parameter, const char *name,
		     const char *suffix)
{
	size_t length = strlen(name);
	size_t suffix_length = strlen(suffix);

	return parameter->name.length == length + suffix_length &&
	       memcmp(parameter->name.start, name, length) == 0 &&
	       memcmp(parameter->name.start + length, suffix, suffix_length) == 0;
}

static const struct aspan_bind_parameter *find(const struct aspan_bind_signature *signature,
					       const struct aspan_bind_argument *argument,
					       const char *suffix)
{
	for (size_t n = 0; n < argument->name_count; n++) {
		for (size_t i = 0; i < signature->parameter_count; i++) {
			if (has_name(&signature->parameters[i], argument->names[n], suffix)) {
				return &signature->parameters[i];
			}
		}
	}
	return NULL;
}

const struct aspan_bind_parameter *
aspan_bind_signature_find(const struct aspan_bind_signature *signature,
			  const struct aspan_bind_argument *argument)
{
	const struct aspan_bind_parameter *found = find(signature, argument, "");

	return found ? found : find(signature, argument, ARGUMENT_SUFFIX);
}
