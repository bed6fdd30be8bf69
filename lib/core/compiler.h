/* SPDX-License-Identifier: MIT */
/*
 * Small words for the compiler that the hot paths are written with.
 */
#ifndef ASPAN_CORE_COMPILER_H
#define ASPAN_CORE_COMPILER_H

#define aspan_likely(condition) __builtin_expect(!!(condition), 1)
#define aspan_unlikely(condition) __builtin_expect(!!(condition), 0)

/* A path that is taken rarely: kept out of its caller's instructions. */
#define ASPAN_SLOW __attribute__((noinline, cold))

/* A part of hot paths: inlined also where a slow one uses it, too. */
#define ASPAN_HOT static inline __attribute__((always_inline))

/*
 * Thread-local storage that is reached with one instruction and never allocated behind the program's back, as the
 * dynamic TLS model does inside of malloc.
 */
#define ASPAN_TLS __thread __attribute__((tls_model("initial-exec")))

/*
 * Hidden where it is declared, too, and not only where it is defined: so a hot path reaches it without looking for its address. A
 * library that tests look into defines ASPAN_UNHIDDEN.
 */
#ifdef ASPAN_UNHIDDEN
#define ASPAN_HIDDEN
#else
#define ASPAN_HIDDEN __attribute__((visibility("hidden")))
#endif

/* Visible to liballocspan-preload.so, under the version ALLOCSPAN_PRIVATE of liballocspan.map. */
#define ASPAN_PRIVATE __attribute__((visibility("default")))

/* Whether this is built for ThreadSanitizer, by GCC or Clang. */
#if defined(__SANITIZE_THREAD__)
#define ASPAN_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASPAN_THREAD_SANITIZER 1
#endif
#endif
#ifndef ASPAN_THREAD_SANITIZER
#define ASPAN_THREAD_SANITIZER 0
#endif

#define ASPAN_CALLER_IP() __builtin_return_address(0)

/*
 * Orders this thread's accesses as a signal handler on it sees them. Costs no instruction.
 */
#define aspan_signal_fence() atomic_signal_fence(memory_order_seq_cst)

#endif
