/* SPDX-License-Identifier: MIT */
/*
 * Processes that run under the command and are not recorded, and why.
 */
#ifndef ASPAN_CLI_RECORD_UNRECORDED_H
#define ASPAN_CLI_RECORD_UNRECORDED_H

#include "record-proc.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* X(symbol, word in allocspan.json, what people read after "NAME (pid N) is not recorded: ") */
#define ASPAN_UNRECORDED_REASONS(X)                                                                \
	X(ASPAN_UNRECORDED_STATIC, "static", "it is statically linked")                            \
	X(ASPAN_UNRECORDED_FOREIGN, "foreign", "it is made for another processor or word size")    \
	X(ASPAN_UNRECORDED_SECURE, "secure",                                                       \
	  "it gained privileges (setuid, setgid or capabilities)")                                 \
	X(ASPAN_UNRECORDED_NO_PRELOAD, "no_preload", "its environment lacks LD_PRELOAD")           \
	X(ASPAN_UNRECORDED_PRELOAD_REPLACED, "preload_replaced", "its LD_PRELOAD was replaced")    \
	X(ASPAN_UNRECORDED_NO_DAEMON, "no_daemon", "its environment lacks LTTNG_HOME")             \
	X(ASPAN_UNRECORDED_OTHER_ROOT, "other_root",                                               \
	  "it has another root directory (chroot, container)")                                     \
	X(ASPAN_UNRECORDED_OTHER_USER, "other_user", "it runs as another user")                    \
	X(ASPAN_UNRECORDED_NOT_LOADED, "not_loaded", "the loader did not preload the libraries")

enum aspan_unrecorded_reason {
#define ASPAN_UNRECORDED_SYMBOL(symbol, word, text) symbol,
	ASPAN_UNRECORDED_REASONS(ASPAN_UNRECORDED_SYMBOL)
#undef ASPAN_UNRECORDED_SYMBOL
};

/* In allocspan.json, and for people. */
const char *aspan_unrecorded_word(enum aspan_unrecorded_reason why);
const char *aspan_unrecorded_text(enum aspan_unrecorded_reason why);

struct aspan_unrecorded {
	pid_t pid;
	pid_t parent;
	int64_t user; /* the effective one */
	enum aspan_unrecorded_reason why;
	uint64_t seen_realtime_ns;
	char name[64];
	char *program; /* its file; may be NULL */
	char *command; /* its arguments, cut off if long; may be NULL */
};

enum aspan_unrecorded_verdict {
	ASPAN_VERDICT_RECORDED, /* or it cannot be known */
	ASPAN_VERDICT_LOADING, /* look again */
	ASPAN_VERDICT_LIKELY, /* not recorded, if a second look says the same */
	ASPAN_VERDICT_UNRECORDED,
};

/* `daemon_home`: what LTTNG_HOME must say; NULL: any. *why is set for the last two. */
enum aspan_unrecorded_verdict aspan_unrecorded_judge(pid_t pid,
						     const struct aspan_proc_status *status,
						     const char *daemon_home,
						     enum aspan_unrecorded_reason *why);

/*
 * Whether a process was executed with the environment of a recording: the interposer, and LTTNG_HOME or ALLOCSPAN_LEDGER as given.
 * Either may be NULL.
 */
bool aspan_unrecorded_is_ours(pid_t pid, const char *daemon_home, const char *ledger_folder);

/* Notes what it is, as far as that can be seen. */
void aspan_unrecorded_describe(struct aspan_unrecorded *item, pid_t pid,
			       const struct aspan_proc_status *status);

void aspan_unrecorded_fini(struct aspan_unrecorded *item);

#endif
