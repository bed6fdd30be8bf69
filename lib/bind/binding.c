/* SPDX-License-Identifier: MIT */
/*
 * See binding.h, and include/allocspan/bind.h for the contract.
 */
#include "binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lock.h"
#include "lttng.h"
#include "modules.h"
#include "open-spans.h"
#include "point.h"
#include "tell.h"

#define OUR_PROVIDER "allocspan"
#define OUR_PACKED_PROVIDER "allocspan_packed"

/* Protected by the lock BINDINGS. */
static struct allocspan_binding *first_binding;
static struct allocspan_binding *free_bindings;

static bool is_event(const struct aspan_bind_event *event,
		     const struct lttng_ust_tracepoint *tracepoint)
{
	return strcmp(event->name, tracepoint->event_name) == 0 &&
	       strcmp(event->provider, tracepoint->provider_name) == 0;
}

static bool is_complete(const struct lttng_ust_tracepoint *tracepoint)
{
	return tracepoint && tracepoint->provider_name && tracepoint->event_name &&
	       tracepoint->signature;
}

/* An object has the tracepoint of a point. The signature is copied: the object may go. */
static void note(struct aspan_bind_point *point, const struct lttng_ust_tracepoint *tracepoint)
{
	size_t length = strlen(tracepoint->signature);

	if (!point->was_seen) {
		point->was_seen = true;
		aspan_bind_tell_present(point->full_name);
	}
	if (point->object_count++ > 0) {
		/* LTTng connects the objects that have the same signature as the first, and warns of others. */
		return;
	}
	if (length >= sizeof(point->signature)) {
		length = 0;
	}
	memcpy(point->signature, tracepoint->signature, length);
	point->signature[length] = '\0';
}

static void note_tracepoints(struct lttng_ust_tracepoint *const *start, size_t count, void *data)
{
	(void) data;
	for (size_t t = 0; t < count; t++) {
		if (!is_complete(start[t])) {
			continue;
		}
		for (struct allocspan_binding *binding = first_binding; binding;
		     binding = binding->next) {
			for (size_t p = 0; p < binding->point_count; p++) {
				if (is_event(binding->points[p].event, start[t])) {
					note(&binding->points[p], start[t]);
				}
			}
		}
	}
}

static void disconnect(struct aspan_bind_point *point)
{
	if (point->state == ASPAN_BIND_POINT_BOUND) {
		aspan_bind_lttng_unregister(point->event->provider, point->event->name,
					    aspan_bind_probe_entry, point);
	}
	point->state = ASPAN_BIND_POINT_WAITING;
}

static void refuse(struct aspan_bind_point *point)
{
	point->state = ASPAN_BIND_POINT_REFUSED;
	aspan_bind_tell("%s", point->refusal);
}

static void connect_point(struct aspan_bind_point *point)
{
	const struct aspan_bind_event *event = point->event;
	int status;

	memcpy(point->registered_signature, point->signature, sizeof(point->signature));
	if (aspan_bind_point_prepare(point, point->refusal, sizeof(point->refusal))) {
		refuse(point);
		return;
	}
	status = aspan_bind_lttng_register(event->provider, event->name, aspan_bind_probe_entry,
					   point, point->signature);
	if (status) {
		snprintf(point->refusal, sizeof(point->refusal),
			 "%s:%s: LTTng does not connect it: %s", event->provider, event->name,
			 strerrordesc_np(-status));
		refuse(point);
		return;
	}
	point->state = ASPAN_BIND_POINT_BOUND;
}

static bool has_bound_begin(const struct allocspan_binding *binding)
{
	for (size_t i = 0; i < binding->spec.begin_count; i++) {
		if (binding->points[i].state == ASPAN_BIND_POINT_BOUND) {
			return true;
		}
	}
	return false;
}

/* Ends are of no use without a begin, and each would be counted as one that was never begun. */
static bool is_wanted(const struct aspan_bind_point *point)
{
	return point->object_count > 0 &&
	       (point->role != ASPAN_BIND_END || has_bound_begin(point->binding));
}

/* The begins of a binding come before its ends. */
static void update_point(struct aspan_bind_point *point)
{
	bool is_same = strcmp(point->signature, point->registered_signature) == 0;

	if (point->state != ASPAN_BIND_POINT_WAITING && (!is_wanted(point) || !is_same)) {
		disconnect(point);
		/* Spans that are open have no end any more. */
		aspan_bind_end_all(point->binding);
	}
	if (point->state == ASPAN_BIND_POINT_WAITING && is_wanted(point)) {
		connect_point(point);
	}
}

static bool for_each_point(bool (*visit)(struct aspan_bind_point *point))
{
	for (struct allocspan_binding *binding = first_binding; binding; binding = binding->next) {
		for (size_t p = 0; p < binding->point_count; p++) {
			if (!visit(&binding->points[p])) {
				return false;
			}
		}
	}
	return true;
}

static bool forget_objects(struct aspan_bind_point *point)
{
	point->object_count = 0;
	return true;
}

static bool update_one(struct aspan_bind_point *point)
{
	update_point(point);
	return true;
}

void aspan_bind_bindings_update(void)
{
	if (!first_binding) {
		return;
	}
	for_each_point(forget_objects);
	aspan_bind_modules_visit(note_tracepoints, NULL);
	for_each_point(update_one);
}

static void offer_names(struct lttng_ust_tracepoint *const *start, size_t count, void *data)
{
	for (size_t i = 0; i < count; i++) {
		if (is_complete(start[i])) {
			aspan_bind_near_names_add(data, start[i]->provider_name,
						  start[i]->event_name);
		}
	}
}

static bool remember_names(struct aspan_bind_point *point)
{
	if (!point->was_seen) {
		aspan_bind_modules_visit(offer_names, &point->near_names);
	}
	return true;
}

void aspan_bind_bindings_remember_names(void)
{
	for_each_point(remember_names);
}

void aspan_bind_bindings_settle(void)
{
	if (aspan_bind_thread) {
		aspan_bind_thread_settle(aspan_bind_thread);
	}
}

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
	binding->next = first_binding;
	first_binding = binding;
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
	struct allocspan_binding **place = &first_binding;

	while (*place && *place != binding) {
		place = &(*place)->next;
	}
	if (*place) {
		*place = binding->next;
	}
	for (size_t i = 0; i < binding->point_count; i++) {
		disconnect(&binding->points[i]);
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

int allocspan_binding_get_stats(const struct allocspan_binding *binding,
				struct allocspan_binding_stats *stats)
{
	struct aspan_bind_lock lock;

	if (!binding || !stats) {
		return -EINVAL;
	}
	*stats = (struct allocspan_binding_stats){
		.groups = atomic_load_explicit(&binding->groups.count, memory_order_relaxed),
		.other_begins = atomic_load_explicit(&binding->other_count, memory_order_relaxed),
		.unended_begins =
			atomic_load_explicit(&binding->unended_count, memory_order_relaxed),
		.unbegun_ends = atomic_load_explicit(&binding->unbegun_count, memory_order_relaxed),
	};
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	for (size_t i = 0; i < binding->point_count; i++) {
		stats->bound_events += binding->points[i].state == ASPAN_BIND_POINT_BOUND;
		stats->waiting_events += binding->points[i].state == ASPAN_BIND_POINT_WAITING;
		stats->refused_events += binding->points[i].state == ASPAN_BIND_POINT_REFUSED;
	}
	aspan_bind_lock_give(&lock);
	return 0;
}

/* Call with the lock BINDINGS held. */
static void describe_waiting(const struct aspan_bind_point *point, char *message,
			     size_t message_bytes)
{
	struct aspan_bind_near_names near = point->near_names;
	char suggestions[ASPAN_BIND_MESSAGE_BYTES];

	if (point->object_count > 0) {
		snprintf(message, message_bytes, "%s: waits until a begin is bound",
			 point->full_name);
		return;
	}
	aspan_bind_modules_visit(offer_names, &near);
	aspan_bind_near_names_text(&near, suggestions, sizeof(suggestions));
	snprintf(message, message_bytes, "%s: no loaded object has this tracepoint%s",
		 point->full_name, suggestions);
}

static void describe_point(const struct aspan_bind_point *point, char *message,
			   size_t message_bytes)
{
	switch (point->state) {
	case ASPAN_BIND_POINT_BOUND:
		snprintf(message, message_bytes, "%s:%s: bound", point->event->provider,
			 point->event->name);
		break;
	case ASPAN_BIND_POINT_REFUSED:
		snprintf(message, message_bytes, "%s", point->refusal);
		break;
	case ASPAN_BIND_POINT_WAITING:
		describe_waiting(point, message, message_bytes);
		break;
	}
}

int allocspan_binding_describe(const struct allocspan_binding *binding, size_t index, char *message,
			       size_t message_bytes)
{
	struct aspan_bind_lock lock;
	bool is_bound;

	if (!binding || !message || index >= binding->point_count) {
		return -EINVAL;
	}
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	is_bound = binding->points[index].state == ASPAN_BIND_POINT_BOUND;
	describe_point(&binding->points[index], message, message_bytes);
	aspan_bind_lock_give(&lock);
	return is_bound;
}

void allocspan_bind_update(void)
{
	struct aspan_bind_lock lock;

	aspan_bind_lttng_open();
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	aspan_bind_bindings_update();
	aspan_bind_lock_give(&lock);
	aspan_bind_bindings_settle();
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

static bool tell_point(struct aspan_bind_point *point)
{
	char message[ASPAN_BIND_MESSAGE_BYTES];

	if (!point->was_seen) {
		describe_point(point, message, sizeof(message));
		aspan_bind_tell_absent(point->full_name, message);
	}
	return true;
}

static void tell_counts(const struct allocspan_binding *binding)
{
	unsigned long long unended =
		atomic_load_explicit(&binding->unended_count, memory_order_relaxed);
	unsigned long long unbegun =
		atomic_load_explicit(&binding->unbegun_count, memory_order_relaxed);
	unsigned long long other =
		atomic_load_explicit(&binding->other_count, memory_order_relaxed);

	if (unended || unbegun) {
		aspan_bind_tell("%s: %llu begins without an end, %llu ends without a begin",
				binding->spec.default_name, unended, unbegun);
	}
	if (other) {
		aspan_bind_tell("%s: %llu begins in the group '" ASPAN_BIND_OTHER
				"', after the %u values of max=",
				binding->spec.default_name, other, binding->spec.groups_max);
	}
}

void aspan_bind_bindings_tell(void)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);

	for_each_point(tell_point);
	for (const struct allocspan_binding *binding = first_binding; binding;
	     binding = binding->next) {
		tell_counts(binding);
	}
	aspan_bind_lock_give(&lock);
}
