/* SPDX-License-Identifier: MIT */
/*
 * See span-tree.h.
 */
#include "span-tree.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>

int aspan_span_tree_init(struct aspan_span_tree *tree)
{
	struct aspan_span_node *root;

	*tree = (struct aspan_span_tree){ 0 };
	root = ASPAN_ARRAY_APPEND(tree, nodes, node);
	if (!root) {
		return -ENOMEM;
	}
	*root = (struct aspan_span_node){ .parent = ASPAN_NODE_ROOT, .name = ASPAN_NAME_UNKNOWN };
	return 0;
}

void aspan_span_tree_fini(struct aspan_span_tree *tree)
{
	free(tree->nodes);
	aspan_id_map_fini(&tree->children);
	aspan_names_fini(&tree->names);
	*tree = (struct aspan_span_tree){ 0 };
}

int aspan_span_tree_find(struct aspan_span_tree *tree, uint32_t parent, uint32_t name,
			 uint32_t *node)
{
	uint64_t key = (uint64_t) parent << 32 | name;
	struct aspan_span_node *added;
	int result;

	*node = aspan_id_map_find(&tree->children, key);
	if (*node != ASPAN_ID_MAP_NONE) {
		return 0;
	}
	added = ASPAN_ARRAY_APPEND(tree, nodes, node);
	if (!added) {
		return -ENOMEM;
	}
	*added = (struct aspan_span_node){ .parent = parent, .name = name };
	*node = (uint32_t) (tree->node_count - 1);
	result = aspan_id_map_set(&tree->children, key, *node);
	tree->node_count -= result != 0;
	return result;
}
