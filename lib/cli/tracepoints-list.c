/* SPDX-License-Identifier: MIT */
/*
 * See tracepoints-list.h.
 *
 * Addresses are those in the file, before it is loaded anywhere.
 */
#include "tracepoints-list.h"

#include <gelf.h>
#include <libelf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTION "lttng_ust_tracepoints_ptrs"

/* Where LTTng 2.13 has what we want in its struct lttng_ust_tracepoint (its ABI: fields are only added behind). */
#define OFFSET_PROVIDER 8
#define OFFSET_NAME 16
#define OFFSET_SIGNATURE 48

/* What the dynamic linker writes to an address. */
struct relocation {
	uint64_t address;
	uint64_t value;
};

struct image {
	Elf *elf;
	const char *bytes;
	size_t size_bytes;
	GElf_Ehdr header;
	struct relocation *relocations; /* by address */
	size_t relocation_count;
};

/* The bytes at an address, of which there are *left in the file; NULL if none. */
static const char *find_bytes(const struct image *image, uint64_t address, size_t *left)
{
	size_t count = 0;
	GElf_Phdr segment;

	elf_getphdrnum(image->elf, &count);
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(image->elf, (int) i, &segment) && segment.p_type == PT_LOAD &&
		    address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz &&
		    segment.p_offset <= image->size_bytes &&
		    segment.p_filesz <= image->size_bytes - segment.p_offset) {
			*left = segment.p_filesz - (address - segment.p_vaddr);
			return image->bytes + segment.p_offset + (address - segment.p_vaddr);
		}
	}
	return NULL;
}

static const char *find_string(const struct image *image, uint64_t address)
{
	size_t left;
	const char *string = find_bytes(image, address, &left);

	return string && memchr(string, '\0', left) ? string : NULL;
}

static int compare_relocations(const void *a, const void *b)
{
	const struct relocation *first = a, *second = b;

	return (first->address > second->address) - (first->address < second->address);
}

static bool read_pointer(const struct image *image, uint64_t address, uint64_t *value)
{
	const struct relocation wanted = { .address = address };
	const struct relocation *found = NULL;
	const char *bytes;
	size_t left;

	if (image->relocation_count > 0) {
		found = bsearch(&wanted, image->relocations, image->relocation_count,
				sizeof(wanted), compare_relocations);
	}
	if (found) {
		*value = found->value;
		return true;
	}
	bytes = find_bytes(image, address, &left);
	if (!bytes || left < sizeof(*value)) {
		return false;
	}
	memcpy(value, bytes, sizeof(*value));
	return true;
}

/* Those of one section; a relocation against a symbol of another file has no value here. */
static int add_relocations(struct image *image, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	Elf_Scn *symbol_section = elf_getscn(image->elf, header->sh_link);
	Elf_Data *symbols = symbol_section ? elf_getdata(symbol_section, NULL) : NULL;
	size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	struct relocation *moved = reallocarray(
		image->relocations, image->relocation_count + count + 1, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	image->relocations = moved;
	for (size_t i = 0; i < count; i++) {
		GElf_Sym symbol = { .st_value = 0 };
		GElf_Rela entry;

		if (!gelf_getrela(data, (int) i, &entry)) {
			continue;
		}
		if (GELF_R_SYM(entry.r_info) != 0 &&
		    (!symbols || !gelf_getsym(symbols, (int) GELF_R_SYM(entry.r_info), &symbol) ||
		     symbol.st_shndx == SHN_UNDEF)) {
			continue;
		}
		moved[image->relocation_count++] = (struct relocation){
			.address = entry.r_offset,
			.value = symbol.st_value + (uint64_t) entry.r_addend,
		};
	}
	return 0;
}

/* Reads the relocations and finds the section of pointers. 0; -ENOENT if there is none; or -ENOMEM. */
static int read_sections(struct image *image, GElf_Shdr *pointers)
{
	Elf_Scn *section = NULL;
	bool has_pointers = false;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(image->elf, &names) < 0) {
		return -ENOENT;
	}
	while ((section = elf_nextscn(image->elf, section)) && gelf_getshdr(section, &header)) {
		const char *name = elf_strptr(image->elf, names, header.sh_name);

		if (name && strcmp(name, SECTION) == 0) {
			*pointers = header;
			has_pointers = true;
		} else if (header.sh_type == SHT_RELA && (header.sh_flags & SHF_ALLOC) &&
			   add_relocations(image, section, &header)) {
			return -ENOMEM;
		}
	}
	if (!has_pointers) {
		return -ENOENT;
	}
	if (image->relocation_count > 0) {
		qsort(image->relocations, image->relocation_count, sizeof(*image->relocations),
		      compare_relocations);
	}
	return 0;
}

static void free_tracepoint(struct aspan_tracepoint *tracepoint)
{
	free(tracepoint->file);
	free(tracepoint->provider);
	free(tracepoint->name);
	free(tracepoint->signature);
}

static int add(struct aspan_tracepoint_list *list, const char *file, const char *provider,
	       const char *name, const char *signature)
{
	struct aspan_tracepoint *added;

	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 16;

		added = reallocarray(list->items, capacity, sizeof(*added));
		if (!added) {
			return -ENOMEM;
		}
		list->items = added;
		list->capacity = capacity;
	}
	added = &list->items[list->count];
	*added = (struct aspan_tracepoint){
		.file = strdup(file),
		.provider = strdup(provider),
		.name = strdup(name),
		.signature = strdup(signature),
	};
	if (!added->file || !added->provider || !added->name || !added->signature) {
		free_tracepoint(added);
		return -ENOMEM;
	}
	list->count++;
	return 0;
}

/* The string that a pointer at an address leads to. */
static const char *follow(const struct image *image, uint64_t address)
{
	uint64_t string;

	return read_pointer(image, address, &string) ? find_string(image, string) : NULL;
}

static int add_tracepoints(struct aspan_tracepoint_list *list, const struct image *image,
			   const GElf_Shdr *pointers, const char *shown_path)
{
	int result = 0;

	for (uint64_t at = 0; !result && at + sizeof(uint64_t) <= pointers->sh_size;
	     at += sizeof(uint64_t)) {
		const char *provider = NULL, *name = NULL, *signature = NULL;
		uint64_t tracepoint;

		if (read_pointer(image, pointers->sh_addr + at, &tracepoint)) {
			provider = follow(image, tracepoint + OFFSET_PROVIDER);
			name = follow(image, tracepoint + OFFSET_NAME);
			signature = follow(image, tracepoint + OFFSET_SIGNATURE);
		}
		if (provider && name && signature) {
			result = add(list, shown_path, provider, name, signature);
		}
	}
	return result;
}

static int add_elf(struct aspan_tracepoint_list *list, Elf *elf, const char *shown_path)
{
	struct image image = { .elf = elf };
	GElf_Shdr pointers;
	int result;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &image.header) ||
	    gelf_getclass(elf) != ELFCLASS64) {
		return 0;
	}
	image.bytes = elf_rawfile(elf, &image.size_bytes);
	result = image.bytes ? read_sections(&image, &pointers) : -ENOENT;
	if (!result) {
		result = add_tracepoints(list, &image, &pointers, shown_path);
	}
	free(image.relocations);
	return result == -ENOENT ? 0 : result;
}

int aspan_tracepoint_list_add_file(struct aspan_tracepoint_list *list, const char *path,
				   const char *shown_path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int result = 0;
	Elf *elf;

	if (file < 0) {
		return 0;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(file, ELF_C_READ_MMAP, NULL);
	if (elf) {
		result = add_elf(list, elf, shown_path);
		elf_end(elf);
	}
	close(file);
	return result;
}

void aspan_tracepoint_list_fini(struct aspan_tracepoint_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free_tracepoint(&list->items[i]);
	}
	free(list->items);
	*list = (struct aspan_tracepoint_list){ 0 };
}
