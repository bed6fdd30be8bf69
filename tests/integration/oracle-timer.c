/* SPDX-License-Identifier: MIT */
/*
 * A signal handler on every worker that enters and exits guards all the time, in order and not; see oracle.h.
 */
#include "oracle.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NS 200000

static struct allocspan_token *tokens[3];
static uint64_t ids[3];
static struct allocspan_span *span; /* with the last token */

/* The system's own: the C library's allocates. */
static _Thread_local int timer_id;

static void handle(int signal_number)
{
	const uint64_t active = allocspan_current_group_id();
	const uint64_t span_id = allocspan_current_span_id();
	const int saved_errno = errno;
	struct allocspan_guard outer, middle, inner;

	(void) signal_number;
	outer = allocspan_token_enter(tokens[0]);
	middle = allocspan_token_enter(tokens[1]);
	EXPECT_EQUAL(allocspan_current_group_id(), ids[1]);
	allocspan_guard_exit(&outer);
	inner = allocspan_span_enter(span);
	span_sums.enters++;
	EXPECT_EQUAL(allocspan_current_group_id(), ids[2]);
	EXPECT_EQUAL(allocspan_current_span_id(), allocspan_span_id(span));
	allocspan_guard_exit(&middle);
	EXPECT_EQUAL(allocspan_current_group_id(), ids[2]);
	allocspan_guard_exit(&inner);
	span_sums.exits++;
	/* Root tracking may have been switched meanwhile. */
	if (active > ALLOCSPAN_ROOT_GROUP_ID) {
		EXPECT_EQUAL(allocspan_current_group_id(), active);
	} else {
		EXPECT(allocspan_current_group_id() <= ALLOCSPAN_ROOT_GROUP_ID);
	}
	EXPECT_EQUAL(allocspan_current_span_id(), span_id);
	errno = saved_errno;
}

void timer_start(void)
{
	struct sigaction action;

	for (uint32_t i = 0; i < COUNT_OF(tokens); i++) {
		tokens[i] = account_register(1000000 + i, 0);
		ids[i] = allocspan_token_id(tokens[i]);
	}
	span = allocspan_span_create("of the handler");
	EXPECT_EQUAL(allocspan_span_attach(span, tokens[2]), 0);
	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	action.sa_flags = SA_RESTART;
	EXPECT_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
}

void timer_start_thread(void)
{
	const struct itimerspec interval = { { 0, INTERVAL_NS }, { 0, INTERVAL_NS } };
	struct sigevent event;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGALRM;
	event._sigev_un._tid = (int) syscall(SYS_gettid);
	EXPECT_EQUAL(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer_id), 0);
	EXPECT_EQUAL(syscall(SYS_timer_settime, timer_id, 0, &interval, NULL), 0);
}

void timer_stop_thread(void)
{
	EXPECT_EQUAL(syscall(SYS_timer_delete, timer_id), 0);
}
