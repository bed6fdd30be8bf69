/* SPDX-License-Identifier: MIT */
/*
 * What a report shall answer: the words of --by and --show.
 *
 * A tag's key may hold anything; a comma or a backslash in it is written with a backslash before it.
 */
#include "questions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TAG_PREFIX "tag:"

static const char *const dimension_words[] = {
#define WORD(symbol, word, title) [ASPAN_BY_##symbol] = #word,
	ASPAN_DIMENSIONS(WORD)
#undef WORD
};

static const char *const extra_words[] = {
#define WORD(symbol, word) [ASPAN_SHOW_##symbol] = #word,
	ASPAN_EXTRAS(WORD)
#undef WORD
};

static const char *const sort_words[] = {
#define WORD(symbol, word) [ASPAN_SORT_##symbol] = #word,
	ASPAN_SORTS(WORD)
#undef WORD
};

const char *aspan_dimension_get_title(enum aspan_dimension dimension)
{
	static const char *const titles[] = {
#define TITLE(symbol, word, title) [ASPAN_BY_##symbol] = title,
		ASPAN_DIMENSIONS(TITLE)
#undef TITLE
	};

	return titles[dimension];
}

const char *aspan_dimension_get_word(enum aspan_dimension dimension)
{
	return dimension_words[dimension];
}

/* How many letters must be changed, added or left out; bounded, as words are short. */
static unsigned int count_slips(const char *a, size_t a_length, const char *b)
{
	enum { MAX = 24 };
	unsigned int above[MAX + 1], row[MAX + 1];
	size_t b_length = strlen(b);

	if (a_length > MAX || b_length > MAX) {
		return MAX;
	}
	for (size_t j = 0; j <= b_length; j++) {
		above[j] = (unsigned int) j;
	}
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = (unsigned int) i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned int least = above[j - 1] + (a[i - 1] != b[j - 1]);

			least = above[j] + 1 < least ? above[j] + 1 : least;
			row[j] = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
		}
		memcpy(above, row, sizeof(row));
	}
	return above[b_length];
}

/* The word that is nearest, or NULL if none is near. */
static const char *find_near(const char *text, size_t length, const char *const *words,
			     size_t word_count)
{
	unsigned int least = 3;
	const char *near = NULL;

	for (size_t i = 0; i < word_count; i++) {
		unsigned int slips = count_slips(text, length, words[i]);

		if (slips < least && slips < strlen(words[i])) {
			least = slips;
			near = words[i];
		}
	}
	return near;
}

static int complain(char *message, size_t message_bytes, const char *option, const char *text,
		    size_t length, const char *const *words, size_t word_count,
		    const char *expected)
{
	const char *near = find_near(text, length, words, word_count);

	if (near) {
		snprintf(message, message_bytes, "--%s cannot be '%.*s'; did you mean '%s'?",
			 option, (int) length, text, near);
	} else {
		snprintf(message, message_bytes, "--%s cannot be '%.*s': it is %s", option,
			 (int) length, text, expected);
	}
	return -EINVAL;
}

/* Up to the next comma that has no backslash before it. */
static size_t get_word_length(const char *text)
{
	size_t length = 0;

	while (text[length] && text[length] != ',') {
		length += text[length] == '\\' && text[length + 1] ? 2 : 1;
	}
	return length;
}

static int copy_tag_key(struct aspan_breakdown_key *key, const char *text, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 1 < length) {
			i++;
		}
		if (used == sizeof(key->tag_key) - 1) {
			return -ENAMETOOLONG;
		}
		key->tag_key[used++] = text[i];
	}
	key->tag_key[used] = '\0';
	return used ? 0 : -EINVAL;
}

static int parse_key(struct aspan_breakdown_key *key, const char *text, size_t length,
		     char *message, size_t message_bytes)
{
	size_t prefix = strlen(TAG_PREFIX);

	*key = (struct aspan_breakdown_key){ 0 };
	if (length >= prefix && strncmp(text, TAG_PREFIX, prefix) == 0) {
		int result = copy_tag_key(key, text + prefix, length - prefix);

		key->dimension = ASPAN_BY_TAG;
		if (result) {
			snprintf(message, message_bytes,
				 result == -EINVAL ?
					 "--by: name the tag's key: 'tag:KEY'" :
					 "--by: the tag's key is longer than a key can be");
		}
		return result ? -EINVAL : 0;
	}
	for (size_t i = 0; i < ASPAN_DIMENSION_COUNT; i++) {
		if (i != ASPAN_BY_TAG && strlen(dimension_words[i]) == length &&
		    strncmp(text, dimension_words[i], length) == 0) {
			key->dimension = (enum aspan_dimension) i;
			return 0;
		}
	}
	if (length == strlen("tag") && strncmp(text, "tag", length) == 0) {
		snprintf(message, message_bytes, "--by: name the tag's key: 'tag:KEY'");
		return -EINVAL;
	}
	return complain(message, message_bytes, "by", text, length, dimension_words,
			ASPAN_DIMENSION_COUNT,
			"group, tag:KEY, span, thread, process, host or callsite (a tag's key has "
			"'tag:' before it), or two of them with a comma between");
}

static bool is_same_key(const struct aspan_breakdown_key *a, const struct aspan_breakdown_key *b)
{
	return a->dimension == b->dimension && strcmp(a->tag_key, b->tag_key) == 0;
}

bool aspan_breakdown_is_same(const struct aspan_breakdown_question *a,
			     const struct aspan_breakdown_question *b)
{
	bool is_same = a->key_count == b->key_count;

	for (size_t i = 0; is_same && i < a->key_count; i++) {
		is_same = is_same_key(&a->keys[i], &b->keys[i]);
	}
	return is_same;
}

static int add(struct aspan_questions *questions, const struct aspan_breakdown_question *added,
	       char *message, size_t message_bytes)
{
	for (size_t i = 0; i < questions->breakdown_count; i++) {
		if (aspan_breakdown_is_same(&questions->breakdowns[i], added)) {
			return 0;
		}
	}
	/* Room stays for the row of everything and for the tags that are found. */
	if (questions->breakdown_count == ASPAN_BREAKDOWNS_MAX - 1 - ASPAN_FOUND_TAG_KEYS_MAX) {
		snprintf(message, message_bytes, "--by: at most %zu breakdowns in one report",
			 questions->breakdown_count);
		return -EINVAL;
	}
	questions->breakdowns[questions->breakdown_count++] = *added;
	return 0;
}

int aspan_questions_add_breakdown(struct aspan_questions *questions, const char *text,
				  char *message, size_t message_bytes)
{
	struct aspan_breakdown_question added = { .key_count = 0 };

	for (;;) {
		size_t length = get_word_length(text);
		int result;

		if (added.key_count == ASPAN_BREAKDOWN_KEYS_MAX) {
			snprintf(message, message_bytes, "--by takes at most %d at once",
				 ASPAN_BREAKDOWN_KEYS_MAX);
			return -EINVAL;
		}
		result = parse_key(&added.keys[added.key_count], text, length, message,
				   message_bytes);
		if (result) {
			return result;
		}
		added.key_count++;
		if (!text[length]) {
			break;
		}
		text += length + 1;
	}
	if (added.key_count == 2 && is_same_key(&added.keys[0], &added.keys[1])) {
		added.key_count = 1;
	}
	return add(questions, &added, message, message_bytes);
}

#define EVERY_EXTRA ((1U << ASPAN_EXTRA_COUNT) - 1)

static unsigned int find_extra(const char *text, size_t length)
{
	if (length == strlen("all") && strncmp(text, "all", length) == 0) {
		return EVERY_EXTRA;
	}
	for (unsigned int i = 0; i < ASPAN_EXTRA_COUNT; i++) {
		if (strlen(extra_words[i]) == length &&
		    strncmp(text, extra_words[i], length) == 0) {
			return 1U << i;
		}
	}
	return 0;
}

int aspan_questions_add_extras(struct aspan_questions *questions, const char *text, char *message,
			       size_t message_bytes)
{
	for (;; text++) {
		size_t length = get_word_length(text);
		unsigned int extra = find_extra(text, length);

		if (!extra) {
			return complain(
				message, message_bytes, "show", text, length, extra_words,
				ASPAN_EXTRA_COUNT,
				"rates, sizes, lifetimes, leaks, peak, handover, spans, growth, "
				"timeline, stacks or all, with commas between");
		}
		questions->extras |= extra;
		text += length;
		if (!*text) {
			return 0;
		}
	}
}

int aspan_questions_set_sort(struct aspan_questions *questions, const char *text, char *message,
			     size_t message_bytes)
{
	for (unsigned int i = 0; i < ASPAN_SORT_COUNT; i++) {
		if (strcmp(text, sort_words[i]) == 0) {
			questions->sort = i;
			return 0;
		}
	}
	return complain(message, message_bytes, "sort", text, strlen(text), sort_words,
			ASPAN_SORT_COUNT,
			"peak, allocs, bytes, frees, live, foreign, temporary, leaked or name");
}

void aspan_questions_want_all(struct aspan_questions *questions)
{
	static const enum aspan_dimension dimensions[] = {
		ASPAN_BY_GROUP,	  ASPAN_BY_SPAN, ASPAN_BY_THREAD,
		ASPAN_BY_PROCESS, ASPAN_BY_HOST, ASPAN_BY_CALLSITE,
	};
	char message[1];

	for (size_t i = 0; i < sizeof(dimensions) / sizeof(dimensions[0]); i++) {
		aspan_questions_add_breakdown(questions, dimension_words[dimensions[i]], message,
					      sizeof(message));
	}
	/* By the names of groups alone, whatever else their tags say. */
	aspan_questions_add_breakdown(questions, "tag:group", message, sizeof(message));
	questions->wants_found_tags = true;
	questions->extras = EVERY_EXTRA;
}

static size_t append_key(char *text, const struct aspan_breakdown_key *key)
{
	size_t length = 0;

	if (key->dimension != ASPAN_BY_TAG) {
		return (size_t) sprintf(text, "%s", dimension_words[key->dimension]);
	}
	length = (size_t) sprintf(text, TAG_PREFIX);
	for (const char *in = key->tag_key; *in; in++) {
		if (*in == ',' || *in == '\\') {
			text[length++] = '\\';
		}
		text[length++] = *in;
	}
	text[length] = '\0';
	return length;
}

char *aspan_breakdown_get_text(const struct aspan_breakdown_question *question,
			       char text[ASPAN_BREAKDOWN_TEXT_SIZE])
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < question->key_count; i++) {
		if (i > 0) {
			text[length++] = ',';
		}
		length += append_key(text + length, &question->keys[i]);
	}
	return text;
}
