/* SPDX-License-Identifier: MIT */
/*
 * Emits the events of the provider `allocspan` that a script on stdin asks for, so that a trace
 * with known answers can be recorded without the library that normally emits them.
 *
 *	trace-maker LIBALLOCSPAN-TP.SO <SCRIPT
 *
 * A line is `[@PROCESS[.THREAD]] COMMAND ARGUMENT...`; `#` begins a comment. Each process is a real
 * one and each thread of it too, both made when they are first named; @0.0 is meant where none is named.
 * A line is begun when the one before it is done, so the order of the lines is that of the events.
 *
 *	alloc PTR SIZE GROUP TAGS [SPAN [KIND]]
 *	free PTR SIZE SOURCE CURRENT TAGS [SPAN [KIND]]
 *	span_enter SPAN PARENT NAME GROUP TAGS
 *	span_exit SPAN NAME GROUP ALLOCS BYTES FREES BYTES
 *	group_register GROUP NAME TAGS
 *	group_release GROUP NAME TAGS
 *	group_stats GROUP NAME TAGS BLOCKS LIVE ALLOCS BYTES FREES BYTES
 *	budget_exceeded GROUP NAME TAGS LIVE BUDGET
 *	misuse WHAT GROUP SPAN
 *	begin HOW [PROCESS]		process_begin; HOW is a number of tp/trace-process.h, PROCESS the parent
 *	end HOW				process_end, with what the process allocated and freed since its program began
 *	churn ALLOCS LIVE GROUPS SIZE	allocate ALLOCS blocks, freeing all but the last LIVE of them
 *	thread_name NAME		what the context procname says of this thread
 *	exec				the process runs this program anew and keeps its pid
 *	shell COMMAND			runs a shell command, in no process of the script
 *
 * KIND is a number of tp/trace-kind.h; SPAN and KIND are 0 where they are not given. Strings are percent-encoded (%20 is a
 * space); `-` is the empty string.
 */
#include "trace-events.h"
#include "trace-process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_PROCESSES 16
#define MAX_THREADS 16
#define MAX_WORDS 16
#define MAX_LINE 8192
#define ANSWER_FD 3

/* The code that seems to call the allocator. */
#define CALLER ((void *) 0x401000)

static const struct aspan_trace_events *events;
static const char *library_path;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("trace-maker: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

/* One line, cut into words in place. */
struct line {
	unsigned int process, thread;
	char text[MAX_LINE];
	char *words[MAX_WORDS];
	size_t word_count;
};

static const char *text_argument(const struct line *line, size_t index)
{
	if (index >= line->word_count) {
		fail("'%s' lacks argument %zu", line->words[0], index);
	}
	return line->words[index];
}

static uint64_t number(const struct line *line, size_t index)
{
	const char *word = text_argument(line, index);
	char *end;
	uint64_t value = strtoull(word, &end, 0);

	if (*end) {
		fail("'%s' is no number", word);
	}
	return value;
}

static const void *pointer(const struct line *line, size_t index)
{
	return (const void *) (uintptr_t) number(line, index);
}

static void decode(char *word)
{
	char *out = word;

	if (strcmp(word, "-") == 0) {
		*word = '\0';
		return;
	}
	for (const char *in = word; *in; in++) {
		unsigned int byte;

		if (*in == '%' && sscanf(in + 1, "%2x", &byte) == 1) {
			*out++ = (char) byte;
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

static void split(struct line *line)
{
	char *rest = line->text;
	char *word;

	line->word_count = 0;
	line->process = 0;
	line->thread = 0;
	rest[strcspn(rest, "#\n")] = '\0';
	while ((word = strsep(&rest, " \t"))) {
		if (*word == '@' && line->word_count == 0) {
			sscanf(word, "@%u.%u", &line->process, &line->thread);
		} else if (*word && line->word_count < MAX_WORDS) {
			decode(word);
			line->words[line->word_count++] = word;
		}
	}
	if (line->process >= MAX_PROCESSES || line->thread >= MAX_THREADS) {
		fail("there are %d processes of %d threads", MAX_PROCESSES, MAX_THREADS);
	}
}

/* The commands, each on the thread that it names. */
#define T(index) text_argument(line, index)
#define N(index) number(line, index)

/* What a line may leave out. */
static uint64_t number_or_zero(const struct line *line, size_t index)
{
	return index < line->word_count ? N(index) : 0;
}

/* What process_end tells. */
static struct {
	uint64_t start_ns;
	uint64_t alloc_count, alloc_bytes, free_count, free_bytes;
} counted;

static void do_alloc(const struct line *line)
{
	counted.alloc_count++;
	counted.alloc_bytes += N(2);
	events->alloc.emit(pointer(line, 1), N(2), N(3), number_or_zero(line, 5),
			   number_or_zero(line, 6), T(4), CALLER);
}

static void do_free(const struct line *line)
{
	counted.free_count++;
	counted.free_bytes += N(2);
	events->free.emit(pointer(line, 1), N(2), N(3), N(4), number_or_zero(line, 6),
			  number_or_zero(line, 7), T(5), CALLER);
}

static void do_span_enter(const struct line *line)
{
	events->span_enter.emit(N(1), N(2), T(3), N(4), T(5), CALLER);
}

static void do_span_exit(const struct line *line)
{
	events->span_exit.emit(N(1), T(2), N(3), N(4), N(5), N(6), N(7), CALLER);
}

static void do_group_register(const struct line *line)
{
	events->group_register.emit(N(1), T(2), T(3), CALLER);
}

static void do_group_release(const struct line *line)
{
	events->group_release.emit(N(1), T(2), T(3), CALLER);
}

static void do_group_stats(const struct line *line)
{
	events->group_stats.emit(N(1), T(2), T(3), N(4), N(5), N(6), N(7), N(8), N(9), CALLER);
}

static void do_budget_exceeded(const struct line *line)
{
	events->budget_exceeded.emit(N(1), T(2), T(3), N(4), N(5), CALLER);
}

static void do_misuse(const struct line *line)
{
	events->misuse.emit(T(1), N(2), N(3), CALLER);
}

/* What the main process adds: when the process began, and the parent's pid and beginning. */
static void do_begin(const struct line *line)
{
	bool is_fork = N(1) == ASPAN_BEGIN_FORK || N(1) == ASPAN_BEGIN_CLONE;
	uint64_t inherited = is_fork ? ASPAN_INHERITED_UNKNOWN : 0;

	counted.start_ns = N(2);
	events->process_begin.emit((unsigned int) N(1), getpid(), 0, N(2), (int32_t) N(3),
				   is_fork ? N(4) : 0, "/usr/bin/exe", inherited, inherited,
				   CALLER);
}

static void do_end(const struct line *line)
{
	events->process_end.emit((unsigned int) N(1), getpid(), counted.start_ns,
				 counted.alloc_count, counted.alloc_bytes, counted.free_count,
				 counted.free_bytes, 0, CALLER);
}

static void do_thread_name(const struct line *line)
{
	pthread_setname_np(pthread_self(), T(1));
}

static void do_churn(const struct line *line)
{
	uint64_t alloc_count = N(1), live = N(2), group_count = N(3), size = N(4);
	uint64_t base = UINT64_C(0x10000000);
	char tags[64];

	for (uint64_t i = 0; i < alloc_count; i++) {
		uint64_t group = 2 + i % live % group_count;
		void *block = (void *) (uintptr_t) (base + i % live * 64);

		snprintf(tags, sizeof(tags), ",group=churn,tenant=%" PRIu64 ",", group);
		if (i >= live) {
			events->free.emit(block, size, group, group, 0, ASPAN_KIND_MALLOC, tags,
					  CALLER);
			counted.free_count++;
			counted.free_bytes += size;
		}
		counted.alloc_count++;
		counted.alloc_bytes += size;
		events->alloc.emit(block, size, group, 0, ASPAN_KIND_MALLOC, tags, CALLER);
	}
}

static void do_exec(const struct line *line)
{
	(void) line;
	execl("/proc/self/exe", "trace-maker", "--process", library_path, NULL);
	fail("exec: %s", strerror(errno));
}

static const struct command {
	const char *name;
	void (*run)(const struct line *line);
} commands[] = {
	{ "alloc", do_alloc },
	{ "free", do_free },
	{ "span_enter", do_span_enter },
	{ "span_exit", do_span_exit },
	{ "group_register", do_group_register },
	{ "group_release", do_group_release },
	{ "group_stats", do_group_stats },
	{ "budget_exceeded", do_budget_exceeded },
	{ "misuse", do_misuse },
	{ "begin", do_begin },
	{ "end", do_end },
	{ "thread_name", do_thread_name },
	{ "churn", do_churn },
	{ "exec", do_exec },
};

static void run_command(const struct line *line)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, line->words[0]) == 0) {
			commands[i].run(line);
			return;
		}
	}
	fail("there is no command '%s'", line->words[0]);
}

/* A thread takes the line that the main thread hands it, and hands it back done. */
struct worker {
	pthread_t thread;
	bool is_running;
	sem_t has_line, is_done;
	const struct line *line;
};

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (;;) {
		sem_wait(&worker->has_line);
		if (!worker->line) {
			return NULL;
		}
		run_command(worker->line);
		sem_post(&worker->is_done);
	}
}

static void run_on_thread(struct worker *worker, const struct line *line)
{
	if (!worker->is_running) {
		sem_init(&worker->has_line, 0, 0);
		sem_init(&worker->is_done, 0, 0);
		if (pthread_create(&worker->thread, NULL, work, worker)) {
			fail("pthread_create failed");
		}
		worker->is_running = true;
	}
	worker->line = line;
	sem_post(&worker->has_line);
	if (line) {
		sem_wait(&worker->is_done);
	} else {
		pthread_join(worker->thread, NULL);
	}
}

/* A process of the script: reads lines from stdin, and answers each with a byte on ANSWER_FD. */
static int run_process(void)
{
	static struct worker workers[MAX_THREADS];
	static struct line line;
	void *library = dlopen(library_path, RTLD_NOW);

	if (!library) {
		fail("%s", dlerror());
	}
	events = dlsym(library, ASPAN_TRACE_EVENTS_SYMBOL);
	if (!events) {
		fail("%s", dlerror());
	}
	if (write(ANSWER_FD, "", 1) != 1) {
		fail("the main process has gone");
	}
	while (fgets(line.text, sizeof(line.text), stdin)) {
		split(&line);
		if (line.thread == 0) {
			run_command(&line);
		} else {
			run_on_thread(&workers[line.thread], &line);
		}
		/* After an exec this program answers when it is ready again. */
		if (write(ANSWER_FD, "", 1) != 1) {
			fail("the main process has gone");
		}
	}
	for (size_t i = 1; i < MAX_THREADS; i++) {
		if (workers[i].is_running) {
			run_on_thread(&workers[i], NULL);
		}
	}
	return EXIT_SUCCESS;
}

struct process {
	pid_t pid;
	uint64_t start_ns; /* of the last `begin` */
	FILE *lines;
	int answers;
};

static void wait_for_answer(const struct process *process)
{
	char byte;

	if (read(process->answers, &byte, 1) != 1) {
		fail("a process has ended early");
	}
}

static void start_process(struct process *process)
{
	int lines[2], answers[2];

	if (pipe2(lines, O_CLOEXEC) || pipe2(answers, O_CLOEXEC)) {
		fail("pipe: %s", strerror(errno));
	}
	process->pid = fork();
	if (process->pid == 0) {
		dup2(lines[0], STDIN_FILENO);
		dup2(answers[1], ANSWER_FD);
		execl("/proc/self/exe", "trace-maker", "--process", library_path, NULL);
		_exit(EXIT_FAILURE);
	}
	close(lines[0]);
	close(answers[1]);
	process->lines = fdopen(lines[1], "w");
	process->answers = answers[0];
	wait_for_answer(process);
}

static void end_process(struct process *process)
{
	int status;

	fclose(process->lines);
	close(process->answers);
	if (waitpid(process->pid, &status, 0) < 0 || status != 0) {
		fail("a process has failed");
	}
}

static bool is_shell_line(const char *text)
{
	return strncmp(text, "shell ", strlen("shell ")) == 0;
}

/* A time that no other process began at. */
static uint64_t next_start_ns(void)
{
	static uint64_t last_ns;
	struct timespec now;
	uint64_t now_ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
	last_ns = now_ns > last_ns ? now_ns : last_ns + 1;
	return last_ns;
}

static void send_begin(struct process *processes, const struct line *line)
{
	struct process *process = &processes[line->process];
	const struct process *parent =
		line->word_count > 2 ? &processes[number(line, 2) % MAX_PROCESSES] : NULL;

	/* One that is told of again, by another session or after a failed exec, is the same. */
	if (number(line, 1) < ASPAN_BEGIN_SESSION_START || process->start_ns == 0) {
		process->start_ns = next_start_ns();
	}
	fprintf(process->lines, "@%u.%u begin %s %" PRIu64 " %d %" PRIu64 "\n", line->process,
		line->thread, line->words[1], process->start_ns, parent ? parent->pid : 0,
		parent ? parent->start_ns : 0);
}

static void dispatch(struct process *processes, const char *text)
{
	static struct line line;

	snprintf(line.text, sizeof(line.text), "%s", text);
	split(&line);
	if (line.word_count == 0) {
		return;
	}
	if (processes[line.process].pid == 0) {
		start_process(&processes[line.process]);
	}
	if (strcmp(line.words[0], "begin") == 0) {
		send_begin(processes, &line);
	} else {
		fputs(text, processes[line.process].lines);
	}
	fflush(processes[line.process].lines);
	wait_for_answer(&processes[line.process]);
}

int main(int argc, char **argv)
{
	struct process processes[MAX_PROCESSES] = { { 0 } };
	char text[MAX_LINE];

	if (argc < 2) {
		fail("usage: trace-maker LIBALLOCSPAN-TP.SO <SCRIPT");
	}
	library_path = argv[argc - 1];
	if (argc == 3) {
		return run_process();
	}
	while (fgets(text, sizeof(text), stdin)) {
		if (!is_shell_line(text)) {
			dispatch(processes, text);
		} else if (system(text + strlen("shell ")) != 0) {
			fail("failed: %s", text);
		}
	}
	for (size_t i = 0; i < MAX_PROCESSES; i++) {
		if (processes[i].pid) {
			end_process(&processes[i]);
		}
	}
	return EXIT_SUCCESS;
}
