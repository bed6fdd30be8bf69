/* SPDX-License-Identifier: MIT */
/*
 * See bind-stock.h.
 */
#include "bind-stock.h"

#include "trace-kind.h"

#include <string.h>

/* Which fields an event has, in the order in which they are read. */
static const struct {
	const char *name;
	enum aspan_bind_stock_kind kind;
	const char *fields[ASPAN_BIND_STOCK_FIELDS_MAX];
} stock_events[] = {
	{ "lttng_ust_libc:malloc", ASPAN_BIND_STOCK_ALLOC, { "ptr", "size" } },
	{ "lttng_ust_libc:memalign", ASPAN_BIND_STOCK_ALLOC, { "ptr", "size" } },
	{ "lttng_ust_libc:calloc", ASPAN_BIND_STOCK_CALLOC, { "ptr", "size", "nmemb" } },
	{ "lttng_ust_libc:realloc", ASPAN_BIND_STOCK_REALLOC, { "ptr", "size", "in_ptr" } },
	{ "lttng_ust_libc:free", ASPAN_BIND_STOCK_FREE, { "ptr" } },
	{ "lttng_ust_libc:posix_memalign",
	  ASPAN_BIND_STOCK_POSIX,
	  { "out_ptr", "size", "result" } },
};

int aspan_bind_stock_find(struct aspan_bind_stock *stock, bt_self_component *component,
			  const char *name, const bt_field_class *payload)
{
	for (size_t i = 0; i < sizeof(stock_events) / sizeof(stock_events[0]); i++) {
		int result = 0;

		if (strcmp(name, stock_events[i].name) != 0) {
			continue;
		}
		stock->kind = stock_events[i].kind;
		for (size_t f = 0;
		     !result && f < ASPAN_BIND_STOCK_FIELDS_MAX && stock_events[i].fields[f]; f++) {
			const struct aspan_bind_argument argument = {
				.names = { stock_events[i].fields[f] },
				.name_count = 1,
			};

			result = aspan_bind_wanted_field_find(&stock->fields[f], component, name,
							      payload, &argument);
		}
		return result;
	}
	return 0;
}

int aspan_bind_stock_read(const struct aspan_bind_stock *stock, struct aspan_bind_replay *replay,
			  struct aspan_model *model, const bt_field *payload,
			  struct aspan_event *event)
{
	struct aspan_bind_field fields[ASPAN_BIND_STOCK_FIELDS_MAX] = { { .bits = 0 } };
	uint64_t address;
	int result = 0;

	for (size_t i = 0; i < ASPAN_BIND_STOCK_FIELDS_MAX; i++) {
		if (stock->fields[i].kind != ASPAN_BIND_UNKNOWN) {
			aspan_bind_wanted_field_read(&fields[i], &stock->fields[i], payload);
		}
	}
	address = fields[0].bits;
	event->address = address;
	event->size_bytes = fields[1].bits;
	switch (stock->kind) {
	case ASPAN_BIND_STOCK_FREE:
		return address ? aspan_bind_replay_free(replay, model, event) : 0;
	case ASPAN_BIND_STOCK_CALLOC:
		event->size_bytes *= fields[2].bits;
		break;
	case ASPAN_BIND_STOCK_POSIX:
		if (fields[2].bits != 0) {
			return 0;
		}
		break;
	case ASPAN_BIND_STOCK_REALLOC:
		/* With a size of 0, null may be the answer of an allocator that freed the block. */
		if (fields[2].bits && (address || fields[1].bits == 0)) {
			event->address = fields[2].bits;
			/* Free and alloc of one block that goes on. */
			event->kind = ASPAN_KIND_REALLOC;
			result = aspan_bind_replay_free(replay, model, event);
			event->address = address;
			event->size_bytes = fields[1].bits;
		}
		break;
	default:
		break;
	}
	return result || !address ? result : aspan_bind_replay_alloc(replay, model, event);
}
