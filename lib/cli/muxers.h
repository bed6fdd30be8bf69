/* SPDX-License-Identifier: MIT */
/*
 * Muxes the streams of all traces in order of time: a tree of babeltrace2's muxers.
 *
 * For each message, a muxer looks at what waits at every port, so one alone is quadratic in how many processes were recorded.
 *
 *	stream stream ... stream   stream ... stream   ...   stream
 *	   '---- muxer-0 ----'        '- muxer-1 '             |     at most ASPAN_MUXERS_FAN_IN ports each
 *	            '------------- muxer-9 '-------------------'
 */
#ifndef ASPAN_CLI_MUXERS_H
#define ASPAN_CLI_MUXERS_H

#include <babeltrace2/babeltrace.h>

#include <stddef.h>

#define ASPAN_MUXERS_FAN_IN 16

struct aspan_muxers {
	bt_graph *graph;
	const bt_component_class_filter *muxer_class;
	const bt_port_output **ports; /* not connected yet */
	size_t port_count;
	size_t muxer_count;
};

/* `utils` is babeltrace2's plugin of that name. Borrows the graph. End it with aspan_muxers_fini(). */
void aspan_muxers_init(struct aspan_muxers *muxers, bt_graph *graph, const bt_plugin *utils);

/* Takes all ports that the component has. 0 or -ENOMEM. */
int aspan_muxers_add(struct aspan_muxers *muxers, const bt_component_source *source);

/* Once, after all were added: the muxer that all comes out of. NULL on failure; then libbabeltrace2 has an error. */
const bt_component_filter *aspan_muxers_connect(struct aspan_muxers *muxers);

/* The graph keeps the components. */
void aspan_muxers_fini(struct aspan_muxers *muxers);

#endif
