/* SPDX-License-Identifier: MIT */
/*
 * See elf-file.h.
 */
#include "elf-file.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool aspan_bind_elf_file_map(struct aspan_bind_elf_file *file, const char *path)
{
	/* open() and close() are cancellation points. */
	int descriptor = (int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *start = MAP_FAILED;

	if (descriptor < 0) {
		return false;
	}
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
		file->size_bytes = (size_t) status.st_size;
		start = mmap(NULL, file->size_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
	}
	syscall(SYS_close, descriptor);
	file->start = start;
	return start != MAP_FAILED;
}

void aspan_bind_elf_file_unmap(struct aspan_bind_elf_file *file)
{
	munmap((void *) (uintptr_t) file->start, file->size_bytes);
}

const void *aspan_bind_elf_file_part(const struct aspan_bind_elf_file *file, uint64_t offset,
				     uint64_t size_bytes)
{
	if (offset > file->size_bytes || size_bytes > file->size_bytes - offset) {
		return NULL;
	}
	return file->start + offset;
}

const ElfW(Ehdr) * aspan_bind_elf_file_header(const struct aspan_bind_elf_file *file)
{
	const ElfW(Ehdr) *header = aspan_bind_elf_file_part(file, 0, sizeof(*header));

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phentsize != sizeof(ElfW(Phdr)) ||
	    header->e_shentsize != sizeof(ElfW(Shdr))) {
		return NULL;
	}
	return header;
}

const char *aspan_bind_elf_file_path(const struct dl_phdr_info *object)
{
	if (!object->dlpi_name || !*object->dlpi_name) {
		return ASPAN_BIND_ELF_FILE_PROGRAM;
	}
	return strchr(object->dlpi_name, '/') ? object->dlpi_name : NULL;
}
