/* SPDX-License-Identifier: MIT */
/*
 * Which tracepoints look like the begin and the end of the same thing, and the SPEC that binds them.
 */
#ifndef ASPAN_CLI_TRACEPOINTS_PAIRS_H
#define ASPAN_CLI_TRACEPOINTS_PAIRS_H

#include "tracepoints-list.h"

#include <stdio.h>

/* Writes a SPEC for each pair, one a line after the indent; returns how many. */
size_t aspan_tracepoints_print_pairs(const struct aspan_tracepoint_list *list, const char *indent,
				     FILE *stream);

/* Writes "TYPE NAME, TYPE NAME", or the text as it is if it has another form. */
void aspan_tracepoints_print_arguments(const char *signature_text, FILE *stream);

#endif
