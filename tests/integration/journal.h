/* SPDX-License-Identifier: MIT */
/*
 * A program's own account of what it does, to compare its trace with.
 *
 * Every operation below is done and written down: one line for each event that must be in the trace, with all its
 * fields, under the thread's id. The lines of a thread are in its order. trace-lines.awk writes a trace the
 * same way, so the two must be equal to the byte, thread by thread.
 *
 * Rules:
 * - the account is kept apart from what is tested: a model of each thread's stack says which group and span are active,
 *   and the program's own blocks say who owns them;
 * - nothing here allocates, so that every event is of an operation that was written down.
 */
#ifndef TEST_INTEGRATION_JOURNAL_H
#define TEST_INTEGRATION_JOURNAL_H

#include <allocspan/allocspan.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define JOURNAL_BYTES ((size_t) 512 << 20)
#define JOURNAL_THREADS 64
#define JOURNAL_DEPTH 64

struct group {
	struct allocspan_token *token;
	uint64_t id;
	const char *name;
	const char *tags; /* as the trace must have them */
};

struct block {
	void *ptr;
	size_t size;
	struct group *owner; /* NULL if it must not be tracked */
};

/* An entry of the model stack. */
struct entered {
	struct allocspan_guard guard;
	struct group *group;
	bool leaves_group; /* a span without a token */
	struct allocspan_span *span; /* NULL for a token or an untracked period */
	const char *name;
	uint64_t group_id_at_enter;
	bool is_context;
	uint64_t alloc_count, alloc_bytes, free_count, free_bytes; /* the thread's at the time */
};

struct journal {
	pid_t tid;
	char *text;
	size_t used;
	size_t depth;
	struct entered stack[JOURNAL_DEPTH];
	uint64_t alloc_count, alloc_bytes, free_count, free_bytes;
};

static struct journal journals[JOURNAL_THREADS];
static size_t journal_count;
static __thread struct journal *journal_mine;
/* What no group owns belongs to it; NULL while root tracking is off. */
static struct group *journal_root;

static inline void journal_fail(const char *what)
{
	fprintf(stderr, "journal: %s\n", what);
	_exit(99);
}

static inline struct journal *journal_get(void)
{
	struct journal *mine = journal_mine;

	if (mine == NULL) {
		mine = &journals[__atomic_fetch_add(&journal_count, 1, __ATOMIC_RELAXED)];
		if (mine >= &journals[JOURNAL_THREADS]) {
			journal_fail("too many threads");
		}
		mine->text = (char *) mmap(NULL, JOURNAL_BYTES, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (mine->text == MAP_FAILED) {
			journal_fail("no memory");
		}
		mine->tid = (pid_t) syscall(SYS_gettid);
		journal_mine = mine;
	}
	return mine;
}

__attribute__((format(printf, 1, 2))) static inline void journal_line(const char *format, ...)
{
	struct journal *mine = journal_get();
	va_list arguments;

	mine->used += (size_t) snprintf(mine->text + mine->used, 32, "%d ", mine->tid);
	va_start(arguments, format);
	mine->used += (size_t) vsnprintf(mine->text + mine->used, JOURNAL_BYTES - mine->used - 2,
					 format, arguments);
	va_end(arguments);
	mine->text[mine->used++] = '\n';
}

/*
 * Writes all lines to the file that ALLOCSPAN_TEST_JOURNAL names, with a suffix. No other thread may be at
 * work, and no group active.
 */
static inline void journal_write_as(const char *suffix)
{
	const char *path = getenv("ALLOCSPAN_TEST_JOURNAL");
	char name[4096];
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", path != NULL ? path : "/dev/stdout", suffix);
	file = fopen(name, "w");

	if (file == NULL) {
		journal_fail("cannot be written");
	}
	for (size_t i = 0; i < journal_count; i++) {
		fwrite(journals[i].text, 1, journals[i].used, file);
	}
	if (fclose(file) != 0) {
		journal_fail("cannot be written");
	}
}

static inline void journal_write(void)
{
	journal_write_as("");
}

static inline struct group *model_group(void)
{
	const struct journal *mine = journal_get();

	for (size_t i = mine->depth; i > 0; i--) {
		if (!mine->stack[i - 1].leaves_group) {
			return mine->stack[i - 1].group;
		}
	}
	return journal_root;
}

static inline uint64_t id_of(const struct group *group)
{
	return group != NULL ? group->id : 0;
}

static inline uint64_t model_span_id(void)
{
	const struct journal *mine = journal_get();

	for (size_t i = mine->depth; i > 0; i--) {
		if (mine->stack[i - 1].span != NULL || mine->stack[i - 1].is_context) {
			return allocspan_span_id(mine->stack[i - 1].span);
		}
	}
	return 0;
}

static inline struct entered *model_push(void)
{
	struct journal *mine = journal_get();
	struct entered *entered;

	if (mine->depth == JOURNAL_DEPTH) {
		journal_fail("entered too deep");
	}
	entered = &mine->stack[mine->depth++];
	memset(entered, 0, sizeof(*entered));
	entered->alloc_count = mine->alloc_count;
	entered->alloc_bytes = mine->alloc_bytes;
	entered->free_count = mine->free_count;
	entered->free_bytes = mine->free_bytes;
	return entered;
}

static inline void group_register(struct group *group, const char *name,
				  const struct allocspan_tag *tags, size_t tag_count,
				  const char *tag_string)
{
	group->token = allocspan_token_register(name, tags, tag_count);
	if (group->token == NULL) {
		journal_fail("a group cannot be registered");
	}
	group->id = allocspan_token_id(group->token);
	group->name = name;
	group->tags = tag_string;
	journal_line("group_register group_id=%lu name=%s tags=%s", group->id, name, tag_string);
}

static inline void group_release(struct group *group)
{
	journal_line("group_release group_id=%lu name=%s tags=%s", group->id, group->name,
		     group->tags);
	allocspan_token_release(group->token);
}

static inline void enter_group(struct group *group)
{
	struct entered *entered = model_push();

	entered->group = group;
	entered->guard = allocspan_token_enter(group->token);
}

static inline void enter_untracked(void)
{
	struct entered *entered = model_push();

	entered->guard = allocspan_untracked_enter();
}

/* `group` is that of the attached token, NULL if there is none. */
static inline void enter_span(struct allocspan_span *span, const char *name, struct group *group)
{
	const uint64_t parent_id = model_span_id();
	struct entered *entered = model_push();

	entered->span = span;
	entered->name = name;
	entered->group = group;
	entered->leaves_group = group == NULL;
	entered->group_id_at_enter = id_of(model_group());
	journal_line("span_enter span_id=%lu parent_span_id=%lu name=%s group_id=%lu tags=%s",
		     allocspan_span_id(span), parent_id, name, entered->group_id_at_enter,
		     model_group() != NULL ? model_group()->tags : "");
	entered->guard = allocspan_span_enter(span);
}

/* What was captured where `group` and `span` were active. */
static inline void enter_context(const struct allocspan_context *context, struct group *group,
				 struct allocspan_span *span)
{
	struct entered *entered = model_push();

	entered->group = group;
	entered->span = span;
	entered->is_context = true;
	entered->guard = allocspan_context_enter(context);
}

static inline void model_exit_line(const struct journal *mine, const struct entered *entered)
{
	if (entered->span == NULL || entered->is_context) {
		return;
	}
	journal_line(
		"span_exit span_id=%lu name=%s group_id=%lu alloc_count=%lu alloc_bytes=%lu "
		"free_count=%lu free_bytes=%lu",
		allocspan_span_id(entered->span), entered->name, entered->group_id_at_enter,
		mine->alloc_count - entered->alloc_count, mine->alloc_bytes - entered->alloc_bytes,
		mine->free_count - entered->free_count, mine->free_bytes - entered->free_bytes);
}

/* Exits the entry with this index; 0 is the outermost. */
static inline void exit_entry(size_t index)
{
	struct journal *mine = journal_get();
	struct allocspan_guard guard = mine->stack[index].guard;

	model_exit_line(mine, &mine->stack[index]);
	mine->depth--;
	memmove(&mine->stack[index], &mine->stack[index + 1],
		(mine->depth - index) * sizeof(mine->stack[0]));
	allocspan_guard_exit(&guard);
	if (allocspan_current_group_id() != id_of(model_group()) ||
	    allocspan_current_span_id() != model_span_id()) {
		journal_fail("another group or span is active than should be");
	}
}

static inline void exit_innermost(void)
{
	exit_entry(journal_get()->depth - 1);
}

static inline void journal_allocated(struct block *block, void *ptr, size_t size, const char *kind)
{
	struct journal *mine = journal_get();

	block->ptr = ptr;
	block->size = size;
	block->owner = ptr != NULL ? model_group() : NULL;
	if (block->owner != NULL) {
		mine->alloc_count++;
		mine->alloc_bytes += size;
		journal_line("alloc ptr=0x%lX size=%lu group_id=%lu span_id=%lu kind=%s tags=%s",
			     (unsigned long) ptr, size, block->owner->id, model_span_id(), kind,
			     block->owner->tags);
	}
}

/* Call before the block is freed. */
static inline void journal_freed(const struct block *block, const char *kind)
{
	struct journal *mine = journal_get();

	if (block->owner != NULL) {
		mine->free_count++;
		mine->free_bytes += block->size;
		journal_line(
			"free ptr=0x%lX size=%lu delta=%ld source_group_id=%lu current_group_id=%lu "
			"span_id=%lu kind=%s tags=%s",
			(unsigned long) block->ptr, block->size, -(long) block->size,
			block->owner->id, id_of(model_group()), model_span_id(), kind,
			block->owner->tags);
	}
}

static inline void do_malloc(struct block *block, size_t size)
{
	journal_allocated(block, malloc(size), size, "malloc");
}

static inline void do_calloc(struct block *block, size_t count, size_t size)
{
	journal_allocated(block, calloc(count, size), count * size, "calloc");
}

static inline void do_memalign(struct block *block, size_t alignment, size_t size)
{
	void *ptr = NULL;

	if (posix_memalign(&ptr, alignment, size) != 0) {
		journal_fail("no memory");
	}
	journal_allocated(block, ptr, size, "memalign");
}

static inline void do_free(struct block *block)
{
	journal_freed(block, "malloc");
	free(block->ptr);
	*block = (struct block){ NULL, 0, NULL };
}

/* A free of the old block, then an allocation of the new one. */
static inline void do_realloc(struct block *block, size_t size)
{
	if (block->ptr != NULL) {
		journal_freed(block, "realloc");
	}
	journal_allocated(block, realloc(block->ptr, size), size, "realloc");
}

/* What allocspan_token_stats() says at the end; recorded-check.sh compares it with the last group_stats. */
static inline void journal_stats(const struct group *group)
{
	struct allocspan_stats stats;

	allocspan_token_stats(group->token, &stats);
	journal_line("group_stats group_id=%lu name=%s tags=%s live_blocks=%lu live_bytes=%lu "
		     "alloc_count=%lu alloc_bytes=%lu free_count=%lu free_bytes=%lu",
		     group->id, group->name, group->tags, stats.live_blocks, stats.live_bytes,
		     stats.alloc_count, stats.alloc_bytes, stats.free_count, stats.free_bytes);
}

#endif
