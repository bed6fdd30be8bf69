/* SPDX-License-Identifier: MIT */
/*
 * The `kind` of an allocation event: which family of calls made or ended the block.
 *
 * The values are in every trace and never change; new kinds are added at the end. This header is the
 * one thing that the recording and the analysing side share.
 */
#ifndef ASPAN_TP_TRACE_KIND_H
#define ASPAN_TP_TRACE_KIND_H

/* X(symbol, label in the trace) */
#define ASPAN_TRACE_KINDS(X)                                                                       \
	X(ASPAN_KIND_MALLOC, malloc)                                                               \
	X(ASPAN_KIND_CALLOC, calloc)                                                               \
	X(ASPAN_KIND_REALLOC, realloc)                                                             \
	X(ASPAN_KIND_MEMALIGN, memalign)                                                           \
	X(ASPAN_KIND_NEW, new)                                                                     \
	X(ASPAN_KIND_USER, user)

enum aspan_trace_kind {
#define ASPAN_TRACE_KIND_SYMBOL(symbol, label) symbol,
	ASPAN_TRACE_KINDS(ASPAN_TRACE_KIND_SYMBOL)
#undef ASPAN_TRACE_KIND_SYMBOL
};

#endif
