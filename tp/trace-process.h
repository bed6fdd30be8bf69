/* SPDX-License-Identifier: MIT */
/*
 * How a process begins and ends, as the events `process_begin` and `process_end`, and ledgers, say it.
 *
 * The values are in every trace and never change; new ones are added at the end. The recording and the analysing side share
 * this header.
 */
#ifndef ASPAN_TP_TRACE_PROCESS_H
#define ASPAN_TP_TRACE_PROCESS_H

/* X(symbol, label in the trace) */
#define ASPAN_TRACE_BEGINS(X)                                                                      \
	X(ASPAN_BEGIN_LOAD, load)                                                                  \
	X(ASPAN_BEGIN_FORK, fork)                                                                  \
	X(ASPAN_BEGIN_CLONE, clone)                                                                \
	X(ASPAN_BEGIN_ATTACH, attach)                                                              \
	X(ASPAN_BEGIN_SESSION_START, session_start)                                                \
	X(ASPAN_BEGIN_EXEC_FAILED, exec_failed)

enum aspan_trace_begin_how {
#define ASPAN_TRACE_BEGIN_SYMBOL(symbol, label) symbol,
	ASPAN_TRACE_BEGINS(ASPAN_TRACE_BEGIN_SYMBOL)
#undef ASPAN_TRACE_BEGIN_SYMBOL
};

/* X(symbol, label in the trace) */
#define ASPAN_TRACE_ENDS(X)                                                                        \
	X(ASPAN_END_EXIT, exit)                                                                    \
	X(ASPAN_END_AT_ONCE, _exit)                                                                \
	X(ASPAN_END_QUICK_EXIT, quick_exit)                                                        \
	X(ASPAN_END_EXEC, exec)                                                                    \
	X(ASPAN_END_ABORT, abort)

enum aspan_trace_end_how {
#define ASPAN_TRACE_END_SYMBOL(symbol, label) symbol,
	ASPAN_TRACE_ENDS(ASPAN_TRACE_END_SYMBOL)
#undef ASPAN_TRACE_END_SYMBOL
};

/* The number of inherited blocks, and of their bytes, where the process does not know it. */
#define ASPAN_INHERITED_UNKNOWN UINT64_MAX

#endif
