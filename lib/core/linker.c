/* SPDX-License-Identifier: MIT */
/*
 * See linker.h.
 */
#include "linker.h"

#include <dlfcn.h>
#include <link.h>

/* A function that nobody else has, found by name so that nothing links to it. */
#define FUNCTION_OF_LINKER "__tls_get_addr"

uintptr_t aspan_linker_start;
size_t aspan_linker_bytes;

static int take_bounds(struct dl_phdr_info *object, size_t size, void *base)
{
	uintptr_t end = 0;

	(void) size;
	if (object->dlpi_addr != (uintptr_t) base) {
		return 0;
	}
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && segment->p_vaddr + segment->p_memsz > end) {
			end = segment->p_vaddr + segment->p_memsz;
		}
	}
	aspan_linker_start = object->dlpi_addr;
	aspan_linker_bytes = end;
	return 1;
}

void aspan_linker_init(void)
{
	void *function = dlsym(RTLD_DEFAULT, FUNCTION_OF_LINKER);
	Dl_info linker;

	if (function && dladdr(function, &linker)) {
		dl_iterate_phdr(take_bounds, linker.dli_fbase);
	}
}
