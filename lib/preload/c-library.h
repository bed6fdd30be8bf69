/* SPDX-License-Identifier: MIT */
/*
 * Functions of the C library, whoever stands before it.
 */
#ifndef ASPAN_PRELOAD_C_LIBRARY_H
#define ASPAN_PRELOAD_C_LIBRARY_H

/* NULL if it has none of this name. Takes the dynamic linker's lock: for constructors. */
void *aspan_find_in_c_library(const char *name);

#endif
