/* SPDX-License-Identifier: MIT */
/*
 * The allocations that LTTng's liblttng-ust-libc-wrapper records, as the replay of bindings takes them.
 */
#ifndef ASPAN_BT2_BIND_STOCK_H
#define ASPAN_BT2_BIND_STOCK_H

#include "bind-field.h"

#define ASPAN_BIND_STOCK_FIELDS_MAX 3

/* What an event means. */
enum aspan_bind_stock_kind {
	ASPAN_BIND_STOCK_NONE,
	ASPAN_BIND_STOCK_ALLOC,
	ASPAN_BIND_STOCK_CALLOC,
	ASPAN_BIND_STOCK_REALLOC,
	ASPAN_BIND_STOCK_FREE,
	ASPAN_BIND_STOCK_POSIX
};

struct aspan_bind_stock {
	enum aspan_bind_stock_kind kind;
	struct aspan_bind_wanted_field fields[ASPAN_BIND_STOCK_FIELDS_MAX];
};

/* Recognises an event class by its name; ASPAN_BIND_STOCK_NONE for any other. 0, or -EINVAL as aspan_bind_wanted_field_find(). */
int aspan_bind_stock_find(struct aspan_bind_stock *stock, bt_self_component *component,
			  const char *name, const bt_field_class *payload);

/* Hands an event to the replay; `event` has its time and origin, and is used up. 0 or -ENOMEM. */
int aspan_bind_stock_read(const struct aspan_bind_stock *stock, struct aspan_bind_replay *replay,
			  struct aspan_model *model, const bt_field *payload,
			  struct aspan_event *event);

#endif
