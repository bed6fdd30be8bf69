/* SPDX-License-Identifier: MIT */
/*
 * Signals while a command is recorded: blocked from the beginning, and taken one by one.
 */
#include "record-signals.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000

static const int taken[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM };

static sigset_t taken_set, original_set;
static void (*original_sigpipe)(int);

void aspan_record_signals_block(void)
{
	struct sigaction action;

	sigemptyset(&taken_set);
	sigaddset(&taken_set, SIGCHLD);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		/* A blocked signal waits even if it is ignored, so these must be left out. */
		if (sigaction(taken[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
			sigaddset(&taken_set, taken[i]);
		}
	}
	/* Ignored, it would keep waitpid() from telling how the command ended. */
	signal(SIGCHLD, SIG_DFL);
	/* A reader of our messages that has gone away must not end the recording half-way. */
	original_sigpipe = signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &taken_set, &original_set);
}

void aspan_record_signals_restore(void)
{
	signal(SIGPIPE, original_sigpipe);
	sigprocmask(SIG_SETMASK, &original_set, NULL);
}

int aspan_record_signals_take(siginfo_t *info, int timeout_ms)
{
	const struct timespec timeout = {
		.tv_sec = timeout_ms / MS_PER_S,
		.tv_nsec = (long) (timeout_ms % MS_PER_S) * NS_PER_MS,
	};
	int number;

	do {
		number = timeout_ms < 0 ? sigwaitinfo(&taken_set, info) :
					  sigtimedwait(&taken_set, info, &timeout);
	} while (number < 0 && errno == EINTR);
	return number > 0 ? number : 0;
}

bool aspan_record_signals_interrupted(int timeout_ms)
{
	siginfo_t info;

	switch (aspan_record_signals_take(&info, timeout_ms)) {
	case SIGHUP:
	case SIGINT:
	case SIGQUIT:
	case SIGTERM:
		return true;
	default:
		return false;
	}
}
