/* SPDX-License-Identifier: MIT */
/*
 * See symbol.h.
 */
#include "symbol.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf-file.h"

struct table {
	const ElfW(Sym) * symbols;
	size_t count;
	const char *names;
	size_t name_bytes;
};

static const ElfW(Shdr) * find_sections(const struct aspan_bind_elf_file *file, size_t *count)
{
	const ElfW(Ehdr) *header = aspan_bind_elf_file_header(file);

	*count = header ? header->e_shnum : 0;
	return header ? aspan_bind_elf_file_part(file, header->e_shoff,
						 *count * sizeof(ElfW(Shdr))) :
			NULL;
}

/* The table of a kind; false if the file has none. */
static bool find_table(struct table *table, const struct aspan_bind_elf_file *file, ElfW(Word) kind)
{
	size_t count;
	const ElfW(Shdr) *sections = find_sections(file, &count);

	for (size_t i = 0; sections && i < count; i++) {
		const ElfW(Shdr) *section = &sections[i];

		if (section->sh_type == kind && section->sh_entsize == sizeof(ElfW(Sym)) &&
		    section->sh_link < count) {
			const ElfW(Shdr) *names = &sections[section->sh_link];

			table->symbols = aspan_bind_elf_file_part(file, section->sh_offset,
								  section->sh_size);
			table->count = section->sh_size / sizeof(ElfW(Sym));
			table->names =
				aspan_bind_elf_file_part(file, names->sh_offset, names->sh_size);
			table->name_bytes = names->sh_size;
			return table->symbols && table->names;
		}
	}
	return false;
}

/* Where the file wants its first segment; objects that are loaded anywhere usually say 0. */
static uint64_t first_address(const struct aspan_bind_elf_file *file)
{
	const ElfW(Ehdr) *header = aspan_bind_elf_file_header(file);
	const ElfW(Phdr) *segments =
		header ? aspan_bind_elf_file_part(file, header->e_phoff,
						  header->e_phnum * sizeof(*segments)) :
			 NULL;

	for (size_t i = 0; segments && i < header->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD) {
			return segments[i].p_vaddr;
		}
	}
	return 0;
}

static bool has_address(const ElfW(Sym) * symbol, uint64_t address)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);

	return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF &&
	       address >= symbol->st_value &&
	       (address == symbol->st_value || address - symbol->st_value < symbol->st_size);
}

/* Of several names for one function the first in the table, which is always the same. */
static bool find_name(char text[ASPAN_BIND_TEXT_BYTES], const struct table *table, uint64_t address)
{
	for (size_t i = 0; i < table->count; i++) {
		const ElfW(Sym) *symbol = &table->symbols[i];
		const char *name = table->names + symbol->st_name;

		if (has_address(symbol, address) && symbol->st_name < table->name_bytes && *name &&
		    memchr(name, '\0', table->name_bytes - symbol->st_name)) {
			aspan_bind_text_of_string(text, name);
			return true;
		}
	}
	return false;
}

static bool find_in_file(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_elf_file *file,
			 uint64_t offset)
{
	uint64_t address = first_address(file) + offset;
	struct table table;

	return (find_table(&table, file, SHT_SYMTAB) && find_name(text, &table, address)) ||
	       (find_table(&table, file, SHT_DYNSYM) && find_name(text, &table, address));
}

bool aspan_bind_symbol_find(char text[ASPAN_BIND_TEXT_BYTES], const char *path, uint64_t offset)
{
	struct aspan_bind_elf_file file = { .size_bytes = 0 };
	bool is_found;

	if (!aspan_bind_elf_file_map(&file, path)) {
		return false;
	}
	is_found = find_in_file(text, &file, offset);
	aspan_bind_elf_file_unmap(&file);
	return is_found;
}

void aspan_bind_symbol_place(char text[ASPAN_BIND_TEXT_BYTES], const char *path, uint64_t offset)
{
	const char *slash = strrchr(path, '/');
	char place[ASPAN_BIND_TEXT_BYTES];

	/* A name of a file has at most 255 bytes, of which some give way to the number. */
	snprintf(place, sizeof(place), "%.200s+0x%" PRIx64, slash ? slash + 1 : path, offset);
	aspan_bind_text_of_string(text, place);
}
