/* SPDX-License-Identifier: MIT */
/*
 * See c-library.h.
 */
#include "c-library.h"

#include <dlfcn.h>
#include <stddef.h>

#define C_LIBRARY "libc.so.6"

void *aspan_find_in_c_library(const char *name)
{
	void *library = dlopen(C_LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
	void *found = library ? dlsym(library, name) : NULL;

	if (library) {
		dlclose(library);
	}
	return found;
}
