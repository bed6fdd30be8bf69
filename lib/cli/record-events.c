/* SPDX-License-Identifier: MIT */
/*
 * Which events a recording takes.
 *
 * `allocspan:*`, and what the user adds. An allocation is never recorded twice: LTTng records an event once
 * however many rules of a channel match it, and the other forms of the same facts (the packed form, or with --packed
 * `alloc` and `free`; the stock libc wrapper) are kept out of whatever the user adds. With a filter, `alloc` and `free`
 * have rules of their own, and no other rule may match them, because one without a filter would win.
 */
#include "record-events.h"
#include "record-filter.h"
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALLOC_EVENT "allocspan:alloc"
#define FREE_EVENT "allocspan:free"
#define PACKED_EVENT "allocspan_packed:events"

/* LTTng takes exclusions as char *, and changes none. These two have rules of their own, or none. */
static char *const full_events[] = { (char[]){ ALLOC_EVENT }, (char[]){ FREE_EVENT } };

#define FULL_COUNT 2

static char *const doubling_events[] = { (char[]){ "allocspan_packed:*" },
					 (char[]){ "lttng_ust_libc:*" } };

#define DOUBLING_COUNT 2

/* What names code: where each library was mapped, at the start and after dlopen() (liblttng-ust-dl). */
static const char *const callsite_events[] = { "lttng_ust_statedump:*", "lttng_ust_lib:*",
					       "lttng_ust_dl:*" };

static bool has_provider(const char *event, const char *provider)
{
	size_t length = strlen(provider);

	return strncmp(event, provider, length) == 0 && event[length] == ':';
}

static int check_event(const char *event)
{
	if (strlen(event) >= LTTNG_SYMBOL_NAME_LEN || !*event) {
		aspan_terminal_error("--event: '%s' is no name of an event; example: 'myapp:*'",
				     event);
		return -EINVAL;
	}
	if (has_provider(event, "allocspan_packed") || has_provider(event, "lttng_ust_libc")) {
		aspan_terminal_error(
			"--event: '%s' would record every allocation twice; leave it out", event);
		return -EINVAL;
	}
	return 0;
}

static int add_rule(struct lttng_handle *handle, const char *channel, const char *name,
		    const char *filter, int exclusion_count, char *const exclusions[])
{
	struct lttng_event *event = lttng_event_create();
	char *copies[FULL_COUNT + DOUBLING_COUNT];
	int ret;

	if (!event) {
		return -LTTNG_ERR_NOMEM;
	}
	strncpy(event->name, name, sizeof(event->name) - 1);
	event->type = LTTNG_EVENT_TRACEPOINT;
	event->loglevel_type = LTTNG_EVENT_LOGLEVEL_ALL;
	event->loglevel = -1;
	if (exclusion_count > 0) {
		memcpy(copies, exclusions, (size_t) exclusion_count * sizeof(*copies));
	}
	ret = lttng_enable_event_with_exclusions(handle, event, channel, filter, exclusion_count,
						 copies);
	lttng_event_destroy(event);
	/* The user may name one twice. */
	return ret == -LTTNG_ERR_UST_EVENT_ENABLED ? 0 : ret;
}

/* LTTng compiles the expression before it asks for the session, and none has this name. */
static int check_filter(const char *filter)
{
	struct lttng_domain domain = { .type = LTTNG_DOMAIN_UST };
	struct lttng_handle *handle = lttng_create_handle("allocspan-check", &domain);
	char *translated;
	int silence, ret = aspan_record_filter_translate(filter, &translated);

	if (ret < 0 || !handle) {
		lttng_destroy_handle(handle);
		return ret < 0 ? ret : -ENOMEM;
	}
	free(translated);
	silence = aspan_terminal_silence();
	ret = add_rule(handle, "none", ALLOC_EVENT, filter, 0, NULL);
	aspan_terminal_unsilence(silence);
	lttng_destroy_handle(handle);
	if (ret == -LTTNG_ERR_FILTER_INVAL) {
		aspan_terminal_error("--filter: LTTng does not understand '%s'; example: "
				     "'tags == \"*,group=parser,*\"'",
				     filter);
		return -EINVAL;
	}
	return 0;
}

int aspan_record_events_check(const struct aspan_record_options *options)
{
	for (size_t i = 0; i < options->event_count; i++) {
		if (check_event(options->events[i]) < 0) {
			return -EINVAL;
		}
	}
	return options->filter ? check_filter(options->filter) : 0;
}

static int enable_packed(struct lttng_handle *handle, const char *channel)
{
	int ret = add_rule(handle, channel, PACKED_EVENT, NULL, 0, NULL);

	return ret ? ret : add_rule(handle, channel, "allocspan:*", NULL, FULL_COUNT, full_events);
}

static int enable_own(struct lttng_handle *handle, const char *channel,
		      const struct aspan_record_options *options)
{
	const char *filter = options->filter;
	char *translated;
	int ret;

	if (options->is_packed) {
		return enable_packed(handle, channel);
	}
	if (!filter) {
		return add_rule(handle, channel, "allocspan:*", NULL, 0, NULL);
	}
	if (aspan_record_filter_translate(filter, &translated) < 0) {
		return -LTTNG_ERR_FILTER_INVAL;
	}
	ret = add_rule(handle, channel, ALLOC_EVENT, filter, 0, NULL);
	if (ret == 0) {
		ret = add_rule(handle, channel, FREE_EVENT, translated, 0, NULL);
	}
	if (ret == 0) {
		ret = add_rule(handle, channel, "allocspan:*", NULL, FULL_COUNT, full_events);
	}
	free(translated);
	return ret;
}

static int enable_added(struct lttng_handle *handle, const char *channel, const char *event,
			const struct aspan_record_options *options)
{
	char *exclusions[DOUBLING_COUNT + FULL_COUNT];
	int count = DOUBLING_COUNT;

	if (has_provider(event, "allocspan")) {
		return 0;
	}
	if (!strchr(event, '*')) {
		return add_rule(handle, channel, event, NULL, 0, NULL);
	}
	memcpy(exclusions, doubling_events, sizeof(doubling_events));
	if (options->filter || options->is_packed) {
		memcpy(exclusions + count, full_events, sizeof(full_events));
		count += FULL_COUNT;
	}
	return add_rule(handle, channel, event, NULL, count, exclusions);
}

static int fail(const char *event, int code)
{
	if (code < 0) {
		aspan_terminal_error("cannot record %s: %s", event, lttng_strerror(code));
	}
	return code;
}

/* Packed records always have the address. */
static bool tells_code(const struct aspan_record_options *options)
{
	return options->has_callsite || options->is_packed;
}

static int enable_callsites(struct lttng_handle *handle, const char *channel)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(callsite_events) / sizeof(callsite_events[0]);
	     i++) {
		ret = fail(callsite_events[i],
			   add_rule(handle, channel, callsite_events[i], NULL, 0, NULL));
	}
	return ret;
}

int aspan_record_events_enable(struct lttng_handle *handle, const char *channel,
			       const struct aspan_record_options *options)
{
	int ret = fail("allocspan:*", enable_own(handle, channel, options));

	for (size_t i = 0; ret == 0 && i < options->event_count; i++) {
		ret = fail(options->events[i],
			   enable_added(handle, channel, options->events[i], options));
	}
	return ret < 0 || !tells_code(options) ? ret : enable_callsites(handle, channel);
}
