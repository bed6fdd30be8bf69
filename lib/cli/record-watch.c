/* SPDX-License-Identifier: MIT */
/*
 * Watches which processes run under the command, to name those that are not recorded.
 *
 * A look drops the processes that are gone, adds the children of those that are there, and judges each once an exec. What was
 * known goes on being watched when its parent ends. The time between two looks doubles while nothing changes.
 */
#include "record-watch.h"

#include "terminal.h"

#include "array.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
#define SHORTEST_NS (UINT64_C(20) * 1000 * 1000)
#define LONGEST_NS (UINT64_C(200) * 1000 * 1000)
/* A look is followed by that many times as much rest as it took of a processor. */
#define REST 50
#define LOADING_NS (2 * NS_PER_S)
#define MAX_PROCESSES 4096
#define MAX_UNRECORDED 256
#define MAX_LINES 10

struct aspan_watched {
	pid_t pid;
	bool is_judged;
	bool is_suspect; /* looked unrecorded */
	bool is_unrecorded;
	struct aspan_proc_status status;
	uint64_t since_ns; /* when this program was first seen */
};

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}

static uint64_t now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static void add_process(pid_t pid, void *data)
{
	struct aspan_record_watch *watch = data;
	struct aspan_watched *process;
	struct aspan_proc_status status;

	if (aspan_id_map_find(&watch->index, (uint64_t) pid) != ASPAN_ID_MAP_NONE ||
	    watch->process_count == MAX_PROCESSES || !aspan_proc_read_status(pid, &status)) {
		return;
	}
	process = ASPAN_ARRAY_APPEND(watch, processes, process);
	if (!process) {
		return;
	}
	*process = (struct aspan_watched){ .pid = pid, .status = status, .since_ns = now_ns() };
	aspan_id_map_set(&watch->index, (uint64_t) pid, (uint32_t) watch->process_count - 1);
	watch->has_news = true;
}

void aspan_record_watch_init(struct aspan_record_watch *watch, pid_t command,
			     const char *daemon_home, const char *ledger_folder)
{
	*watch = (struct aspan_record_watch){
		.daemon_home = daemon_home,
		.ledger_folder = ledger_folder,
	};
	add_process(command, watch);
}

/* False: it is gone, or its pid is another process's now. */
static bool update(struct aspan_record_watch *watch, struct aspan_watched *process)
{
	struct aspan_proc_status status;

	if (!aspan_proc_read_status(process->pid, &status) || status.is_zombie ||
	    status.start_ticks != process->status.start_ticks) {
		return false;
	}
	if (status.stack != process->status.stack) {
		process->is_judged = false;
		process->is_suspect = false;
		process->is_unrecorded = false;
		process->since_ns = now_ns();
		watch->has_news = true;
	}
	process->status = status;
	return true;
}

static void drop_those_gone(struct aspan_record_watch *watch)
{
	size_t kept = 0;

	aspan_id_map_fini(&watch->index);
	for (size_t i = 0; i < watch->process_count; i++) {
		if (update(watch, &watch->processes[i])) {
			watch->processes[kept] = watch->processes[i];
			aspan_id_map_set(&watch->index, (uint64_t) watch->processes[kept].pid,
					 (uint32_t) kept);
			kept++;
		}
	}
	watch->process_count = kept;
}

static void tell(const struct aspan_unrecorded *item)
{
	char *name = aspan_text_escape(item->name);

	aspan_terminal_note("%s (pid %d) was not recorded: %s", name ? name : "?", item->pid,
			    aspan_unrecorded_text(item->why));
	free(name);
}

/* At once, for who looks for it. */
static void debug(const struct aspan_unrecorded *item)
{
	const char *wanted = getenv("ALLOCSPAN_DEBUG");

	if (wanted && strcmp(wanted, "1") == 0) {
		tell(item);
	}
}

/* If it did not become another program meanwhile. */
static void note(struct aspan_record_watch *watch, const struct aspan_watched *process,
		 enum aspan_unrecorded_reason why)
{
	struct aspan_unrecorded described, *item = NULL;
	struct aspan_proc_status status;

	aspan_unrecorded_describe(&described, process->pid, &process->status);
	described.why = why;
	if (aspan_proc_read_status(process->pid, &status) &&
	    status.stack == process->status.stack && watch->unrecorded_count < MAX_UNRECORDED) {
		item = ASPAN_ARRAY_APPEND(watch, unrecorded, unrecorded);
	} else if (watch->unrecorded_count == MAX_UNRECORDED) {
		watch->more_count++;
	}
	if (item) {
		*item = described;
		debug(item);
	} else {
		aspan_unrecorded_fini(&described);
	}
}

static void judge(struct aspan_record_watch *watch, struct aspan_watched *process)
{
	enum aspan_unrecorded_reason why;
	enum aspan_unrecorded_verdict verdict =
		aspan_unrecorded_judge(process->pid, &process->status, watch->daemon_home, &why);
	bool was_suspect = process->is_suspect;

	process->is_suspect = verdict == ASPAN_VERDICT_LIKELY;
	if ((verdict == ASPAN_VERDICT_LOADING && now_ns() - process->since_ns > LOADING_NS) ||
	    (verdict == ASPAN_VERDICT_LIKELY && was_suspect)) {
		verdict = ASPAN_VERDICT_UNRECORDED;
	}
	process->is_judged = verdict == ASPAN_VERDICT_RECORDED ||
			     verdict == ASPAN_VERDICT_UNRECORDED;
	if (!process->is_judged) {
		watch->has_news = true;
	}
	if (verdict == ASPAN_VERDICT_UNRECORDED) {
		process->is_unrecorded = true;
		note(watch, process, why);
	}
}

void aspan_record_watch_look_again(struct aspan_record_watch *watch, uint64_t now)
{
	uint64_t begin = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t rest;

	watch->has_news = false;
	drop_those_gone(watch);
	/* Those that it adds are looked at, too. The array may move meanwhile. */
	for (size_t i = 0; i < watch->process_count; i++) {
		aspan_proc_find_children(watch->processes[i].pid, add_process, watch);
		if (!watch->processes[i].is_judged) {
			judge(watch, &watch->processes[i]);
		}
	}
	watch->interval_ns = watch->has_news ? SHORTEST_NS : watch->interval_ns * 2;
	watch->interval_ns = watch->interval_ns < SHORTEST_NS ? SHORTEST_NS : watch->interval_ns;
	watch->interval_ns = watch->interval_ns > LONGEST_NS ? LONGEST_NS : watch->interval_ns;
	rest = (read_clock(CLOCK_PROCESS_CPUTIME_ID) - begin) * REST;
	watch->next_look_ns = now + (rest > watch->interval_ns ? rest : watch->interval_ns);
}

uint64_t aspan_record_watch_look(struct aspan_record_watch *watch, uint64_t now)
{
	if (now >= watch->next_look_ns) {
		aspan_record_watch_look_again(watch, now);
	}
	return watch->next_look_ns;
}

bool aspan_record_watch_find_recorded(const struct aspan_record_watch *watch,
				      bool (*found)(pid_t pid, const char *name, void *data),
				      void *data)
{
	for (size_t i = 0; i < watch->process_count; i++) {
		const struct aspan_watched *process = &watch->processes[i];
		struct aspan_proc_status status;

		if (!process->is_unrecorded && aspan_proc_read_status(process->pid, &status) &&
		    !status.is_zombie && status.start_ticks == process->status.start_ticks &&
		    found(process->pid, status.name, data)) {
			return true;
		}
	}
	return false;
}

static void add_if_ours(pid_t pid, void *data)
{
	struct aspan_record_watch *watch = data;

	if (pid != getpid() &&
	    aspan_unrecorded_is_ours(pid, watch->daemon_home, watch->ledger_folder)) {
		add_process(pid, watch);
	}
}

void aspan_record_watch_search(struct aspan_record_watch *watch)
{
	drop_those_gone(watch);
	aspan_proc_find_all(add_if_ours, watch);
}

void aspan_record_watch_tell(const struct aspan_record_watch *watch)
{
	size_t lines = watch->unrecorded_count < MAX_LINES ? watch->unrecorded_count : MAX_LINES;
	size_t more = watch->unrecorded_count - lines + watch->more_count;

	for (size_t i = 0; i < lines; i++) {
		tell(&watch->unrecorded[i]);
	}
	if (more > 0) {
		aspan_terminal_note("... and %zu more were not recorded", more);
	}
}

void aspan_record_watch_fini(struct aspan_record_watch *watch)
{
	for (size_t i = 0; i < watch->unrecorded_count; i++) {
		aspan_unrecorded_fini(&watch->unrecorded[i]);
	}
	free(watch->unrecorded);
	free(watch->processes);
	aspan_id_map_fini(&watch->index);
	*watch = (struct aspan_record_watch){ 0 };
}
