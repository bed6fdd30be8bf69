/* SPDX-License-Identifier: MIT */
/*
 * A program that runs while sessions come and go. It does as it reads from its standard input, a word a line, and answers each with
 * a line: `work`, `recording`, `silence` (what is recorded from here on, for the journal) and `end`.
 */
#include "journal.h"

enum { BLOCKS = 50 };

static struct group busy, idle;
static struct allocspan_span *span;
static struct block blocks[BLOCKS];
static struct block kept;

/* Most blocks live from one round to the next, and so across the start or the stop of a session. */
static void work(void)
{
	static unsigned int round;

	round++;
	enter_span(span, "work", NULL);
	enter_group(&busy);
	for (unsigned int i = 0; i < BLOCKS; i++) {
		struct block *block = &blocks[(i * 7 + round) % BLOCKS];

		if (block->ptr == NULL) {
			do_malloc(block, i * round % 301);
		} else if (i % 3 == 0) {
			do_realloc(block, i + round);
		} else {
			do_free(block);
		}
	}
	exit_innermost();
	exit_innermost();
}

int main(void)
{
	char word[32];

	group_register(&busy, "busy", NULL, 0, ",group=busy,");
	group_register(&idle, "idle", NULL, 0, ",group=idle,");
	span = allocspan_span_create("work");
	enter_group(&idle);
	do_malloc(&kept, 12345);
	exit_innermost();
	journal_stats(&idle);

	while (fgets(word, sizeof(word), stdin) != NULL) {
		word[strcspn(word, "\n")] = 0;
		if (strcmp(word, "work") == 0) {
			work();
		} else if (strcmp(word, "end") == 0) {
			break;
		} else {
			journal_line("%s", word);
		}
		puts("done");
		fflush(stdout);
	}
	journal_stats(&busy);
	journal_write();
	return EXIT_SUCCESS;
}
