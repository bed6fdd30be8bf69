/* SPDX-License-Identifier: MIT */
/*
 * Processes that run under the command and are not recorded, and why.
 *
 * A process is recorded if the interposer is mapped. If it is not, the loader may not have come that far: it maps what is
 * preloaded before all other libraries. So a program without a loader, in secure mode, or whose environment lacks the
 * interposer is judged at once, and others when another library is there.
 */
#include "record-unrecorded.h"

#include "program.h"

#include "layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INTERPOSER "liballocspan-preload.so"
#define ENVIRONMENT_BYTES (1 << 18)
#define COMMAND_BYTES 512
#define NS_PER_S UINT64_C(1000000000)

const char *aspan_unrecorded_word(enum aspan_unrecorded_reason why)
{
	static const char *const words[] = {
#define REASON_WORD(symbol, word, text) [symbol] = word,
		ASPAN_UNRECORDED_REASONS(REASON_WORD)
#undef REASON_WORD
	};

	return words[why];
}

const char *aspan_unrecorded_text(enum aspan_unrecorded_reason why)
{
	static const char *const texts[] = {
#define REASON_TEXT(symbol, word, text) [symbol] = text,
		ASPAN_UNRECORDED_REASONS(REASON_TEXT)
#undef REASON_TEXT
	};

	return texts[why];
}

/* The loader itself has no loader; it may have been named as the program. */
static bool is_loader(pid_t pid)
{
	char path[64], target[4096];
	ssize_t length;
	const char *slash;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0) {
		return false;
	}
	target[length] = '\0';
	slash = strrchr(target, '/');
	return slash && strncmp(slash, "/ld", 3) == 0 && strstr(slash, ".so");
}

static bool judge_program(pid_t pid, enum aspan_unrecorded_reason *why)
{
	struct aspan_program program;
	char path[64];
	bool is_clear = false;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (aspan_program_examine_loading(&program, path) == 0 && program.is_elf) {
		*why = program.is_foreign ? ASPAN_UNRECORDED_FOREIGN : ASPAN_UNRECORDED_STATIC;
		is_clear = program.is_foreign || (program.is_static && !is_loader(pid));
	}
	aspan_program_fini(&program);
	return is_clear;
}

/* What it was executed with, whole; NULL if that cannot be had. The caller frees it. */
static char *read_environment(pid_t pid, const struct aspan_proc_status *status, size_t *size)
{
	char *bytes = status->environment ? malloc(ENVIRONMENT_BYTES) : NULL;
	ssize_t got = bytes ? aspan_proc_read(pid, "environ", bytes, ENVIRONMENT_BYTES) : -1;

	if (got < 0 || got >= ENVIRONMENT_BYTES - 1) {
		free(bytes);
		return NULL;
	}
	*size = (size_t) got;
	return bytes;
}

static bool judge_environment(pid_t pid, const struct aspan_proc_status *status,
			      enum aspan_unrecorded_reason *why)
{
	size_t size;
	char *environment = read_environment(pid, status, &size);
	const char *preload =
		environment ? aspan_proc_get_variable(environment, size, "LD_PRELOAD") : NULL;
	bool is_clear = environment && (!preload || !strstr(preload, INTERPOSER));

	*why = preload ? ASPAN_UNRECORDED_PRELOAD_REPLACED : ASPAN_UNRECORDED_NO_PRELOAD;
	free(environment);
	return is_clear;
}

/* Programs overwrite their environment to show a title. So it counts only if the rest of it is there. */
static bool has_daemon(pid_t pid, const struct aspan_proc_status *status, const char *daemon_home)
{
	size_t size;
	char *environment = daemon_home ? read_environment(pid, status, &size) : NULL;
	const char *preload =
		environment ? aspan_proc_get_variable(environment, size, "LD_PRELOAD") : NULL;
	const char *home = environment ? aspan_proc_get_variable(environment, size, "LTTNG_HOME") :
					 NULL;
	bool has_another = preload && strstr(preload, INTERPOSER) &&
			   (!home || strcmp(home, daemon_home) != 0);

	free(environment);
	return !has_another;
}

static bool has_variable(const char *environment, size_t size, const char *name, const char *value)
{
	const char *found = value ? aspan_proc_get_variable(environment, size, name) : NULL;

	return found && strcmp(found, value) == 0;
}

bool aspan_unrecorded_is_ours(pid_t pid, const char *daemon_home, const char *ledger_folder)
{
	struct aspan_proc_status status;
	size_t size;
	char *environment = aspan_proc_read_status(pid, &status) && !status.is_zombie ?
				    read_environment(pid, &status, &size) :
				    NULL;
	const char *preload =
		environment ? aspan_proc_get_variable(environment, size, "LD_PRELOAD") : NULL;
	bool is_ours = preload && strstr(preload, INTERPOSER) &&
		       (has_variable(environment, size, "LTTNG_HOME", daemon_home) ||
			has_variable(environment, size, ASPAN_LEDGER_ENV, ledger_folder));

	free(environment);
	return is_ours;
}

/* Root without the right to debug may not look at other users' programs, either, but runs them with the interposer. */
static bool is_of_other_user(pid_t pid)
{
	int64_t user = aspan_proc_get_user(pid);

	return geteuid() != 0 && user >= 0 && user != geteuid();
}

enum aspan_unrecorded_verdict aspan_unrecorded_judge(pid_t pid,
						     const struct aspan_proc_status *status,
						     const char *daemon_home,
						     enum aspan_unrecorded_reason *why)
{
	enum aspan_proc_library library = aspan_proc_find_library(pid, INTERPOSER);

	if (library == ASPAN_PROC_LIBRARY_PRESENT) {
		*why = ASPAN_UNRECORDED_NO_DAEMON;
		return has_daemon(pid, status, daemon_home) ? ASPAN_VERDICT_RECORDED :
							      ASPAN_VERDICT_UNRECORDED;
	}
	if (library == ASPAN_PROC_LIBRARY_UNKNOWN) {
		*why = ASPAN_UNRECORDED_OTHER_USER;
		return is_of_other_user(pid) ? ASPAN_VERDICT_LIKELY : ASPAN_VERDICT_RECORDED;
	}
	if (judge_program(pid, why)) {
		return ASPAN_VERDICT_UNRECORDED;
	}
	if (aspan_proc_is_secure(pid)) {
		*why = ASPAN_UNRECORDED_SECURE;
		return ASPAN_VERDICT_UNRECORDED;
	}
	if (judge_environment(pid, status, why)) {
		return ASPAN_VERDICT_UNRECORDED;
	}
	*why = aspan_proc_has_other_root(pid) ? ASPAN_UNRECORDED_OTHER_ROOT :
						ASPAN_UNRECORDED_NOT_LOADED;
	return library == ASPAN_PROC_LIBRARY_ABSENT ? ASPAN_VERDICT_LIKELY : ASPAN_VERDICT_LOADING;
}

static char *read_command(pid_t pid)
{
	char text[COMMAND_BYTES];
	ssize_t got = aspan_proc_read(pid, "cmdline", text, sizeof(text));

	while (got > 0 && text[got - 1] == '\0') {
		got--;
	}
	for (ssize_t i = 0; i < got; i++) {
		text[i] = text[i] ? text[i] : ' ';
	}
	return got > 0 ? strndup(text, (size_t) got) : NULL;
}

static char *read_program(pid_t pid)
{
	char path[64], target[4096];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, target, sizeof(target));
	return length > 0 ? strndup(target, (size_t) length) : NULL;
}

void aspan_unrecorded_describe(struct aspan_unrecorded *item, pid_t pid,
			       const struct aspan_proc_status *status)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*item = (struct aspan_unrecorded){
		.pid = pid,
		.parent = status->parent,
		.user = aspan_proc_get_user(pid),
		.seen_realtime_ns = (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec,
		.program = read_program(pid),
		.command = read_command(pid),
	};
	memcpy(item->name, status->name, sizeof(item->name));
}

void aspan_unrecorded_fini(struct aspan_unrecorded *item)
{
	free(item->program);
	free(item->command);
	*item = (struct aspan_unrecorded){ 0 };
}
