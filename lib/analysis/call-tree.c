/* SPDX-License-Identifier: MIT */
/*
 * See call-tree.h.
 */
#include "call-tree.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>

void aspan_call_tree_fini(struct aspan_call_tree *tree)
{
	free(tree->nodes);
	aspan_id_map_fini(&tree->children);
	*tree = (struct aspan_call_tree){ 0 };
}

static struct aspan_call_node *append(struct aspan_call_tree *tree)
{
	/* The root is the first. */
	if (tree->node_count == 0 && !ASPAN_ARRAY_APPEND(tree, nodes, node)) {
		return NULL;
	}
	return ASPAN_ARRAY_APPEND(tree, nodes, node);
}

int aspan_call_tree_find(struct aspan_call_tree *tree, uint32_t parent, uint32_t callsite,
			 uint32_t *node)
{
	uint64_t key = (uint64_t) parent << 32 | callsite;
	struct aspan_call_node *added;
	int result;

	*node = aspan_id_map_find(&tree->children, key);
	if (*node != ASPAN_ID_MAP_NONE) {
		return 0;
	}
	added = append(tree);
	if (!added) {
		return -ENOMEM;
	}
	*added = (struct aspan_call_node){ .parent = parent, .callsite = callsite };
	*node = (uint32_t) (tree->node_count - 1);
	result = aspan_id_map_set(&tree->children, key, *node);
	tree->node_count -= result != 0;
	return result;
}
