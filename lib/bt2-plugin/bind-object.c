/* SPDX-License-Identifier: MIT */
/*
 * See bind-object.h.
 */
#include "bind-object.h"

#include <string.h>

static const char *const events[] = { "lttng_ust_statedump:bin_info", "lttng_ust_dl:dlopen",
				      "lttng_ust_dl:dlmopen", "lttng_ust_lib:load" };
static const char *const field_names[ASPAN_BIND_OBJECT_FIELDS] = { "baddr", "memsz", "path" };

int aspan_bind_object_find(struct aspan_bind_object *object, bt_self_component *component,
			   const char *name, const bt_field_class *payload)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		object->is_wanted |= strcmp(name, events[i]) == 0;
	}
	for (size_t i = 0; object->is_wanted && !result && i < ASPAN_BIND_OBJECT_FIELDS; i++) {
		const struct aspan_bind_argument argument = { .names = { field_names[i] },
							      .name_count = 1 };

		result = aspan_bind_wanted_field_find(&object->fields[i], component, name, payload,
						      &argument);
	}
	return result;
}

int aspan_bind_object_read(const struct aspan_bind_object *object, struct aspan_bind_replay *replay,
			   const bt_field *payload, const struct aspan_event *event)
{
	struct aspan_bind_field values[ASPAN_BIND_OBJECT_FIELDS];

	for (size_t i = 0; i < ASPAN_BIND_OBJECT_FIELDS; i++) {
		aspan_bind_wanted_field_read(&values[i], &object->fields[i], payload);
	}
	return aspan_bind_replay_add_object(replay, &event->origin, values[0].bits, values[1].bits,
					    values[2].kind == ASPAN_BIND_STRING ? values[2].string :
										  "");
}
