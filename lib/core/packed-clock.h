/* SPDX-License-Identifier: MIT */
/*
 * Times of packed records: a stamp that is cheap to take, and what nanosecond of CLOCK_MONOTONIC it was.
 *
 * The big picture
 * ---------------
 * A stamp is the processor's time-stamp counter where the kernel itself keeps time by it, else the nanoseconds.
 * The counter is turned into nanoseconds by one function for all threads, made of straight pieces:
 *
 *    ns |             .-'        each knot begins a piece, and is never changed
 *       |        _.--'           claimed: up to here somebody may have used the function
 *       |   _.--'     ^ claimed  measured: CLOCK_MONOTONIC read between two readings of the counter
 *       '--------------------
 *
 * A new knot is measured when the last one is older than a horizon. The part after what is claimed is then laid through
 * what was measured: so the function is interpolated wherever nobody has used it yet. From the last knot on it goes on with
 * the slope of the last second, but never further than half as long as that slope was measured (and at most
 * ASPAN_PACKED_CLOCK_HORIZON_NS), so what the measurement lacks in precision stays as small as it was.
 *
 * Invariants:
 * - the function never falls, and a stamp is always turned into the same nanosecond, by whichever thread: what happened
 *   before is not after, on one thread or several;
 * - it differs from CLOCK_MONOTONIC by ASPAN_PACKED_CLOCK_ERROR_NS at most, unless the machine let no undisturbed
 *   measurement through.
 *
 * Taking a stamp is no fence: a processor may take it early, by about as long as a load that it waits for takes.
 */
#ifndef ASPAN_CORE_PACKED_CLOCK_H
#define ASPAN_CORE_PACKED_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "layout-rings.h"

#define ASPAN_PACKED_CLOCK_HORIZON_NS 50000000
#define ASPAN_PACKED_CLOCK_ERROR_NS 1000

/* Whether stamps are those of the processor; set once, at the library's start. */
extern ASPAN_HIDDEN bool aspan_packed_clock_is_tsc;

/* A piece of the function: valid for stamps from `begin` to before `end`. All zero: for none. */
struct aspan_packed_piece {
	uint64_t begin;
	uint64_t end;
	uint64_t ns; /* at the beginning */
	uint64_t slope; /* nanoseconds a unit of the stamp, times 2^32 */
};

/* CLOCK_MONOTONIC. Async-signal-safe. */
uint64_t aspan_packed_clock_now_ns(void);

/* The stamp of now; never 0. Async-signal-safe. */
static inline uint64_t aspan_packed_clock_stamp(void)
{
#if defined(__x86_64__)
	if (aspan_likely(aspan_packed_clock_is_tsc)) {
		return __builtin_ia32_rdtsc();
	}
#endif
	return aspan_packed_clock_now_ns();
}

/* Chooses the source: `wants_monotonic` is what the environment says. Call once. */
void aspan_packed_clock_init(bool wants_monotonic);

/* Measures the first knot, if there is none: before the first stamp. Call with all signals blocked. */
void aspan_packed_clock_begin(void);

/* Sets `piece` to the one of a stamp, which was taken since the first knot. Call with all signals blocked. */
ASPAN_SLOW void aspan_packed_clock_find(struct aspan_packed_piece *piece, uint64_t stamp);

/* From now on all knots are in the ledger, too, until the process forks: there in the child they are not. */
void aspan_packed_clock_share(struct aspan_ledger_clock *clock);

/* Forgets all knots and holders of locks: in the child of fork. */
void aspan_packed_clock_after_fork(void);

static inline uint64_t aspan_packed_piece_ns(const struct aspan_packed_piece *piece, uint64_t stamp)
{
	return piece->ns +
	       (uint64_t) ((unsigned __int128) (stamp - piece->begin) * piece->slope >> 32);
}

/* The nanosecond of a stamp; `piece` is the caller's, and remembers from one call to the next. */
static inline uint64_t aspan_packed_clock_ns(struct aspan_packed_piece *piece, uint64_t stamp)
{
	if (aspan_unlikely(stamp - piece->begin >= piece->end - piece->begin)) {
		aspan_packed_clock_find(piece, stamp);
	}
	return aspan_packed_piece_ns(piece, stamp);
}

#endif
