/* SPDX-License-Identifier: MIT */
/*
 * A program without tracepoints: it counts words, and is built with -finstrument-functions. Debian's
 * liblttng-ust-cyg-profile-fast makes an event of each function that is entered and left, and a binding makes a group of
 * each function. README.md shows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
	struct word *next;
	unsigned int count;
	char text[];
};

static const char *const lines[] = {
	"the quick brown fox jumps over the lazy dog",
	"the dog sleeps",
	"over the hills and far away",
};

static struct word *words;

static struct word *find_word(const char *text)
{
	struct word *word = words;

	while (word && strcmp(word->text, text) != 0) {
		word = word->next;
	}
	return word;
}

/* Keeps a word for ever. */
static struct word *add_word(const char *text)
{
	size_t bytes = strlen(text) + 1;
	struct word *word = malloc(sizeof(*word) + bytes);

	if (!word) {
		perror("function-groups");
		exit(EXIT_FAILURE);
	}
	memcpy(word->text, text, bytes);
	word->count = 0;
	word->next = words;
	words = word;
	return word;
}

static void count_word(const char *text)
{
	struct word *word = find_word(text);

	if (!word) {
		word = add_word(text);
	}
	word->count++;
}

/* Takes the line apart in a copy, which it gives back. */
static void count_line(const char *line)
{
	char *copy = strdup(line);
	char *rest = copy;
	const char *text;

	if (!copy) {
		perror("function-groups");
		exit(EXIT_FAILURE);
	}
	while ((text = strsep(&rest, " ")) != NULL) {
		count_word(text);
	}
	free(copy);
}

int main(void)
{
	unsigned int known = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		count_line(lines[i]);
	}
	for (const struct word *word = words; word; word = word->next) {
		known++;
	}
	printf("%u words, 'the' %u times\n", known, find_word("the")->count);
	return 0;
}
