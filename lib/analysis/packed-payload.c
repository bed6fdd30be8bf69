/* SPDX-License-Identifier: MIT */
/*
 * An event of the packed form that waits for its turn.
 */
#include "packed-payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Copies bytes, and a zero byte after them; moves *room on. */
static const char *copy_bytes(char **room, const char *bytes, size_t count)
{
	char *copy = *room;

	if (count) {
		memcpy(copy, bytes, count);
	}
	copy[count] = '\0';
	*room += count + 1;
	return copy;
}

static struct aspan_packed_payload *copy_event(const struct aspan_packed_fields *event,
					       size_t group_count)
{
	size_t name_bytes = strlen(event->thread_name);
	size_t groups_bytes = group_count * sizeof(struct aspan_packed_group);
	struct aspan_packed_payload *payload =
		malloc(sizeof(*payload) + groups_bytes + name_bytes + event->groups_bytes +
		       event->records_bytes + 3);
	char *room;

	if (!payload) {
		return NULL;
	}
	room = (char *) payload->groups + groups_bytes;
	*payload = (struct aspan_packed_payload){ .event = *event, .group_count = group_count };
	payload->event.thread_name = copy_bytes(&room, event->thread_name, name_bytes);
	payload->event.groups = copy_bytes(&room, event->groups, event->groups_bytes);
	payload->event.records = copy_bytes(&room, event->records, event->records_bytes);
	return payload;
}

int aspan_packed_payload_create(struct aspan_packed_payload **payload,
				const struct aspan_packed_fields *event,
				struct aspan_packed_error *error)
{
	struct aspan_packed_payload *made;
	size_t group_count;
	int result = aspan_packed_fields_check(event, error);

	if (!result) {
		result = aspan_packed_groups_parse(event->groups, event->groups_bytes, NULL, 0,
						   &group_count, error);
	}
	if (result) {
		return result;
	}
	made = copy_event(event, group_count);
	if (!made) {
		return -ENOMEM;
	}
	/* What was right a moment ago is right again. */
	aspan_packed_groups_parse(made->event.groups, event->groups_bytes, made->groups,
				  group_count, &group_count, error);
	aspan_packed_groups_terminate(made->groups, group_count,
				      (char *) (uintptr_t) made->event.groups);
	*payload = made;
	return 0;
}
