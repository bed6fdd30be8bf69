/* SPDX-License-Identifier: MIT */
/*
 * What a type is, from its text in C or C++.
 *
 * Three questions in turn: is it a pointer or a reference (whatever to)? Is it made of the words of the language, in any
 * order (`long unsigned int`)? Is it one name that the table knows? Else it is unknown.
 */
#include "signature.h"

#include <string.h>

#include "type-names.h"

#define ASPAN_BIND_CHAR_IS_SIGNED ((char) -1 < 0)
#define ASPAN_BIND_WCHAR_IS_SIGNED ((__WCHAR_TYPE__) -1 < 0)

/* The words of the language; a type is some of them. */
enum word {
	WORD_VOID,
	WORD_CHAR,
	WORD_SHORT,
	WORD_INT,
	WORD_LONG,
	WORD_FLOAT,
	WORD_DOUBLE,
	WORD_INT128,
	WORD_SIGNED,
	WORD_UNSIGNED,
	WORD_ENUM,
	WORD_COUNT,
};

static const struct {
	const char *text;
	int word; /* WORD_COUNT for one that says nothing about how a value is passed */
} words[] = {
	{ "void", WORD_VOID },	       { "char", WORD_CHAR },
	{ "short", WORD_SHORT },       { "int", WORD_INT },
	{ "long", WORD_LONG },	       { "float", WORD_FLOAT },
	{ "double", WORD_DOUBLE },     { "__int128", WORD_INT128 },
	{ "signed", WORD_SIGNED },     { "__signed__", WORD_SIGNED },
	{ "unsigned", WORD_UNSIGNED }, { "enum", WORD_ENUM },
	{ "const", WORD_COUNT },       { "__const", WORD_COUNT },
	{ "volatile", WORD_COUNT },    { "restrict", WORD_COUNT },
	{ "__restrict", WORD_COUNT },  { "__restrict__", WORD_COUNT },
	{ "register", WORD_COUNT },    { "__extension__", WORD_COUNT },
};

static const struct {
	const char *text;
	struct aspan_bind_type type;
} names[] = {
#define TYPE_NAME(name, kind, width_bytes, is_signed)                                              \
	{ #name, { ASPAN_BIND_##kind, width_bytes, is_signed } },
	ASPAN_BIND_TYPE_NAMES(TYPE_NAME)
};

/* What was found in the text. */
struct findings {
	unsigned int counts[WORD_COUNT];
	unsigned int pointer_count;
	bool is_reference;
	struct aspan_bind_slice name; /* the one word that is not of the language */
	unsigned int name_count;
	bool is_strange; /* parentheses, templates, arrays */
};

static bool is_word_character(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_' || character == ':';
}

static bool is_text(struct aspan_bind_slice slice, const char *text)
{
	return strlen(text) == slice.length && memcmp(slice.start, text, slice.length) == 0;
}

static struct aspan_bind_slice without_std(struct aspan_bind_slice word)
{
	static const char prefix[] = "std::";
	const size_t length = sizeof(prefix) - 1;

	if (word.length > length && memcmp(word.start, prefix, length) == 0) {
		word.start += length;
		word.length -= length;
	}
	return word;
}

static void find_word(struct findings *findings, struct aspan_bind_slice word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (is_text(word, words[i].text)) {
			if (words[i].word < WORD_COUNT) {
				findings->counts[words[i].word]++;
			}
			return;
		}
	}
	findings->name = without_std(word);
	findings->name_count++;
}

/* Steps over a bracket with all that is in it. */
static const char *skip_brackets(const char *at, const char *end)
{
	unsigned int depth = 0;

	for (; at < end; at++) {
		if (strchr("(<[{", *at)) {
			depth++;
		} else if (strchr(")>]}", *at) && --depth == 0) {
			return at + 1;
		}
	}
	return end;
}

static void look(struct findings *findings, struct aspan_bind_slice text)
{
	const char *end = text.start + text.length;
	const char *at = text.start;

	while (at < end) {
		const char *start = at;

		if (is_word_character(*at)) {
			while (at < end && is_word_character(*at)) {
				at++;
			}
			find_word(findings,
				  (struct aspan_bind_slice){ start, (size_t) (at - start) });
		} else if (strchr("(<[{", *at)) {
			findings->is_strange = true;
			at = skip_brackets(at, end);
		} else {
			findings->pointer_count += *at == '*';
			findings->is_reference |= *at == '&';
			at++;
		}
	}
}

static bool is_char_alone(const struct findings *findings)
{
	return findings->counts[WORD_CHAR] == 1 && findings->counts[WORD_SIGNED] == 0 &&
	       findings->counts[WORD_UNSIGNED] == 0 && findings->name_count == 0;
}

static bool is_gchar(const struct findings *findings)
{
	return findings->name_count == 1 && is_text(findings->name, "gchar");
}

static struct aspan_bind_type pointer_type(const struct findings *findings)
{
	bool is_string = findings->pointer_count == 1 && !findings->is_reference &&
			 !findings->is_strange && (is_char_alone(findings) || is_gchar(findings));

	return (struct aspan_bind_type){ is_string ? ASPAN_BIND_STRING : ASPAN_BIND_POINTER,
					 sizeof(void *), false };
}

static struct aspan_bind_type name_type(const struct findings *findings)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (is_text(findings->name, names[i].text)) {
			return names[i].type;
		}
	}
	return (struct aspan_bind_type){ .kind = ASPAN_BIND_UNKNOWN };
}

static uint8_t integer_width(const unsigned int *counts)
{
	if (counts[WORD_CHAR]) {
		return sizeof(char);
	}
	if (counts[WORD_SHORT]) {
		return sizeof(short);
	}
	return counts[WORD_LONG] ? sizeof(long) : sizeof(int);
}

static struct aspan_bind_type language_type(const unsigned int *counts)
{
	bool is_signed = counts[WORD_UNSIGNED] == 0;

	if (counts[WORD_FLOAT]) {
		return (struct aspan_bind_type){ ASPAN_BIND_FLOAT, sizeof(float), true };
	}
	if (counts[WORD_DOUBLE]) {
		return counts[WORD_LONG] ?
			       (struct aspan_bind_type){ ASPAN_BIND_WIDE_FLOAT, 16, true } :
			       (struct aspan_bind_type){ ASPAN_BIND_DOUBLE, 8, true };
	}
	if (counts[WORD_INT128]) {
		return (struct aspan_bind_type){ ASPAN_BIND_WIDE_INTEGER, 16, is_signed };
	}
	if (counts[WORD_CHAR] && !counts[WORD_SIGNED] && is_signed) {
		is_signed = ASPAN_BIND_CHAR_IS_SIGNED;
	}
	return (struct aspan_bind_type){ ASPAN_BIND_INTEGER, integer_width(counts), is_signed };
}

static bool has_language_words(const unsigned int *counts)
{
	for (int i = 0; i < WORD_COUNT; i++) {
		if (counts[i]) {
			return true;
		}
	}
	return false;
}

struct aspan_bind_type aspan_bind_type_read(struct aspan_bind_slice text)
{
	const struct aspan_bind_type unknown = { .kind = ASPAN_BIND_UNKNOWN };
	struct findings findings = { .pointer_count = 0 };

	look(&findings, text);
	if (findings.pointer_count > 0 || findings.is_reference) {
		return pointer_type(&findings);
	}
	if (findings.is_strange || findings.counts[WORD_VOID]) {
		return unknown;
	}
	if (findings.counts[WORD_ENUM]) {
		/* As wide as an int unless a constant does not fit, which the text does not tell: then its low half. */
		return findings.name_count == 1 ?
			       (struct aspan_bind_type){ ASPAN_BIND_INTEGER, sizeof(int), true } :
			       unknown;
	}
	if (findings.name_count == 0) {
		return has_language_words(findings.counts) ? language_type(findings.counts) :
							     unknown;
	}
	if (findings.name_count == 1 && !has_language_words(findings.counts)) {
		return name_type(&findings);
	}
	return unknown;
}
