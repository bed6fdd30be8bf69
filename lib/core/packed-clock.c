/* SPDX-License-Identifier: MIT */
/*
 * See packed-clock.h.
 */
#include "packed-clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define NS_PER_S UINT64_C(1000000000)
#define KNOTS ASPAN_LEDGER_KNOTS
#define TRIES 5
#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define CPUID_POWER 0x80000007
#define CPUID_POWER_INVARIANT_TSC (1u << 8)
#define SLOPE_OF_NS (UINT64_C(1) << 32)

struct reading {
	uint64_t stamp;
	uint64_t ns;
};

bool aspan_packed_clock_is_tsc;

/* Protects all below. Held with signals blocked, for a moment. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct aspan_packed_piece knots[KNOTS]; /* the end of the last one is open */
static uint64_t knot_count; /* so many were made; the last KNOTS are there */
static uint64_t claimed;
static uint64_t horizon; /* until here the last piece may be used */
static struct reading base; /* the slope is measured from here: one to two seconds ago, */
static struct reading next_base; /* and from here afterwards */
static struct aspan_ledger_clock *shared; /* in the ledger; NULL: there is none */

uint64_t aspan_packed_clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}

#if defined(__x86_64__)
/* Virtual machines are told what they may rely on by the same bit and the same file. */
static bool is_kernels_clock(void)
{
	char name[8] = "";
	int file = open(CLOCKSOURCE, O_RDONLY | O_CLOEXEC);
	ssize_t bytes;

	if (file < 0) {
		return false;
	}
	bytes = read(file, name, sizeof(name) - 1);
	close(file);
	return bytes > 0 && strcmp(name, "tsc\n") == 0;
}

static bool tsc_is_usable(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(CPUID_POWER, &a, &b, &c, &d) && (d & CPUID_POWER_INVARIANT_TSC) &&
	       is_kernels_clock();
}
#else
static bool tsc_is_usable(void)
{
	return false;
}
#endif

void aspan_packed_clock_init(bool wants_monotonic)
{
	aspan_packed_clock_is_tsc = !wants_monotonic && tsc_is_usable();
}

/* The least disturbed of several tries. */
static struct reading measure(void)
{
	uint64_t narrowest = UINT64_MAX;
	struct reading best = { 0 };

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = aspan_packed_clock_stamp();
		uint64_t ns = aspan_packed_clock_now_ns();
		uint64_t after = aspan_packed_clock_stamp();

		if (after - before < narrowest) {
			narrowest = after - before;
			best = (struct reading){ before + narrowest / 2, ns };
		}
	}
	return best;
}

static struct aspan_packed_piece *knot(uint64_t index)
{
	return &knots[index % KNOTS];
}

static struct aspan_packed_piece *last_knot(void)
{
	return knot(knot_count - 1);
}

/* A knot is in the ledger before it counts there. */
static void share_knot(uint64_t index)
{
	const struct aspan_packed_piece *piece = knot(index);

	if (shared) {
		shared->knots[index % KNOTS] = (struct aspan_ledger_knot){
			.begin = piece->begin,
			.ns = piece->ns,
			.slope = piece->slope,
		};
		atomic_store_explicit(&shared->knot_count, index + 1, memory_order_release);
	}
}

void aspan_packed_clock_share(struct aspan_ledger_clock *clock)
{
	sigset_t all;
	sigset_t signals;
	uint64_t index;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &signals);
	pthread_mutex_lock(&mutex);
	shared = clock;
	clock->is_identity = !aspan_packed_clock_is_tsc;
	index = knot_count > KNOTS ? knot_count - KNOTS : 0;
	for (; index < knot_count; index++) {
		share_knot(index);
	}
	pthread_mutex_unlock(&mutex);
	pthread_sigmask(SIG_SETMASK, &signals, NULL);
}

static void add_knot(uint64_t stamp, uint64_t ns, uint64_t slope)
{
	if (knot_count > 0) {
		last_knot()->end = stamp;
	}
	*knot(knot_count++) = (struct aspan_packed_piece){
		.begin = stamp,
		.end = UINT64_MAX,
		.ns = ns,
		.slope = slope,
	};
	share_knot(knot_count - 1);
}

/* The slope that leads from one reading to a later one; never 0, so that the function never stands still for long. */
static uint64_t slope_between(uint64_t from_stamp, uint64_t from_ns, uint64_t stamp, uint64_t ns)
{
	if (stamp <= from_stamp || ns <= from_ns) {
		return 1;
	}
	return (uint64_t) (((unsigned __int128) (ns - from_ns) << 32) / (stamp - from_stamp)) + 1;
}

static void add_first_knot(void)
{
	struct reading now = measure();

	add_knot(now.stamp, now.ns, SLOPE_OF_NS);
	claimed = now.stamp;
	horizon = now.stamp;
	base = now;
	next_base = now;
}

void aspan_packed_clock_begin(void)
{
	pthread_mutex_lock(&mutex);
	if (knot_count == 0) {
		add_first_knot();
	}
	pthread_mutex_unlock(&mutex);
}

/* Lays what nobody has used yet through a reading; gives the function's value there. */
static uint64_t reach(struct reading now)
{
	struct aspan_packed_piece *last = last_knot();
	uint64_t ns = aspan_packed_piece_ns(last, claimed);
	uint64_t slope = slope_between(claimed, ns, now.stamp, now.ns);

	if (claimed == last->begin) {
		last->slope = slope;
		share_knot(knot_count - 1);
	} else {
		add_knot(claimed, ns, slope);
	}
	return aspan_packed_piece_ns(last_knot(), now.stamp);
}

/* How far to go on from a reading: half as long as the slope was measured, within bounds. */
static uint64_t reach_of_slope(struct reading now)
{
	uint64_t ns = now.ns - base.ns;
	uint64_t stamps = (now.stamp - base.stamp) / 2;

	if (ns / 2 <= ASPAN_PACKED_CLOCK_HORIZON_NS) {
		return stamps;
	}
	return (uint64_t) ((unsigned __int128) stamps * 2 * ASPAN_PACKED_CLOCK_HORIZON_NS / ns);
}

/* Goes on from the reading, so that at the horizon the function is where CLOCK_MONOTONIC will be. */
static void go_on(struct reading now, uint64_t ns)
{
	uint64_t slope = slope_between(base.stamp, base.ns, now.stamp, now.ns);
	uint64_t distance = reach_of_slope(now);
	uint64_t target = now.ns + (uint64_t) ((unsigned __int128) distance * slope >> 32);
	uint64_t corrected = slope_between(now.stamp, ns, now.stamp + distance, target);

	/* What is far off was a bad measurement, now or before: it is made up for slowly. */
	if (corrected > slope + slope / 4) {
		corrected = slope + slope / 4;
	} else if (corrected < slope - slope / 4) {
		corrected = slope - slope / 4;
	}
	add_knot(now.stamp, ns, corrected);
	horizon = now.stamp + distance;
}

static void extend(void)
{
	struct reading now = measure();

	/* Somebody claimed meanwhile what this would measure, or the clock has no finer grain. */
	if (now.stamp <= claimed || now.stamp <= base.stamp) {
		return;
	}
	go_on(now, reach(now));
	if (now.ns - next_base.ns > NS_PER_S) {
		base = next_base;
		next_base = now;
	}
}

/* All stamps that have been taken can be turned into nanoseconds afterwards. */
static void claim(void)
{
	uint64_t now = aspan_packed_clock_stamp();

	if (now > horizon) {
		extend();
		now = aspan_packed_clock_stamp();
	}
	if (now > claimed) {
		claimed = now;
	}
}

/* Where stamps are nanoseconds. */
static void find_itself(struct aspan_packed_piece *piece)
{
	*piece = (struct aspan_packed_piece){ .end = UINT64_MAX, .slope = SLOPE_OF_NS };
}

void aspan_packed_clock_find(struct aspan_packed_piece *piece, uint64_t stamp)
{
	uint64_t index;

	if (!aspan_packed_clock_is_tsc) {
		find_itself(piece);
		return;
	}
	pthread_mutex_lock(&mutex);
	if (knot_count == 0) {
		add_first_knot();
	}
	if (stamp > claimed) {
		claim();
	}
	index = knot_count - 1;
	while (index > 0 && index + KNOTS > knot_count && knot(index)->begin > stamp) {
		index--;
	}
	if (index + KNOTS == knot_count) {
		index++;
	}
	*piece = *knot(index);
	if (index == knot_count - 1) {
		piece->end = claimed + 1;
	}
	pthread_mutex_unlock(&mutex);
	if (piece->begin > stamp) {
		/* Older than the oldest knot, which nothing that is recorded can be: the time of that must do. */
		piece->slope = 0;
		piece->end = piece->begin;
		piece->begin = stamp;
	}
}

void aspan_packed_clock_after_fork(void)
{
	pthread_mutex_init(&mutex, NULL);
	knot_count = 0;
	claimed = 0;
	horizon = 0;
	shared = NULL;
}
