/* SPDX-License-Identifier: MIT */
/*
 * See muxers.h.
 */
#include "muxers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void aspan_muxers_init(struct aspan_muxers *muxers, bt_graph *graph, const bt_plugin *utils)
{
	*muxers = (struct aspan_muxers){
		.graph = graph,
		.muxer_class =
			bt_plugin_borrow_filter_component_class_by_name_const(utils, "muxer"),
	};
	if (muxers->muxer_class) {
		bt_component_class_filter_get_ref(muxers->muxer_class);
	}
}

int aspan_muxers_add(struct aspan_muxers *muxers, const bt_component_source *source)
{
	uint64_t count = bt_component_source_get_output_port_count(source);
	const bt_port_output **moved = reallocarray(muxers->ports, muxers->port_count + count + 1,
						    sizeof(const bt_port_output *));

	if (!moved) {
		return -ENOMEM;
	}
	muxers->ports = moved;
	for (uint64_t i = 0; i < count; i++) {
		moved[muxers->port_count++] =
			bt_component_source_borrow_output_port_by_index_const(source, i);
	}
	return 0;
}

/* A muxer always has one input port that is free: the last. */
static bool connect(const struct aspan_muxers *muxers, const bt_port_output *port,
		    const bt_component_filter *muxer)
{
	uint64_t count = bt_component_filter_get_input_port_count(muxer);

	return bt_graph_connect_ports(
		       muxers->graph, port,
		       bt_component_filter_borrow_input_port_by_index_const(muxer, count - 1),
		       NULL) == BT_GRAPH_CONNECT_PORTS_STATUS_OK;
}

/* A new muxer of these ports, or NULL. */
static const bt_component_filter *mux(struct aspan_muxers *muxers,
				      const bt_port_output *const *ports, size_t count)
{
	const bt_component_filter *muxer = NULL;
	char name[32];

	snprintf(name, sizeof(name), "muxer-%zu", muxers->muxer_count++);
	if (!muxers->muxer_class ||
	    bt_graph_add_filter_component(muxers->graph, muxers->muxer_class, name, NULL,
					  BT_LOGGING_LEVEL_NONE,
					  &muxer) != BT_GRAPH_ADD_COMPONENT_STATUS_OK) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (!connect(muxers, ports[i], muxer)) {
			return NULL;
		}
	}
	return muxer;
}

/* One level of the tree. */
static bool reduce(struct aspan_muxers *muxers)
{
	size_t reduced = 0;

	for (size_t i = 0; i < muxers->port_count; i += ASPAN_MUXERS_FAN_IN) {
		size_t rest = muxers->port_count - i;
		const bt_component_filter *muxer =
			mux(muxers, &muxers->ports[i],
			    rest < ASPAN_MUXERS_FAN_IN ? rest : ASPAN_MUXERS_FAN_IN);

		if (!muxer) {
			return false;
		}
		muxers->ports[reduced++] =
			bt_component_filter_borrow_output_port_by_index_const(muxer, 0);
	}
	muxers->port_count = reduced;
	return true;
}

const bt_component_filter *aspan_muxers_connect(struct aspan_muxers *muxers)
{
	while (muxers->port_count > ASPAN_MUXERS_FAN_IN) {
		if (!reduce(muxers)) {
			return NULL;
		}
	}
	return mux(muxers, muxers->ports, muxers->port_count);
}

void aspan_muxers_fini(struct aspan_muxers *muxers)
{
	bt_component_class_filter_put_ref(muxers->muxer_class);
	free(muxers->ports);
	*muxers = (struct aspan_muxers){ 0 };
}
