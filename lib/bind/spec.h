/* SPDX-License-Identifier: MIT */
/*
 * The SPEC of a binding: which tracepoints begin and end a span, and how its group is named.
 *
 *    ros2:callback_start..ros2:callback_end,by=callback,tag:host=robot
 *
 *    SPEC      = EVENTS ".." EVENTS { "," OPTION }
 *    EVENTS    = EVENT { "|" EVENT }            the provider may be left out where it is the one before
 *    EVENT     = [ PROVIDER ":" ] NAME { "[" ARGUMENT ( "=" | "!=" ) VALUE "]" }
 *    OPTION    = "by=" ARGUMENT                 a group for each value, which stands in a tag
 *              | "name=" ( VALUE | "arg:" ARGUMENT )
 *              | "tag:" KEY "=" ( VALUE | "arg:" ARGUMENT )
 *              | "label=" EVENT "(" ARGUMENT "," ARGUMENT ")"   an event that gives a value of `by` a name
 *              | "symbol"                       the values of `by` are addresses of code, whose names stand in a tag
 *              | "match=" ARGUMENT              begin and end belong together by its value, not by the thread
 *              | "max=" NUMBER                  how many values get a group of their own
 *              | "nested"                       a begin inside a begin is one more level
 *    ARGUMENT  = NAME { "|" NAME }              the first that the event has
 *
 * A backslash takes the next character as it is. Both sides use this parser, the library inside programs and the replay of a
 * trace: it knows nothing of either, and allocates nothing: what it found points into the structure's own storage.
 */
#ifndef ASPAN_BIND_SPEC_H
#define ASPAN_BIND_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#define ASPAN_BIND_SPEC_BYTES 4096
#define ASPAN_BIND_EVENTS_MAX 8
#define ASPAN_BIND_CONDITIONS_MAX 4
#define ASPAN_BIND_ALTERNATIVES_MAX 4
#define ASPAN_BIND_TAGS_MAX 14
/* The name of the group and its tags, as far as they come from arguments. */
#define ASPAN_BIND_INPUTS_MAX (1 + ASPAN_BIND_TAGS_MAX)
#define ASPAN_BIND_GROUPS_DEFAULT 1000
#define ASPAN_BIND_GROUPS_MAX 1000000

/* What stands for the values that get no group of their own. */
#define ASPAN_BIND_OTHER "other"

/* An argument of a tracepoint, a field of an event. No names: none is meant. */
struct aspan_bind_argument {
	const char *names[ASPAN_BIND_ALTERNATIVES_MAX];
	size_t name_count;
};

struct aspan_bind_condition {
	struct aspan_bind_argument argument;
	const char *value;
	bool is_negated;
};

struct aspan_bind_event {
	const char *provider;
	const char *name;
	struct aspan_bind_condition conditions[ASPAN_BIND_CONDITIONS_MAX];
	size_t condition_count;
};

/* A text that is given, or the value of an argument of the begin event. */
struct aspan_bind_source {
	const char *text; /* NULL for an argument */
	struct aspan_bind_argument argument;
};

struct aspan_bind_tag {
	const char *key;
	struct aspan_bind_source value;
};

struct aspan_bind_spec {
	struct aspan_bind_event begins[ASPAN_BIND_EVENTS_MAX];
	size_t begin_count;
	struct aspan_bind_event ends[ASPAN_BIND_EVENTS_MAX];
	size_t end_count;
	const char
		*default_name; /* of the group where `name` is an argument that cannot be a name */
	struct aspan_bind_source name;
	struct aspan_bind_tag
		tags[ASPAN_BIND_TAGS_MAX]; /* those of `by` among them, in the order given */
	size_t tag_count;
	struct aspan_bind_argument by; /* the first of them, which `label` names */
	struct aspan_bind_event label;
	struct aspan_bind_argument label_key;
	struct aspan_bind_argument label_name; /* or "symbol", for the key of the tag */
	bool has_symbol;
	struct aspan_bind_argument match;
	/* The sources that are arguments: of the name first, if it is one, then of the tags in order. */
	const struct aspan_bind_argument *inputs[ASPAN_BIND_INPUTS_MAX];
	size_t input_count;
	size_t by_input; /* which of them is `by`, and so what a label names */
	unsigned int groups_max;
	bool is_nested;
	char storage[2 * ASPAN_BIND_SPEC_BYTES];
	size_t storage_used;
};

/*
 * Reads one SPEC of `length` bytes. Returns 0, or -EINVAL with a message of one line that says what is wrong and where.
 */
int aspan_bind_spec_parse(struct aspan_bind_spec *spec, const char *text, size_t length,
			  char *message, size_t message_bytes);

/*
 * Finds the next SPEC in a list that is separated by `;` and line ends, where `#` begins a comment at the start of a SPEC.
 * Returns its length and sets `*start`; 0 at the end. `*rest` moves on.
 */
size_t aspan_bind_spec_next(const char **rest, const char **start);

#endif
