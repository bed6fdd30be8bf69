/* SPDX-License-Identifier: MIT */
/*
 * See binding.h, and include/allocspan/bind.h for the contract: how a binding comes and goes.
 */
#include "binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lock.h"
#include "lttng.h"
#include "open-spans.h"
#include "tell.h"
#include "tracepoint-abi.h"

#define OUR_PROVIDER "allocspan"
#define OUR_PACKED_PROVIDER "allocspan_packed"

struct allocspan_binding *aspan_bind_first_binding;
/* Protected by the lock BINDINGS. */
static struct allocspan_binding *free_bindings;

static void add_points(struct allocspan_binding *binding, const struct aspan_bind_event *events,
		       size_t count, enum aspan_bind_role role)
{
	for (size_t i = 0; i < count; i++) {
		struct aspan_bind_point *point = &binding->points[binding->point_count++];

		point->binding = binding;
		point->event = &events[i];
		point->role = role;
		snprintf(point->full_name, sizeof(point->full_name), "%s:%s", events[i].provider,
			 events[i].name);
		point->near_names.meant = point->full_name;
	}
}

static void collect_points(struct allocspan_binding *binding)
{
	const struct aspan_bind_spec *spec = &binding->spec;

	add_points(binding, spec->begins, spec->begin_count, ASPAN_BIND_BEGIN);
	add_points(binding, spec->ends, spec->end_count, ASPAN_BIND_END);
	if (spec->label.name) {
		add_points(binding, &spec->label, 1, ASPAN_BIND_LABEL);
	}
}

/* Events of ours come from inside the library: a span for them would bring more of them. */
static const struct aspan_bind_event *find_own_event(const struct allocspan_binding *binding)
{
	for (size_t i = 0; i < binding->point_count; i++) {
		const struct aspan_bind_event *event = binding->points[i].event;

		if (strcmp(event->provider, OUR_PROVIDER) == 0 ||
		    strcmp(event->provider, OUR_PACKED_PROVIDER) == 0) {
			return event;
		}
	}
	return NULL;
}

static struct allocspan_binding *allocate_binding(void)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	struct allocspan_binding *binding = free_bindings;

	if (binding) {
		free_bindings = binding->next;
	}
	aspan_bind_lock_give(&lock);
	if (binding) {
		return memset((void *) binding, 0, sizeof(*binding));
	}
	return aspan_bind_map(sizeof(*binding));
}

static void free_binding(struct allocspan_binding *binding)
{
	struct aspan_bind_lock lock;

	aspan_bind_group_table_fini(&binding->groups);
	aspan_bind_label_table_fini(&binding->labels);
	aspan_bind_store_fini(&binding->store);
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	binding->next = free_bindings;
	free_bindings = binding;
	aspan_bind_lock_give(&lock);
}

/* Reads the SPEC and makes room. Returns 0 or a negative errno. */
static int fill_binding(struct allocspan_binding *binding, const char *text, char *message,
			size_t message_bytes)
{
	int error =
		aspan_bind_spec_parse(&binding->spec, text, strlen(text), message, message_bytes);
	const struct aspan_bind_event *own;

	if (error) {
		return error;
	}
	binding->is_matched = binding->spec.match.name_count > 0;
	collect_points(binding);
	own = find_own_event(binding);
	if (own) {
		snprintf(message, message_bytes,
			 "%s:%s: events of allocspan itself cannot be bound", own->provider,
			 own->name);
		return -EINVAL;
	}
	error = aspan_bind_group_table_init(
		&binding->groups, binding->spec.input_count ? binding->spec.groups_max : 1);
	if (!error && binding->spec.label.name) {
		error = aspan_bind_label_table_init(&binding->labels, binding->spec.groups_max);
	}
	return error;
}

/* The first of a binding's events that is there and cannot be bound. */
static const struct aspan_bind_point *find_refused(const struct allocspan_binding *binding)
{
	for (size_t i = 0; i < binding->point_count; i++) {
		if (binding->points[i].state == ASPAN_BIND_POINT_REFUSED) {
			return &binding->points[i];
		}
	}
	return NULL;
}

/* Puts a binding into force. Returns 0, or -EINVAL if one of its events is refused. */
static int start_binding(struct allocspan_binding *binding, char *message, size_t message_bytes)
{
	const struct aspan_bind_point *refused;
	struct aspan_bind_lock lock;

	/* Before the lock: it may wait for the dynamic linker's. */
	if (!aspan_bind_lttng_open()) {
		aspan_bind_tell("nothing can be bound: there is no " ASPAN_BIND_LTTNG_LIBRARY);
	}
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	binding->next = aspan_bind_first_binding;
	aspan_bind_first_binding = binding;
	aspan_bind_bindings_update();
	refused = find_refused(binding);
	if (refused) {
		snprintf(message, message_bytes, "%s", refused->refusal);
	}
	aspan_bind_lock_give(&lock);
	return refused ? -EINVAL : 0;
}

static void stop_binding(struct allocspan_binding *binding)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	struct allocspan_binding **place = &aspan_bind_first_binding;

	while (*place && *place != binding) {
		place = &(*place)->next;
	}
	if (*place) {
		*place = binding->next;
	}
	for (size_t i = 0; i < binding->point_count; i++) {
		aspan_bind_point_disconnect(&binding->points[i]);
	}
	aspan_bind_lock_give(&lock);
}

struct allocspan_binding *allocspan_bind(const char *spec, char *message, size_t message_bytes)
{
	char own_message[ASPAN_BIND_MESSAGE_BYTES];
	struct allocspan_binding *binding;
	int error;

	if (!message) {
		message = own_message;
		message_bytes = sizeof(own_message);
	}
	if (message_bytes > 0) {
		message[0] = '\0';
	}
	binding = spec ? allocate_binding() : NULL;
	if (!binding) {
		errno = spec ? ENOMEM : EINVAL;
		return NULL;
	}
	error = fill_binding(binding, spec, message, message_bytes);
	if (error) {
		free_binding(binding);
		errno = -error;
		return NULL;
	}
	error = start_binding(binding, message, message_bytes);
	if (error) {
		allocspan_binding_release(binding);
		errno = -error;
		return NULL;
	}
	return binding;
}

void allocspan_binding_release(struct allocspan_binding *binding)
{
	if (!binding) {
		return;
	}
	/* After this no thread is in its probes; then the spans are ended, and nobody looks at the tables. */
	stop_binding(binding);
	aspan_bind_end_all(binding);
	aspan_bind_bindings_settle();
	free_binding(binding);
}

struct allocspan_binding *allocspan_bind_tracepoints(const struct lttng_ust_tracepoint *begin,
						     const struct lttng_ust_tracepoint *end,
						     const char *begin_condition,
						     const char *end_condition, const char *options,
						     char *message, size_t message_bytes)
{
	char spec[ASPAN_BIND_SPEC_BYTES];
	int length;

	if (!begin || !end) {
		errno = EINVAL;
		return NULL;
	}
	length = snprintf(spec, sizeof(spec), "%s:%s%s%s%s..%s:%s%s%s%s%s%s", begin->provider_name,
			  begin->event_name, begin_condition ? "[" : "",
			  begin_condition ? begin_condition : "", begin_condition ? "]" : "",
			  end->provider_name, end->event_name, end_condition ? "[" : "",
			  end_condition ? end_condition : "", end_condition ? "]" : "",
			  options && *options ? "," : "", options ? options : "");
	if (length < 0 || (size_t) length >= sizeof(spec)) {
		errno = EINVAL;
		return NULL;
	}
	return allocspan_bind(spec, message, message_bytes);
}
