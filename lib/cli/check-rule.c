/* SPDX-License-Identifier: MIT */
/*
 * Parses a rule of `allocspan check`: from left to right, one function for each part of the grammar.
 */
#include "check-rule.h"

#include "check-limit.h"
#include "check-reader.h"
#include "near-word.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct aspan_check_metric_info metrics[] = {
#define METRIC(symbol, word, member, is_bytes, adds_up, bound)                                     \
	{ word, member, is_bytes, adds_up, ASPAN_BOUND_##bound },
	ASPAN_CHECK_METRICS(METRIC)
#undef METRIC
};

static const struct {
	const char *word, *by;
} subjects[] = {
#define SUBJECT(symbol, word, by) { word, by },
	ASPAN_CHECK_SUBJECTS(SUBJECT)
#undef SUBJECT
};

static const char *const operators[] = {
#define OPERATOR(symbol, text) text,
	ASPAN_CHECK_OPERATORS(OPERATOR)
#undef OPERATOR
};

struct parser {
	struct aspan_check_rule *rule;
	struct aspan_check_reader reader;
};

const struct aspan_check_metric_info *aspan_check_metric_get_info(enum aspan_check_metric metric)
{
	return &metrics[metric];
}

const char *aspan_check_subject_get_word(enum aspan_check_subject subject)
{
	return subject == ASPAN_SUBJECT_NAME	  ? "group" :
	       subject == ASPAN_SUBJECT_SPAN_ONLY ? "span" :
						    subjects[subject].word;
}

void aspan_check_rule_fini(struct aspan_check_rule *rule)
{
	free(rule->text);
	free(rule->key);
	free(rule->name);
	free(rule->by);
	*rule = (struct aspan_check_rule){ 0 };
}

/* Reads this character, or complains that it is missing `where`. */
static int expect(struct parser *parser, char c, const char *where)
{
	aspan_check_reader_skip_space(&parser->reader);
	if (*parser->reader.at != c) {
		return aspan_check_reader_complain(&parser->reader,
						   "'%c' is missing %s, before '%.20s'", c, where,
						   parser->reader.at);
	}
	parser->reader.at++;
	return 0;
}

static int parse_metric(struct parser *parser)
{
	struct aspan_near_word near;
	char word[ASPAN_CHECK_WORD_SIZE];

	aspan_check_reader_read_word(&parser->reader, word);
	near = (struct aspan_near_word){ .typed = word };
	for (unsigned int i = 0; i < ASPAN_METRIC_COUNT; i++) {
		if (strcmp(metrics[i].word, word) == 0) {
			parser->rule->metric = (enum aspan_check_metric) i;
			return expect(parser, '(', "after what is measured");
		}
		aspan_near_word_offer(&near, metrics[i].word);
	}
	if (near.nearest) {
		return aspan_check_reader_complain(
			&parser->reader,
			"nothing is measured that is called '%s'; did you mean '%s'?", word,
			near.nearest);
	}
	return aspan_check_reader_complain(
		&parser->reader,
		"a rule begins with what is measured, as in 'peak(parser) < 64MiB'; "
		"'%s' is not (allocspan-check(1) has the list)",
		word);
}

/* The kind of subject before a colon; NAME if there is none, COUNT if the word is none. */
static enum aspan_check_subject read_kind(struct parser *parser, char word[ASPAN_CHECK_WORD_SIZE])
{
	struct aspan_check_reader ahead = parser->reader;
	unsigned int kind = 0;

	aspan_check_reader_read_word(&ahead, word);
	if (*ahead.at != ':') {
		return ASPAN_SUBJECT_NAME;
	}
	parser->reader.at = ahead.at + 1;
	while (kind < ASPAN_SUBJECT_COUNT &&
	       (strcmp(subjects[kind].word, word) != 0 || kind == ASPAN_SUBJECT_TOTAL)) {
		kind++;
	}
	return (enum aspan_check_subject) kind;
}

static int complain_of_kind(struct parser *parser, const char *word)
{
	struct aspan_near_word near = { .typed = word };

	for (unsigned int i = ASPAN_SUBJECT_NAME + 1; i < ASPAN_SUBJECT_COUNT; i++) {
		aspan_near_word_offer(&near, subjects[i].word);
	}
	if (near.nearest) {
		return aspan_check_reader_complain(&parser->reader,
						   "there is no '%s:'; did you mean '%s:'?", word,
						   near.nearest);
	}
	return aspan_check_reader_complain(
		&parser->reader,
		"there is no '%s:'; a group whose name has a colon is written in quotes", word);
}

static int parse_tag(struct parser *parser)
{
	struct aspan_check_rule *rule = parser->rule;

	rule->key = aspan_check_reader_read_name(&parser->reader, "=)");
	if (!rule->key) {
		return -ENOMEM;
	}
	return *rule->key ? expect(parser, '=', "between a tag's key and its value") :
			    aspan_check_reader_complain(&parser->reader,
							"a tag is written tag:KEY=VALUE");
}

/* As --by takes a key: with a backslash before a comma and a backslash. */
static char *make_tag_breakdown(const char *key)
{
	char *by = malloc(strlen("tag:") + 2 * strlen(key) + 1);
	char *out = by ? stpcpy(by, "tag:") : NULL;

	for (; out && *key; key++) {
		if (*key == ',' || *key == '\\') {
			*out++ = '\\';
		}
		*out++ = *key;
	}
	if (out) {
		*out = '\0';
	}
	return by;
}

static int find_breakdown(struct aspan_check_rule *rule)
{
	rule->by = rule->subject == ASPAN_SUBJECT_TAG ? make_tag_breakdown(rule->key) :
							strdup(subjects[rule->subject].by);
	return rule->by ? 0 : -ENOMEM;
}

static int check_span(struct parser *parser)
{
	const struct aspan_check_metric_info *metric = &metrics[parser->rule->metric];

	if (parser->rule->subject != ASPAN_SUBJECT_SPAN || metric->adds_up) {
		return 0;
	}
	return aspan_check_reader_complain(
		&parser->reader,
		"%s is not known of a span together with the spans in it; "
		"%s(span-only:%s) is what is allocated in none of these",
		metric->word, metric->word, parser->rule->name);
}

static int parse_subject(struct parser *parser)
{
	struct aspan_check_rule *rule = parser->rule;
	char word[ASPAN_CHECK_WORD_SIZE];
	int result = 0;
	bool is_quoted;

	rule->subject = read_kind(parser, word);
	if (rule->subject == ASPAN_SUBJECT_COUNT) {
		return complain_of_kind(parser, word);
	}
	if (rule->subject == ASPAN_SUBJECT_TAG) {
		result = parse_tag(parser);
	}
	if (result) {
		return result;
	}
	aspan_check_reader_skip_space(&parser->reader);
	is_quoted = *parser->reader.at == '"';
	rule->name = aspan_check_reader_read_name(&parser->reader, ")");
	if (!rule->name) {
		return -ENOMEM;
	}
	if (!*rule->name && !is_quoted) {
		return aspan_check_reader_complain(&parser->reader,
						   "nothing is named between '(' and ')'");
	}
	if (rule->subject == ASPAN_SUBJECT_NAME && !is_quoted && strcmp(rule->name, "total") == 0) {
		rule->subject = ASPAN_SUBJECT_TOTAL;
		return expect(parser, ')', "after what it is measured of");
	}
	result = expect(parser, ')', "after what it is measured of");
	result = result ? result : check_span(parser);
	return result ? result : find_breakdown(rule);
}

static int parse_operator(struct parser *parser)
{
	aspan_check_reader_skip_space(&parser->reader);
	for (unsigned int i = 0; i < ASPAN_OPERATOR_COUNT; i++) {
		if (strncmp(parser->reader.at, operators[i], strlen(operators[i])) == 0) {
			parser->rule->comparison = (enum aspan_check_operator) i;
			parser->reader.at += strlen(operators[i]);
			return 0;
		}
	}
	return aspan_check_reader_complain(&parser->reader,
					   "one of < <= == != >= > is missing before '%.20s'",
					   parser->reader.at);
}

static int parse_limit(struct parser *parser)
{
	const struct aspan_check_metric_info *metric = &metrics[parser->rule->metric];
	int result = aspan_check_limit_parse(&parser->reader.at, metric->is_bytes,
					     &parser->rule->limit, parser->reader.message,
					     parser->reader.message_bytes);

	if (result) {
		return result;
	}
	aspan_check_reader_skip_space(&parser->reader);
	return *parser->reader.at ? aspan_check_reader_complain(
					    &parser->reader,
					    "nothing is expected after the limit, and there is "
					    "'%.20s'",
					    parser->reader.at) :
				    0;
}

static char *trim(const char *text)
{
	size_t length;

	while (isspace((unsigned char) *text)) {
		text++;
	}
	length = strlen(text);
	while (length > 0 && isspace((unsigned char) text[length - 1])) {
		length--;
	}
	return strndup(text, length);
}

int aspan_check_rule_parse(struct aspan_check_rule *rule, const char *text, char *message,
			   size_t message_bytes)
{
	struct parser parser = { .rule = rule,
				 .reader = { .message = message, .message_bytes = message_bytes } };
	int result;

	*rule = (struct aspan_check_rule){ .text = trim(text) };
	if (!rule->text) {
		return -ENOMEM;
	}
	parser.reader.at = rule->text;
	result = parse_metric(&parser);
	result = result ? result : parse_subject(&parser);
	result = result ? result : parse_operator(&parser);
	result = result ? result : parse_limit(&parser);
	if (result) {
		aspan_check_rule_fini(rule);
	}
	return result;
}
