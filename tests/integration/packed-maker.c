/* SPDX-License-Identifier: MIT */
/*
 * Emits packed events that a script on stdin asks for, so that a trace with known answers can be recorded without the
 * recorder; its encoder is the one of the unit tests (tests/unit/packed-support.h).
 *
 *	packed-maker LIBALLOCSPAN-TP.SO <SCRIPT
 *
 * THREAD is a number below 16: which thread an event says that its records are of. A record is made at the time of its
 * line, and written by `flush`.
 *
 *	group ID TAGS				names a group for the lines that follow
 *	state THREAD SPAN GROUP			the innermost span and the active group from here on; 0: none
 *	alloc THREAD PTR SIZE GROUP KIND IP
 *	free THREAD PTR SIZE GROUP KIND IP
 *	flush THREAD				the records become an event
 *	lose THREAD				the records are lost, as they are when LTTng discards the event
 *	damage THREAD				adds a byte that is no record
 *	full_alloc PTR SIZE GROUP		an ordinary event of this process, at the time of the line
 *	full_free PTR SIZE GROUP CURRENT
 *	group_register GROUP NAME
 *	group_stats GROUP NAME BLOCKS LIVE ALLOCS BYTES FREES BYTES
 *	span_enter SPAN NAME GROUP
 *	span_exit SPAN NAME GROUP ALLOCS BYTES FREES BYTES
 *	begin HOW				process_begin; HOW is a number of tp/trace-process.h
 *	end HOW ALLOCS BYTES FREES BYTES	process_end
 *	zoo NUMBER				an event of another provider (packed-read-zoo-provider.h), NUMBER below 4
 *	sleep MILLISECONDS
 *	churn THREADS ALLOCS LIVE SIZE RECORDS	each thread allocates ALLOCS blocks in turn with the others, freeing all but
 *						its last LIVE of them, RECORDS of them an event
 *	shell COMMAND
 */
#include "trace-events.h"

#include "../unit/packed-support.h"

#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "packed-read-zoo-provider.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 16
#define MAX_GROUPS 16
#define MAX_LINE 1024
#define CALLER ((void *) 0x401000)
/* When this process says that it began; there is no other one in its trace. */
#define START_NS UINT64_C(1000)

static const struct aspan_trace_events *events;

struct thread {
	struct packed_writer writer;
	uint64_t record_index;
	uint64_t begin_ns, last_ns;
	uint64_t span_id; /* at the first record */
	uint64_t state_span, state_group; /* now */
};

static struct thread threads[MAX_THREADS];

static struct {
	uint64_t id;
	char tags[MAX_LINE];
} groups[MAX_GROUPS];
static unsigned int group_count;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("packed-maker: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t) time.tv_sec * UINT64_C(1000000000) + (uint64_t) time.tv_nsec;
}

static unsigned int find_group(uint64_t id)
{
	for (unsigned int i = 0; i < group_count; i++) {
		if (groups[i].id == id) {
			return i;
		}
	}
	fail("no group %" PRIu64, id);
}

static const char *tags_of(uint64_t id)
{
	return id ? groups[find_group(id)].tags : "";
}

static void write_state(struct thread *thread)
{
	unsigned int current = thread->state_group ? find_group(thread->state_group) + 1 : 0;

	packed_state(&thread->writer, thread->state_span, current);
}

static void begin(struct thread *thread)
{
	if (thread->writer.length == 0) {
		thread->begin_ns = thread->last_ns = now();
		thread->span_id = 0;
		write_state(thread);
	}
}

static void add_record(struct thread *thread, unsigned int operation, uint64_t ptr, uint64_t size,
		       uint64_t group, unsigned int kind, uint64_t ip)
{
	uint64_t time_ns;

	begin(thread);
	time_ns = now();
	packed_record(&thread->writer, operation, time_ns - thread->last_ns, ptr, size,
		      find_group(group), kind, ip);
	thread->last_ns = time_ns;
}

static void reset(struct thread *thread)
{
	thread->record_index += thread->writer.record_count;
	thread->writer.length = 0;
	thread->writer.address = thread->writer.site = 0;
	thread->writer.record_count = 0;
}

static char *list_groups(void)
{
	static char list[MAX_GROUPS * MAX_LINE];
	size_t length = 0;

	list[0] = '\0';
	for (unsigned int i = 0; i < group_count; i++) {
		length += (size_t) snprintf(list + length, sizeof(list) - length,
					    "%" PRIu64 ":%zu:%s", groups[i].id,
					    strlen(groups[i].tags), groups[i].tags);
	}
	return list;
}

/* Thread 0 is the main thread. */
static void flush(unsigned int number)
{
	struct thread *thread = &threads[number];
	const char *groups_field = list_groups();
	char name[16];

	snprintf(name, sizeof(name), "thread-%u", number);
	packed_byte(&thread->writer, 0);
	events->packed_events.emit(
		&(struct aspan_packed_event){
			.vpid = getpid(),
			.vtid = getpid() + (int) number,
			.thread_name = name,
			.record_index = thread->record_index,
			.record_count = thread->writer.record_count,
			.begin_ns = thread->begin_ns,
			.flush_ns = now(),
			.span_id = thread->span_id,
			.groups = groups_field,
			.groups_length = strlen(groups_field),
			.records = (const char *) thread->writer.bytes,
			.records_length = strlen((const char *) thread->writer.bytes),
		},
		CALLER);
	reset(thread);
}

static void churn(unsigned int thread_count, uint64_t alloc_count, uint64_t live, uint64_t size,
		  uint32_t records)
{
	for (uint64_t i = 0; i < alloc_count; i++) {
		for (unsigned int t = 0; t < thread_count; t++) {
			uint64_t ptr = ((uint64_t) (t + 1) << 32) + i % live * 64;
			uint64_t group = groups[i % live % group_count].id;

			if (i >= live) {
				add_record(&threads[t], 1, ptr, size, group, 0, 0);
			}
			add_record(&threads[t], 0, ptr, size, group, 0, 0);
			if (threads[t].writer.record_count >= records) {
				flush(t);
			}
		}
	}
	for (unsigned int t = 0; t < thread_count; t++) {
		flush(t);
	}
}

#define MAX_NUMBERS 8

/* The words after the command: numbers, but for one that is a name. */
struct line {
	const char *command;
	const char *name;
	uint64_t numbers[MAX_NUMBERS];
};

static void split(char *text, struct line *line)
{
	char *word, *end;
	size_t count = 0;

	memset(line, 0, sizeof(*line));
	text[strcspn(text, "#\n")] = '\0';
	while ((word = strsep(&text, " \t"))) {
		if (!*word) {
			continue;
		}
		if (!line->command) {
			line->command = word;
			continue;
		}
		if (count < MAX_NUMBERS) {
			line->numbers[count] = strtoull(word, &end, 0);
			if (*end) {
				line->name = word;
			} else {
				count++;
			}
		}
	}
}

static struct thread *thread_of(const struct line *line)
{
	if (line->numbers[0] >= MAX_THREADS) {
		fail("there are %d threads", MAX_THREADS);
	}
	return &threads[line->numbers[0]];
}

static bool run_packed(const struct line *line)
{
	const uint64_t *n = line->numbers;
	struct thread *thread = thread_of(line);

	if (strcmp(line->command, "state") == 0) {
		thread->state_span = n[1];
		thread->state_group = n[2];
		begin(thread);
		write_state(thread);
	} else if (strcmp(line->command, "alloc") == 0) {
		add_record(thread, 0, n[1], n[2], n[3], (unsigned int) n[4], n[5]);
	} else if (strcmp(line->command, "free") == 0) {
		add_record(thread, 1, n[1], n[2], n[3], (unsigned int) n[4], n[5]);
	} else if (strcmp(line->command, "flush") == 0) {
		flush((unsigned int) n[0]);
	} else if (strcmp(line->command, "lose") == 0) {
		reset(thread);
	} else if (strcmp(line->command, "damage") == 0) {
		begin(thread);
		packed_byte(&thread->writer, 0x07);
	} else {
		return false;
	}
	return true;
}

static bool run_full(const struct line *line)
{
	const uint64_t *n = line->numbers;
	const void *ptr = (const void *) (uintptr_t) n[0];

	if (strcmp(line->command, "full_alloc") == 0) {
		events->alloc.emit(ptr, n[1], n[2], 0, 0, tags_of(n[2]), CALLER);
	} else if (strcmp(line->command, "full_free") == 0) {
		events->free.emit(ptr, n[1], n[2], n[3], 0, 0, tags_of(n[2]), CALLER);
	} else if (strcmp(line->command, "group_register") == 0) {
		events->group_register.emit(n[0], line->name, tags_of(n[0]), CALLER);
	} else if (strcmp(line->command, "group_stats") == 0) {
		events->group_stats.emit(n[0], line->name, tags_of(n[0]), n[1], n[2], n[3], n[4],
					 n[5], n[6], CALLER);
	} else if (strcmp(line->command, "span_enter") == 0) {
		events->span_enter.emit(n[0], 0, line->name, n[1], tags_of(n[1]), CALLER);
	} else if (strcmp(line->command, "span_exit") == 0) {
		events->span_exit.emit(n[0], line->name, n[1], n[2], n[3], n[4], n[5], CALLER);
	} else if (strcmp(line->command, "begin") == 0) {
		events->process_begin.emit((unsigned int) n[0], getpid(), 0, START_NS, 0, 0, "", 0,
					   0, CALLER);
	} else if (strcmp(line->command, "end") == 0) {
		events->process_end.emit((unsigned int) n[0], getpid(), START_NS, n[1], n[2], n[3],
					 n[4], 0, CALLER);
	} else {
		return false;
	}
	return true;
}

static void run(struct line *line)
{
	const uint64_t *n = line->numbers;

	if (strcmp(line->command, "group") == 0 && group_count < MAX_GROUPS) {
		groups[group_count].id = n[0];
		snprintf(groups[group_count++].tags, MAX_LINE, "%s", line->name ? line->name : "");
	} else if (strcmp(line->command, "zoo") == 0) {
		static const int16_t numbers[] = { -300, 0, 300 };

		lttng_ust_tracepoint(zoo, animal, (int) n[0], "tapir", numbers);
	} else if (strcmp(line->command, "sleep") == 0) {
		usleep((useconds_t) n[0] * 1000);
	} else if (strcmp(line->command, "churn") == 0) {
		churn((unsigned int) n[0], n[1], n[2], n[3], (uint32_t) n[4]);
	} else if (!run_full(line) && !run_packed(line)) {
		fail("there is no command '%s'", line->command);
	}
}

int main(int argc, char **argv)
{
	char text[MAX_LINE];
	struct line line;
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;

	events = library ? dlsym(library, ASPAN_TRACE_EVENTS_SYMBOL) : NULL;
	if (!events) {
		fail("usage: packed-maker LIBALLOCSPAN-TP.SO <SCRIPT");
	}
	while (fgets(text, sizeof(text), stdin)) {
		if (strncmp(text, "shell ", strlen("shell ")) == 0) {
			if (system(text + strlen("shell ")) != 0) {
				fail("failed: %s", text);
			}
			continue;
		}
		split(text, &line);
		if (line.command) {
			run(&line);
		}
	}
	return EXIT_SUCCESS;
}
