/* SPDX-License-Identifier: MIT */
/*
 * The signature of a tracepoint, "const void *, callback, int, depth": which arguments it has, what they are, and where
 * a probe finds them.
 *
 * A signature is what the preprocessor made of the provider's header: C and C++ types as text. What passes an argument in
 * an unknown way (a structure by value, a type name that is not in the table) also hides where those after it are; they
 * cannot be read, and that is said. Nothing is ever guessed.
 *
 * All that is found points into the signature, which belongs to the object that has the tracepoint.
 */
#ifndef ASPAN_BIND_SIGNATURE_H
#define ASPAN_BIND_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec.h"

/* LTTNG_UST_TP_ARGS() takes that many. */
#define ASPAN_BIND_PARAMETERS_MAX 10

/* Of which sort a value is: how it is passed, and how it is written. */
enum aspan_bind_kind {
	ASPAN_BIND_UNKNOWN,
	ASPAN_BIND_INTEGER, /* also enumerations and booleans */
	ASPAN_BIND_POINTER,
	ASPAN_BIND_STRING, /* char * */
	ASPAN_BIND_FLOAT,
	ASPAN_BIND_DOUBLE,
	ASPAN_BIND_WIDE_INTEGER, /* __int128 */
	ASPAN_BIND_WIDE_FLOAT, /* long double */
};

enum aspan_bind_place {
	ASPAN_BIND_NOWHERE,
	ASPAN_BIND_GENERAL, /* the position is a number of a register */
	ASPAN_BIND_VECTOR,
	ASPAN_BIND_STACK, /* the position is in bytes */
};

/* What a text names as a type. */
struct aspan_bind_type {
	enum aspan_bind_kind kind;
	uint8_t width_bytes; /* of an integer */
	bool is_signed;
};

/* A part of a text that somebody else holds. */
struct aspan_bind_slice {
	const char *start;
	size_t length;
};

struct aspan_bind_parameter {
	struct aspan_bind_slice type_text;
	struct aspan_bind_slice name;
	struct aspan_bind_type type;
	enum aspan_bind_place place;
	uint16_t position;
};

struct aspan_bind_signature {
	struct aspan_bind_parameter parameters[ASPAN_BIND_PARAMETERS_MAX];
	size_t parameter_count;
};

/* Calling conventions. */
enum aspan_bind_abi {
	ASPAN_BIND_ABI_X86_64, /* System V */
	ASPAN_BIND_ABI_AARCH64, /* AAPCS64 on Linux */
#if defined(__x86_64__) && defined(__LP64__)
	ASPAN_BIND_ABI_OURS = ASPAN_BIND_ABI_X86_64,
#elif defined(__aarch64__) && defined(__LP64__)
	ASPAN_BIND_ABI_OURS = ASPAN_BIND_ABI_AARCH64,
#else
#error "Tracepoints can be bound on x86-64 and AArch64 only."
#endif
};

/* What a type is. */
struct aspan_bind_type aspan_bind_type_read(struct aspan_bind_slice text);

/* Reads a signature. Returns 0, or -EINVAL if the text does not come in types and names. */
int aspan_bind_signature_read(struct aspan_bind_signature *signature, const char *text);

/* Finds the place of each parameter of a probe, which has one pointer before them. */
void aspan_bind_signature_place(struct aspan_bind_signature *signature, enum aspan_bind_abi abi);

/*
 * The parameter that an argument of a SPEC names, also with `_arg` behind the name, as ROS 2 has it; NULL if there is
 * none.
 */
const struct aspan_bind_parameter *
aspan_bind_signature_find(const struct aspan_bind_signature *signature,
			  const struct aspan_bind_argument *argument);

#endif
