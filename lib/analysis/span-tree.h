/* SPDX-License-Identifier: MIT */
/*
 * The tree of span paths: a node is a span's name inside another node. Node 0 is the root, in no span.
 *
 * The same name under the same parent is one node, whichever process or thread it is of. Nodes have numbers in the
 * order in which they are first met, so a parent comes before its children.
 */
#ifndef ASPAN_ANALYSIS_SPAN_TREE_H
#define ASPAN_ANALYSIS_SPAN_TREE_H

#include "id-map.h"
#include "names.h"

#include <stdint.h>

#define ASPAN_NODE_ROOT 0
/* Of a span whose span_enter is not in the trace. */
#define ASPAN_NAME_UNKNOWN UINT32_MAX

struct aspan_span_node {
	uint32_t parent; /* of the root: the root */
	uint32_t name; /* in names; NAME_UNKNOWN, also of the root */
};

struct aspan_span_tree {
	struct aspan_span_node *nodes;
	size_t node_count, node_capacity;
	struct aspan_id_map children; /* parent and name to node */
	struct aspan_names names;
};

/* 0 or -ENOMEM. */
int aspan_span_tree_init(struct aspan_span_tree *tree);
void aspan_span_tree_fini(struct aspan_span_tree *tree);

/* The node of a name inside a node. 0 or -ENOMEM. */
int aspan_span_tree_find(struct aspan_span_tree *tree, uint32_t parent, uint32_t name,
			 uint32_t *node);

#endif
