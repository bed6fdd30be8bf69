/* SPDX-License-Identifier: MIT */
/*
 * The LTTng-UST tracepoints that ELF files have, also stripped ones.
 *
 * Each file has a section of pointers to them. In a file the pointers are not filled in yet: what the dynamic linker would
 * write there is taken from the relocations.
 */
#ifndef ASPAN_CLI_TRACEPOINTS_LIST_H
#define ASPAN_CLI_TRACEPOINTS_LIST_H

#include <stddef.h>

struct aspan_tracepoint {
	char *file;
	char *provider;
	char *name;
	char *signature; /* "const void *, callback, int, depth" */
};

/* All zero is an empty one. */
struct aspan_tracepoint_list {
	struct aspan_tracepoint *items;
	size_t count;
	size_t capacity;
};

/* Adds those of a file. What is no ELF file, or has none, adds nothing. 0 or -ENOMEM. */
int aspan_tracepoint_list_add_file(struct aspan_tracepoint_list *list, const char *path,
				   const char *shown_path);

void aspan_tracepoint_list_fini(struct aspan_tracepoint_list *list);

#endif
