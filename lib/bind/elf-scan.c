/* SPDX-License-Identifier: MIT */
/*
 * See elf-scan.h.
 */
#include "elf-scan.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OURSELVES "/proc/self/exe"

struct scan {
	aspan_bind_scan_visitor *visitor;
	void *data;
};

/* A file, mapped. */
struct file {
	const char *start;
	size_t size_bytes;
};

/* A part of the file, or NULL where the file is too short for it. */
static const void *part(const struct file *file, uint64_t offset, uint64_t size_bytes)
{
	if (offset > file->size_bytes || size_bytes > file->size_bytes - offset) {
		return NULL;
	}
	return file->start + offset;
}

static bool map_file(struct file *file, const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *start = MAP_FAILED;

	if (descriptor < 0) {
		return false;
	}
	if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
		file->size_bytes = (size_t) status.st_size;
		start = mmap(NULL, file->size_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
	}
	close(descriptor);
	file->start = start;
	return start != MAP_FAILED;
}

/* Whether the file is what is loaded: the program headers are the same. */
static const ElfW(Ehdr) * check(const struct file *file, const struct dl_phdr_info *object)
{
	const ElfW(Ehdr) *header = part(file, 0, sizeof(*header));
	const void *segments;

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phnum != object->dlpi_phnum || header->e_phentsize != sizeof(ElfW(Phdr)) ||
	    header->e_shentsize != sizeof(ElfW(Shdr))) {
		return NULL;
	}
	segments = part(file, header->e_phoff, header->e_phnum * sizeof(ElfW(Phdr)));
	if (!segments ||
	    memcmp(segments, object->dlpi_phdr, header->e_phnum * sizeof(ElfW(Phdr))) != 0) {
		return NULL;
	}
	return header;
}

static const ElfW(Shdr) * find_section(const struct file *file, const ElfW(Ehdr) * header)
{
	const ElfW(Shdr) *sections =
		part(file, header->e_shoff, header->e_shnum * sizeof(*sections));
	const ElfW(Shdr) * names;

	if (!sections || header->e_shstrndx >= header->e_shnum) {
		return NULL;
	}
	names = &sections[header->e_shstrndx];
	for (size_t i = 0; i < header->e_shnum; i++) {
		const char *name = sections[i].sh_name < names->sh_size ?
					   part(file, names->sh_offset + sections[i].sh_name,
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
	const char *path = object->dlpi_name && *object->dlpi_name ? object->dlpi_name : OURSELVES;
	const struct scan *scan = data;
	const ElfW(Ehdr) * header;
	const ElfW(Shdr) * section;
	struct file file = { .size_bytes = 0 };

	(void) size;
	if (!strchr(path, '/') || !map_file(&file, path)) {
		return 0;
	}
	header = check(&file, object);
	section = header ? find_section(&file, header) : NULL;
	if (section && is_loaded(section, object)) {
		scan->visitor((struct lttng_ust_tracepoint *const *) (object->dlpi_addr +
								      section->sh_addr),
			      section->sh_size / sizeof(struct lttng_ust_tracepoint *), scan->data);
	}
	munmap((void *) (uintptr_t) file.start, file.size_bytes);
	return 0;
}

void aspan_bind_elf_scan(aspan_bind_scan_visitor *visitor, void *data)
{
	struct scan scan = { visitor, data };
	int saved_errno = errno;

	dl_iterate_phdr(visit_object, &scan);
	errno = saved_errno;
}
