/* SPDX-License-Identifier: MIT */
/*
 * See tracepoints-pairs.h.
 */
#include "tracepoints-pairs.h"

#include "pair-words.h"
#include "signature.h"

#include <string.h>

/* Of the libraries that LTTng has for programs built with -finstrument-functions. */
#define FUNCTION_PROVIDER "lttng_ust_cyg_profile"

static bool is_pair(const struct aspan_tracepoint *begin, const struct aspan_tracepoint *end)
{
	return strcmp(begin->provider, end->provider) == 0 &&
	       aspan_bind_is_pair(begin->name, end->name);
}

static bool is_same_name(struct aspan_bind_slice a, struct aspan_bind_slice b)
{
	return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

/* An argument that tells what it is that begins and ends: the first that both have, and that can be a key. */
static const struct aspan_bind_parameter *find_key(const struct aspan_bind_signature *begin,
						   const struct aspan_bind_signature *end)
{
	for (size_t i = 0; i < begin->parameter_count; i++) {
		const struct aspan_bind_parameter *parameter = &begin->parameters[i];

		if (parameter->place == ASPAN_BIND_NOWHERE ||
		    (parameter->type.kind != ASPAN_BIND_INTEGER &&
		     parameter->type.kind != ASPAN_BIND_POINTER &&
		     parameter->type.kind != ASPAN_BIND_STRING)) {
			continue;
		}
		for (size_t j = 0; j < end->parameter_count; j++) {
			if (is_same_name(parameter->name, end->parameters[j].name)) {
				return parameter;
			}
		}
	}
	return NULL;
}

/* Functions call others and themselves, and nobody knows them by their addresses. */
static bool is_function(const struct aspan_tracepoint *begin)
{
	return strncmp(begin->provider, FUNCTION_PROVIDER, strlen(FUNCTION_PROVIDER)) == 0;
}

static void print_spec(const struct aspan_tracepoint *begin, const struct aspan_tracepoint *end,
		       const char *indent, FILE *stream)
{
	struct aspan_bind_signature begin_signature, end_signature;
	const struct aspan_bind_parameter *key = NULL;

	fprintf(stream, "%s%s:%s..%s", indent, begin->provider, begin->name, end->name);
	if (aspan_bind_signature_read(&begin_signature, begin->signature) == 0 &&
	    aspan_bind_signature_read(&end_signature, end->signature) == 0) {
		aspan_bind_signature_place(&begin_signature, ASPAN_BIND_ABI_OURS);
		key = find_key(&begin_signature, &end_signature);
	}
	if (key) {
		fprintf(stream, ",by=%.*s%s", (int) key->name.length, key->name.start,
			is_function(begin) ? ",symbol,nested" : "");
	}
	fputc('\n', stream);
}

/* The same tracepoint in several files counts once. */
static bool is_first(const struct aspan_tracepoint_list *list, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(list->items[i].name, list->items[index].name) == 0 &&
		    strcmp(list->items[i].provider, list->items[index].provider) == 0) {
			return false;
		}
	}
	return true;
}

size_t aspan_tracepoints_print_pairs(const struct aspan_tracepoint_list *list, const char *indent,
				     FILE *stream)
{
	size_t count = 0;

	for (size_t b = 0; b < list->count; b++) {
		for (size_t e = 0; e < list->count; e++) {
			if (is_pair(&list->items[b], &list->items[e]) && is_first(list, b) &&
			    is_first(list, e)) {
				print_spec(&list->items[b], &list->items[e], indent, stream);
				count++;
			}
		}
	}
	return count;
}

void aspan_tracepoints_print_arguments(const char *signature_text, FILE *stream)
{
	struct aspan_bind_signature signature;

	if (aspan_bind_signature_read(&signature, signature_text)) {
		fputs(signature_text, stream);
		return;
	}
	for (size_t i = 0; i < signature.parameter_count; i++) {
		const struct aspan_bind_parameter *parameter = &signature.parameters[i];
		size_t length = parameter->type_text.length;
		bool is_pointer = length > 0 && parameter->type_text.start[length - 1] == '*';

		fprintf(stream, "%s%.*s%s%.*s", i ? ", " : "", (int) length,
			parameter->type_text.start, is_pointer ? "" : " ",
			(int) parameter->name.length, parameter->name.start);
	}
}
