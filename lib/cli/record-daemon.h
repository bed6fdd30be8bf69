/* SPDX-License-Identifier: MIT */
/*
 * The session daemon of a recording: the one that runs, or one of our own.
 *
 * A daemon of our own is nobody else's: it lives in a temporary directory, programs find it through
 * LTTNG_HOME, and it ends with the recording. LTTng 2.13 has one fixed place for root's daemon, /var/run/lttng,
 * so for root this process first moves into a mount namespace in which that is the temporary
 * directory. Where that is not allowed (an ordinary container), recordings share a daemon in the one
 * place (record-place.h).
 */
#ifndef ASPAN_CLI_RECORD_DAEMON_H
#define ASPAN_CLI_RECORD_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

struct aspan_record_daemon {
	pid_t pid; /* of the child; 0: none */
	char *directory; /* its home; NULL: it is not ours */
	int home; /* holds the lock of that */
	bool is_crippled; /* its consumer has ended, and it would wait for that in vain */
	bool is_mounted; /* root's place is private */
	bool is_shared; /* root's place is shared, */
	int place; /* and this is its file */
};

/* Whether liblttng-ctl reaches a session daemon that this user may use. */
bool aspan_record_daemon_is_running(void);

/* The program to start: $LTTNG_SESSIOND_PATH or lttng-sessiond. The caller frees *path. 0 or negative errno. */
int aspan_record_daemon_locate(char **path);

/*
 * Makes the home of a daemon of our own, unless one runs already; LTTNG_HOME leads there from now on, in
 * what is forked, too. Prints what failed; negative errno.
 */
int aspan_record_daemon_prepare(struct aspan_record_daemon *daemon);

/*
 * Starts it, and returns when it takes commands. Children forked before stay outside of the mount namespace.
 * Prints what failed; negative errno.
 */
int aspan_record_daemon_start(struct aspan_record_daemon *daemon);

/* Ends what was started and removes what was made. May be called in any state. */
void aspan_record_daemon_stop(struct aspan_record_daemon *daemon);

#endif
