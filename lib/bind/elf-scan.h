/* SPDX-License-Identifier: MIT */
/*
 * Finds the tracepoints of every object that is loaded, also in stripped programs: the section of pointers to them is named
 * in the section headers of the file, and is in memory at the object's address, relocated.
 *
 * Nothing is allocated but mappings. A file that is not the one that was loaded (it was replaced meanwhile) is passed over.
 */
#ifndef ASPAN_BIND_ELF_SCAN_H
#define ASPAN_BIND_ELF_SCAN_H

#include <stddef.h>

#include "tracepoint-abi.h"

/* Called for each object that has tracepoints, with the dynamic linker's lock held: no object comes or goes meanwhile. */
typedef void aspan_bind_scan_visitor(struct lttng_ust_tracepoint *const *start, size_t count,
				     void *data);

void aspan_bind_elf_scan(aspan_bind_scan_visitor *visitor, void *data);

#endif
