/* SPDX-License-Identifier: MIT */
/*
 * Bindings: what a SPEC became, and how it is connected to the tracepoints of the program.
 *
 * The big picture
 * ---------------
 *
 *    allocspan_binding   one for each SPEC
 *      points[]          one for each event that it names; registered with LTTng as (probe entry, point)
 *      groups            the spans that its values of arguments have (group-table.h)
 *
 * A point waits until an object has the tracepoint (that of an end, until one of its begins is connected, too); then its readers are made from the signature and it is registered. When the
 * last object that has it goes, it is taken back, so that another version of the object may come with another signature.
 *
 * Invariants:
 * - a point's readers change only while it is not registered, when no thread is inside its probe;
 * - the memory of a binding that was released is only ever used for another binding: threads may still compare with its address.
 */
#ifndef ASPAN_BIND_BINDING_H
#define ASPAN_BIND_BINDING_H

#include <allocspan/bind.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "group-table.h"
#include "label-table.h"
#include "near-names.h"
#include "probe-entry.h"
#include "spec.h"
#include "store.h"

#define ASPAN_BIND_POINTS_MAX (2 * ASPAN_BIND_EVENTS_MAX + 1)
#define ASPAN_BIND_SIGNATURE_BYTES 2048
#define ASPAN_BIND_MESSAGE_BYTES 512

enum aspan_bind_role { ASPAN_BIND_BEGIN, ASPAN_BIND_END, ASPAN_BIND_LABEL };

/* A condition, ready to be asked. */
struct aspan_bind_test {
	struct aspan_bind_reader reader;
	uint64_t bits; /* of a number or an address */
	const char *text; /* of a string */
	bool is_negated;
};

enum aspan_bind_point_state {
	ASPAN_BIND_POINT_WAITING, /* no object has the tracepoint */
	ASPAN_BIND_POINT_BOUND,
	ASPAN_BIND_POINT_REFUSED, /* the tracepoint is there, but not what the SPEC wants of it */
};

struct aspan_bind_point {
	struct allocspan_binding *binding;
	const struct aspan_bind_event *event;
	enum aspan_bind_role role;

	size_t test_count;
	struct aspan_bind_test tests[ASPAN_BIND_CONDITIONS_MAX];
	size_t reader_count; /* a begin: the inputs; a label: the key and the name */
	struct aspan_bind_reader readers[ASPAN_BIND_INPUTS_MAX];
	struct aspan_bind_reader match;
	void (*entry)(void); /* that saves what the readers read */

	/* Protected by the lock BINDINGS. */
	enum aspan_bind_point_state state;
	bool was_seen; /* some object had the tracepoint once */
	size_t object_count; /* that have the tracepoint, as of the last update */
	char signature[ASPAN_BIND_SIGNATURE_BYTES]; /* of them */
	char registered_signature[ASPAN_BIND_SIGNATURE_BYTES];
	char refusal[ASPAN_BIND_MESSAGE_BYTES];
	char full_name[ASPAN_BIND_NAME_BYTES]; /* PROVIDER:NAME */
	struct aspan_bind_near_names near_names; /* of tracepoints, in case this one never comes */
};

struct allocspan_binding {
	struct aspan_bind_spec spec;
	bool is_matched; /* by a key, not by the thread */
	struct aspan_bind_point points[ASPAN_BIND_POINTS_MAX];
	size_t point_count;

	enum aspan_bind_kind input_kinds[ASPAN_BIND_INPUTS_MAX]; /* as they were found first */

	struct aspan_bind_store store; /* protected by the lock GROUPS */
	struct aspan_bind_group_table groups;
	struct aspan_bind_label_table labels;

	/* Numbers that nothing else depends on. */
	_Atomic uint64_t unended_count;
	_Atomic uint64_t unbegun_count;
	_Atomic uint64_t other_count;

	struct allocspan_binding *next; /* protected by the lock BINDINGS */
};

/* All that are in force. Protected by the lock BINDINGS. */
extern struct allocspan_binding *aspan_bind_first_binding;

/* Visits the points of all bindings until a visit returns false, which it then returns. Call with the lock BINDINGS held. */
bool aspan_bind_points_visit(bool (*visit)(struct aspan_bind_point *point));

/* Call with the lock BINDINGS held. */
void aspan_bind_point_disconnect(struct aspan_bind_point *point);

/* Looks which tracepoints there are, and connects and disconnects what must be. Call with the lock BINDINGS held. */
void aspan_bind_bindings_update(void);

/* Remembers what is spelt nearly as what was never found, before an object goes. Call with the lock BINDINGS held. */
void aspan_bind_bindings_remember_names(void);

/* Leaves the spans on this thread that have no end any more. */
void aspan_bind_bindings_settle(void);

/* Tells those who asked what did not come as expected: at the process's end. */
void aspan_bind_bindings_tell(void);

#endif
