/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Macros that keep a token or a span active until the end of the enclosing block.
 *
 * They use the `cleanup` attribute of GCC and Clang. C++ code finds classes in allocspan.hpp; the macros
 * work there too. A build with `ALLOCSPAN_DISABLE` defined compiles each to nothing.
 */
#ifndef ALLOCSPAN_SCOPE_H
#define ALLOCSPAN_SCOPE_H

#include <allocspan/guard.h>
#include <allocspan/span.h>
#include <allocspan/token.h>
#include <allocspan/version.h>

#include <stddef.h>

ALLOCSPAN_BEGIN_DECLS

/**
 * @brief The static part of an #ALLOCSPAN_SPAN; the members are private.
 */
struct allocspan_site {
	/** @cond INTERNAL */
	const char *const *strings; /* name, key, value, key, value... */
	size_t string_count;
	struct allocspan_span *span; /* made when the site is first reached */
	/** @endcond */
};

/**
 * @brief Enters the span of a call site, made on the first call; #ALLOCSPAN_SPAN calls it.
 *
 * @param site Static storage with constant strings; not NULL.
 * @return A guard for allocspan_guard_exit(). If the span cannot be made, nothing is entered and that is
 *         counted as misuse.
 *
 * - *Ownership*: the site owns its span for the rest of the process.
 * - *Thread safety*: any thread; the first call takes the library's lock.
 * - *Async-signal safety*: as allocspan_span_enter(), but for the first call, which must not be in a signal handler.
 * - *Cost*: that of allocspan_span_enter(), after the first call.
 *
 * @snippet scope.c allocspan_site_enter
 */
ALLOCSPAN_API struct allocspan_guard
allocspan_site_enter(struct allocspan_site *site) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

/** @cond INTERNAL */
#define ALLOCSPAN_GUARDED_(name, expression)                                                       \
	__attribute__((cleanup(allocspan_guard_exit), unused)) struct allocspan_guard name =       \
		(expression)

#define ALLOCSPAN_SPAN_(id, ...)                                                                   \
	static const char *const ALLOCSPAN_CONCATENATE(id, _strings)[] = { __VA_ARGS__ };          \
	static struct allocspan_site ALLOCSPAN_CONCATENATE(id, _site) = {                          \
		ALLOCSPAN_CONCATENATE(id, _strings),                                               \
		sizeof(ALLOCSPAN_CONCATENATE(id, _strings)) / sizeof(const char *),                \
		NULL,                                                                              \
	};                                                                                         \
	ALLOCSPAN_GUARDED_(id, allocspan_site_enter(&ALLOCSPAN_CONCATENATE(id, _site)))
/** @endcond */

#ifdef ALLOCSPAN_DISABLE

#define ALLOCSPAN_SCOPE(token) ((void) sizeof(token))
#define ALLOCSPAN_SPAN_SCOPE(span) ((void) sizeof(span))
#define ALLOCSPAN_UNTRACKED_SCOPE() ((void) 0)
#define ALLOCSPAN_SPAN(...) ((void) 0)

#else

/**
 * @brief Makes a token's group active until the end of the enclosing block.
 *
 * @param token A `struct allocspan_token *`, as for allocspan_token_enter().
 *
 * @snippet scope.c ALLOCSPAN_SCOPE
 */
#define ALLOCSPAN_SCOPE(token)                                                                     \
	ALLOCSPAN_GUARDED_(ALLOCSPAN_UNIQUE(allocspan_scope_), allocspan_token_enter(token))

/**
 * @brief Enters a span until the end of the enclosing block.
 *
 * @param span A `struct allocspan_span *`, as for allocspan_span_enter().
 *
 * @snippet scope.c ALLOCSPAN_SPAN_SCOPE
 */
#define ALLOCSPAN_SPAN_SCOPE(span)                                                                 \
	ALLOCSPAN_GUARDED_(ALLOCSPAN_UNIQUE(allocspan_scope_), allocspan_span_enter(span))

/**
 * @brief Tracks nothing that this thread allocates until the end of the enclosing block.
 *
 * @snippet scope.c ALLOCSPAN_UNTRACKED_SCOPE
 */
#define ALLOCSPAN_UNTRACKED_SCOPE()                                                                \
	ALLOCSPAN_GUARDED_(ALLOCSPAN_UNIQUE(allocspan_scope_), allocspan_untracked_enter())

/**
 * @brief Enters a span of this call site, with a token, until the end of the enclosing block.
 *
 * `ALLOCSPAN_SPAN("parse", "component", "xml");` makes a span and interns a token (allocspan_token_intern())
 * when it is first reached. The arguments are string constants: the name of both, then keys and values in
 * turn.
 *
 * @snippet scope.c ALLOCSPAN_SPAN
 */
#define ALLOCSPAN_SPAN(...) ALLOCSPAN_SPAN_(ALLOCSPAN_UNIQUE(allocspan_span_), __VA_ARGS__)

#endif

#endif
