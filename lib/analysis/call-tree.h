/* SPDX-License-Identifier: MIT */
/*
 * The tree of call stacks: a node is a frame (a call site) that was called by its parent's; equal stacks are one node.
 *
 * So memory grows with the stacks that differ. Node 0 is the root: no stack is known. A parent comes before its
 * children.
 */
#ifndef ASPAN_ANALYSIS_CALL_TREE_H
#define ASPAN_ANALYSIS_CALL_TREE_H

#include "id-map.h"

#include <stddef.h>
#include <stdint.h>

#define ASPAN_CALL_ROOT 0

struct aspan_call_node {
	uint32_t parent;
	uint32_t callsite; /* in the table of call sites; of the root 0 */
};

struct aspan_call_tree {
	struct aspan_call_node *nodes; /* none before the first stack, not even the root */
	size_t node_count, node_capacity;
	struct aspan_id_map children;
};

/* An all-zero tree is an empty one. */
void aspan_call_tree_fini(struct aspan_call_tree *tree);

/* The node of a frame that this parent called. 0 or -ENOMEM. */
int aspan_call_tree_find(struct aspan_call_tree *tree, uint32_t parent, uint32_t callsite,
			 uint32_t *node);

#endif
