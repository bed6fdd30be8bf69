/* SPDX-License-Identifier: MIT */
/*
 * The file of an object, mapped: whatever it has in it, only what lies inside is read.
 *
 * May run inside a tracepoint of the program: no allocation, and no cancellation point.
 */
#ifndef ASPAN_BIND_ELF_FILE_H
#define ASPAN_BIND_ELF_FILE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_bind_elf_file {
	const char *start;
	size_t size_bytes;
};

bool aspan_bind_elf_file_map(struct aspan_bind_elf_file *file, const char *path);
void aspan_bind_elf_file_unmap(struct aspan_bind_elf_file *file);

/* A part of the file, or NULL where the file is too short for it. */
const void *aspan_bind_elf_file_part(const struct aspan_bind_elf_file *file, uint64_t offset,
				     uint64_t size_bytes);

/* The header, or NULL if it is not an object of this machine's word size. */
const ElfW(Ehdr) * aspan_bind_elf_file_header(const struct aspan_bind_elf_file *file);

/* The path of the program itself, also where its file was moved since. */
#define ASPAN_BIND_ELF_FILE_PROGRAM "/proc/self/exe"

/* Where a loaded object's file is; NULL where it has none, as the kernel's own. */
const char *aspan_bind_elf_file_path(const struct dl_phdr_info *object);

#endif
