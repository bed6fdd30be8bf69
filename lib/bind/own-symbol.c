/* SPDX-License-Identifier: MIT */
/*
 * See own-symbol.h.
 */
#include "own-symbol.h"

#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "elf-file.h"
#include "symbol.h"

/* A tracepoint may be on a small stack. */
#define PATH_BYTES 1024

struct place {
	uint64_t address;
	uint64_t offset;
	char path[PATH_BYTES];
};

static bool has_address(const struct dl_phdr_info *object, uint64_t address, uint64_t *first)
{
	bool is_first = true;
	bool has = false;

	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uint64_t start = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD) {
			continue;
		}
		*first = is_first ? start : *first;
		is_first = false;
		has |= address >= start && address - start < segment->p_memsz;
	}
	return has;
}

/* The path is copied, and the file read afterwards: the linker's list is locked here. */
static int visit(struct dl_phdr_info *object, size_t size, void *data)
{
	const char *path = aspan_bind_elf_file_path(object);
	struct place *place = data;
	uint64_t first = 0;

	(void) size;
	if (!has_address(object, place->address, &first) || !path) {
		return 0;
	}
	place->offset = place->address - first;
	snprintf(place->path, sizeof(place->path), "%s", path);
	return 1;
}

/* A trace knows the program by its name, so it is called by that here, too. */
static void name_program(struct place *place)
{
	ssize_t length =
		readlink(ASPAN_BIND_ELF_FILE_PROGRAM, place->path, sizeof(place->path) - 1);

	if (length > 0) {
		place->path[length] = '\0';
	}
}

bool aspan_bind_own_symbol_text(char text[ASPAN_BIND_TEXT_BYTES], uint64_t address)
{
	struct place place = { .address = address };

	if (dl_iterate_phdr(visit, &place) == 0) {
		return false;
	}
	if (!aspan_bind_symbol_find(text, place.path, place.offset)) {
		if (strcmp(place.path, ASPAN_BIND_ELF_FILE_PROGRAM) == 0) {
			name_program(&place);
		}
		aspan_bind_symbol_place(text, place.path, place.offset);
	}
	return true;
}
