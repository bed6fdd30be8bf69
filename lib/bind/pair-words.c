/* SPDX-License-Identifier: MIT */
/*
 * See pair-words.h.
 */
#include "pair-words.h"

#include <string.h>

static const struct {
	const char *begin;
	const char *end;
} pairs[] = {
	{ "start", "end" },	  { "start", "stop" },	     { "start", "finish" },
	{ "start", "done" },	  { "start", "complete" },   { "started", "finished" },
	{ "started", "ended" },	  { "started", "stopped" },  { "began", "finished" },
	{ "begin", "end" },	  { "begin", "done" },	     { "begin", "finish" },
	{ "began", "ended" },	  { "enter", "exit" },	     { "enter", "leave" },
	{ "enter", "return" },	  { "enter", "end" },	     { "entry", "exit" },
	{ "entry", "return" },	  { "entry", "leave" },	     { "entry", "end" },
	{ "before", "after" },	  { "pre", "post" },	     { "open", "close" },
	{ "acquire", "release" }, { "push", "pop" },	     { "call", "return" },
	{ "in", "out" },	  { "execute", "executed" },
};

#define PAIR_COUNT (sizeof(pairs) / sizeof(pairs[0]))

static bool is_boundary(char character)
{
	return character == '\0' || character == '_';
}

/* Where a whole word of a name stands; NULL if it does not. */
static const char *find_word(const char *name, const char *word)
{
	size_t length = strlen(word);
	const char *found = name;

	while ((found = strstr(found, word)) != NULL) {
		if ((found == name || found[-1] == '_') && is_boundary(found[length])) {
			return found;
		}
		found += length;
	}
	return NULL;
}

static bool differ_in(const char *begin, const char *begin_word, const char *end,
		      const char *end_word)
{
	const char *begin_at = find_word(begin, begin_word);
	const char *end_at = find_word(end, end_word);

	return begin_at && end_at && begin_at - begin == end_at - end &&
	       strncmp(begin, end, (size_t) (begin_at - begin)) == 0 &&
	       strcmp(begin_at + strlen(begin_word), end_at + strlen(end_word)) == 0;
}

bool aspan_bind_is_pair(const char *begin, const char *end)
{
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		if (differ_in(begin, pairs[i].begin, end, pairs[i].end)) {
			return true;
		}
	}
	return false;
}

/* The name without the word at `word` and one of the underscores beside it. */
static size_t cut_word(const char *name, const char *word, size_t word_length, char *stem,
		       size_t stem_bytes)
{
	const char *rest = word + word_length;
	size_t before = (size_t) (word - name);
	size_t length;

	if (before > 0) {
		before--;
	} else if (*rest == '_') {
		rest++;
	}
	if (before >= stem_bytes) {
		before = stem_bytes - 1;
	}
	memcpy(stem, name, before);
	length = strnlen(rest, stem_bytes - 1 - before);
	memcpy(stem + before, rest, length);
	stem[before + length] = '\0';
	return before + length;
}

size_t aspan_bind_stem(const char *begin, char *stem, size_t stem_bytes)
{
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		const char *word = find_word(begin, pairs[i].begin);

		if (word) {
			return cut_word(begin, word, strlen(pairs[i].begin), stem, stem_bytes);
		}
	}
	stem[0] = '\0';
	return 0;
}
