/* SPDX-License-Identifier: MIT */
/*
 * Several threads enter tokens, spans and untracked periods in any order, exit them in any order, and allocate,
 * reallocate and free blocks of a table that they share, so that most blocks end in another group and on another
 * thread. Everything is written down (journal.h).
 *
 * Usage: recorded-mix [STEPS [turns]]: how many steps each thread does. With `turns`, for each line of standard input anew, and
 * then answers with a line: `done`.
 */
#include "journal.h"

#include <pthread.h>

enum { THREADS = 4, GROUPS = 4, SPANS = 4, BLOCKS = 256, DEPTH = 12 };

static struct group groups[GROUPS];

static struct {
	struct allocspan_span *span;
	const char *name;
	struct group *group;
} spans[SPANS] = {
	{ NULL, "bare", NULL },
	{ NULL, "parse", &groups[0] },
	{ NULL, "name with, \"quotes\" and \\", &groups[1] },
	{ NULL, "bare too", NULL },
};

static struct {
	pthread_mutex_t lock;
	struct block block;
} table[BLOCKS];

static unsigned long steps = 5000;

/* The threads work between the two, all at once. */
static pthread_barrier_t turn_begins, turn_ends;
/* Set before the last turn_begins, which is none. */
static bool is_over;

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static size_t any_size(uint32_t random)
{
	/* Mostly small, some with pages of their own. */
	return random % 97 == 0 ? random % 1000000 : random % 700;
}

static void step_on_block(struct block *block, uint32_t random)
{
	const size_t size = any_size(random >> 3);

	if (block->ptr == NULL) {
		switch (random % 4) {
		case 0:
			do_malloc(block, size);
			break;
		case 1:
			do_calloc(block, 3, size);
			break;
		case 2:
			do_memalign(block, 64, size);
			break;
		default:
			do_realloc(block, size + 1);
			break;
		}
	} else if (random % 3 == 0) {
		/* Grows or shrinks; to nothing it would be a free. */
		do_realloc(block, size + 1);
	} else {
		do_free(block);
	}
}

static void step_on_stack(uint32_t random)
{
	const size_t depth = journal_get()->depth;
	const uint32_t which = random >> 4 & 3;

	if (depth > 0 && (depth == DEPTH || random % 2 == 0)) {
		exit_entry(random >> 4 & 1 ? depth - 1 : (random >> 5) % depth);
	} else if (random >> 6 & 1) {
		enter_span(spans[which].span, spans[which].name, spans[which].group);
	} else if (random >> 7 & 7) {
		enter_group(&groups[which]);
	} else {
		enter_untracked();
	}
}

static void work_a_turn(uint32_t *random)
{
	for (unsigned long i = 0; i < steps; i++) {
		const uint32_t what = next_random(random);

		if (what % 4 == 0) {
			step_on_stack(next_random(random));
		} else {
			const size_t which = next_random(random) % BLOCKS;

			pthread_mutex_lock(&table[which].lock);
			step_on_block(&table[which].block, next_random(random));
			pthread_mutex_unlock(&table[which].lock);
		}
	}
}

static void *work(void *seed)
{
	uint32_t random = (uint32_t) (uintptr_t) seed;

	for (;;) {
		pthread_barrier_wait(&turn_begins);
		if (is_over) {
			break;
		}
		work_a_turn(&random);
		pthread_barrier_wait(&turn_ends);
	}
	while (journal_get()->depth > 0) {
		exit_innermost();
	}
	return NULL;
}

static void take_a_turn(void)
{
	pthread_barrier_wait(&turn_begins);
	pthread_barrier_wait(&turn_ends);
}

static void take_turns_as_told(void)
{
	char line[32];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		take_a_turn();
		puts("done");
		fflush(stdout);
	}
}

static void make_groups(void)
{
	static const struct allocspan_tag tenant_42[] = { { "tenant", "42" } };
	static const struct allocspan_tag tenant_421[] = { { "tenant", "421" }, { "region", "" } };
	static const struct allocspan_tag escapes[] = { { "a=b", "c,d" }, { "e\\", "f\"g" } };

	group_register(&groups[0], "parser", NULL, 0, ",group=parser,");
	group_register(&groups[1], "cache", tenant_42, 1, ",group=cache,tenant=42,");
	group_register(&groups[2], "parser", tenant_421, 2, ",group=parser,tenant=421,region=,");
	group_register(&groups[3], "na,me", escapes, 2, ",group=na\\,me,a\\=b=c\\,d,e\\\\=f\"g,");
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc > 1) {
		steps = strtoul(argv[1], NULL, 10);
	}
	make_groups();
	for (int i = 0; i < SPANS; i++) {
		spans[i].span = allocspan_span_create(spans[i].name);
		if (spans[i].group != NULL) {
			allocspan_span_attach(spans[i].span, spans[i].group->token);
		}
	}
	for (int i = 0; i < BLOCKS; i++) {
		pthread_mutex_init(&table[i].lock, NULL);
	}
	pthread_barrier_init(&turn_begins, NULL, THREADS + 1);
	pthread_barrier_init(&turn_ends, NULL, THREADS + 1);
	for (uintptr_t i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, work, (void *) (i + 1));
	}
	if (argc > 2) {
		take_turns_as_told();
	} else {
		take_a_turn();
	}
	is_over = true;
	pthread_barrier_wait(&turn_begins);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	for (int i = 0; i < BLOCKS; i += 2) {
		do_free(&table[i].block);
	}
	for (int i = 0; i < GROUPS; i++) {
		journal_stats(&groups[i]);
	}
	journal_write();
	return allocspan_missed_count() == 0 && allocspan_misuse_count() == 0 ? EXIT_SUCCESS :
										EXIT_FAILURE;
}
