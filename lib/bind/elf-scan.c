/* SPDX-License-Identifier: MIT */
/*
 * See elf-scan.h.
 */
#include "elf-scan.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

#include "elf-file.h"

struct scan {
	aspan_bind_scan_visitor *visitor;
	void *data;
};

/* Whether the file is what is loaded: the program headers are the same. */
static const ElfW(Ehdr) *
	check(const struct aspan_bind_elf_file *file, const struct dl_phdr_info *object)
{
	const ElfW(Ehdr) *header = aspan_bind_elf_file_header(file);
	const void *segments;

	if (!header || header->e_phnum != object->dlpi_phnum) {
		return NULL;
	}
	segments = aspan_bind_elf_file_part(file, header->e_phoff,
					    header->e_phnum * sizeof(ElfW(Phdr)));
	if (!segments ||
	    memcmp(segments, object->dlpi_phdr, header->e_phnum * sizeof(ElfW(Phdr))) != 0) {
		return NULL;
	}
	return header;
}

static const ElfW(Shdr) *
	find_section(const struct aspan_bind_elf_file *file, const ElfW(Ehdr) * header)
{
	const ElfW(Shdr) *sections = aspan_bind_elf_file_part(file, header->e_shoff,
							      header->e_shnum * sizeof(*sections));
	const ElfW(Shdr) * names;

	if (!sections || header->e_shstrndx >= header->e_shnum) {
		return NULL;
	}
	names = &sections[header->e_shstrndx];
	for (size_t i = 0; i < header->e_shnum; i++) {
		const char *name = sections[i].sh_name < names->sh_size ?
					   aspan_bind_elf_file_part(
						   file, names->sh_offset + sections[i].sh_name,
						   sizeof(ASPAN_BIND_SECTION)) :
					   NULL;

		if (name && memcmp(name, ASPAN_BIND_SECTION, sizeof(ASPAN_BIND_SECTION)) == 0) {
			return &sections[i];
		}
	}
	return NULL;
}

/* Whether the section is in a segment that is loaded and can be read. */
static bool is_loaded(const ElfW(Shdr) * section, const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_R) &&
		    section->sh_addr >= segment->p_vaddr && section->sh_size <= segment->p_memsz &&
		    section->sh_addr - segment->p_vaddr <= segment->p_memsz - section->sh_size) {
			return true;
		}
	}
	return false;
}

static int visit_object(struct dl_phdr_info *object, size_t size, void *data)
{
	const char *path = aspan_bind_elf_file_path(object);
	const struct scan *scan = data;
	const ElfW(Ehdr) * header;
	const ElfW(Shdr) * section;
	struct aspan_bind_elf_file file = { .size_bytes = 0 };

	(void) size;
	if (!path || !aspan_bind_elf_file_map(&file, path)) {
		return 0;
	}
	header = check(&file, object);
	section = header ? find_section(&file, header) : NULL;
	if (section && is_loaded(section, object)) {
		scan->visitor((struct lttng_ust_tracepoint *const *) (object->dlpi_addr +
								      section->sh_addr),
			      section->sh_size / sizeof(struct lttng_ust_tracepoint *), scan->data);
	}
	aspan_bind_elf_file_unmap(&file);
	return 0;
}

void aspan_bind_elf_scan(aspan_bind_scan_visitor *visitor, void *data)
{
	struct scan scan = { visitor, data };
	int saved_errno = errno;

	dl_iterate_phdr(visit_object, &scan);
	errno = saved_errno;
}
