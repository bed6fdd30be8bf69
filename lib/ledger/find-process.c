/* SPDX-License-Identifier: MIT */
/*
 * See find-process.h.
 *
 * The library's file is opened through /proc/PID, so that it is the one that is loaded, also in a container. As it belongs to the
 * process, it is read, not mapped: it may shrink.
 */
#include "find-process.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process-maps.h"

static bool is_the_file(int file, const struct aspan_process_map *map)
{
	struct stat status;

	return fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	       (uint64_t) status.st_ino == map->inode;
}

/* By the mapping, which leads to a deleted file, too, but is for root only; or by its path. */
static int open_library(pid_t pid, const struct aspan_process_map *map)
{
	char by_map[128], by_path[PATH_MAX + 64];
	const char *const paths[] = { by_map, by_path };

	snprintf(by_map, sizeof(by_map), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int) pid,
		 map->begin, map->end);
	snprintf(by_path, sizeof(by_path), "/proc/%d/root%s", (int) pid, map->path);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int file = open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

		if (file >= 0 && is_the_file(file, map)) {
			return file;
		}
		if (file >= 0) {
			close(file);
		}
	}
	return -1;
}

static Elf_Scn *find_dynamic_symbols(Elf *elf, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, header) && header->sh_type == SHT_DYNSYM &&
		    header->sh_entsize) {
			return section;
		}
	}
	return NULL;
}

static bool is_locator(Elf *elf, const GElf_Shdr *header, const GElf_Sym *symbol)
{
	const char *name = elf_strptr(elf, header->sh_link, symbol->st_name);

	return name && strcmp(name, ASPAN_LEDGER_SYMBOL) == 0 && symbol->st_shndx != SHN_UNDEF &&
	       symbol->st_size >= sizeof(struct aspan_ledger_locator);
}

static bool find_symbol(Elf *elf, uint64_t *value)
{
	GElf_Shdr header;
	Elf_Scn *section = find_dynamic_symbols(elf, &header);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	size_t count = data ? data->d_size / header.sh_entsize : 0;

	for (size_t i = 0; i < count && i < INT_MAX; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(data, (int) i, &symbol) && is_locator(elf, &header, &symbol)) {
			*value = symbol.st_value;
			return true;
		}
	}
	return false;
}

/* How far from its addresses the object is loaded: its first page is where the mapping begins. */
static bool find_distance(Elf *elf, const struct aspan_process_map *map, uint64_t *distance)
{
	uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE);
	size_t count;

	if (elf_getphdrnum(elf, &count)) {
		return false;
	}
	for (size_t i = 0; i < count && i < INT_MAX; i++) {
		GElf_Phdr segment;

		if (gelf_getphdr(elf, (int) i, &segment) && segment.p_type == PT_LOAD &&
		    segment.p_offset < page) {
			*distance = map->begin - (segment.p_vaddr & ~(page - 1));
			return true;
		}
	}
	return false;
}

/* The address of the locator; 0 if the file has none. */
static uint64_t find_locator(pid_t pid, const struct aspan_process_map *map)
{
	int file = open_library(pid, map);
	uint64_t value = 0, distance = 0;
	bool is_found = false;
	Elf *elf = NULL;

	if (file < 0) {
		return 0;
	}
	if (elf_version(EV_CURRENT) != EV_NONE && (elf = elf_begin(file, ELF_C_READ, NULL)) &&
	    elf_kind(elf) == ELF_K_ELF) {
		is_found = find_symbol(elf, &value) && find_distance(elf, map, &distance);
	}
	elf_end(elf);
	close(file);
	return is_found ? distance + value : 0;
}

/* The process id as the process sees it: the last one of its namespaces. Else the one that is known. */
static pid_t read_own_pid(pid_t pid)
{
	static const char label[] = "NSpid:";
	char path[64], line[512];
	pid_t own = pid;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int) pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		char *last = strrchr(line, '\t');

		if (strncmp(line, label, sizeof(label) - 1) == 0 && last) {
			own = (pid_t) strtol(last, NULL, 10);
			break;
		}
	}
	if (file) {
		fclose(file);
	}
	return own;
}

static int check_locator(struct aspan_ledger_image *image,
			 const struct aspan_ledger_locator *locator)
{
	if (locator->header == 0) {
		return aspan_ledger_fail(image->error, -ENODATA, image->name,
					 "has no ledger yet: nothing was counted (expected one "
					 "after the first allocation in a group)");
	}
	if (locator->pid != read_own_pid(image->pid)) {
		return aspan_ledger_fail(
			image->error, -ENODATA, image->name,
			"has no ledger of its own: what it holds is that of process %d, of which "
			"it is a copy made without fork() (it gets one when it counts)",
			(int) locator->pid);
	}
	return 0;
}

static int fail_to_find(struct aspan_ledger_image *image, int count, const char *path)
{
	if (count == -ENOENT || count == -ESRCH) {
		return aspan_ledger_fail(image->error, -ESRCH, image->name,
					 "there is no such process");
	}
	if (count == -EACCES || count == -EPERM) {
		return aspan_ledger_fail(
			image->error, count, image->name,
			"its memory may not be read (expected the rights of a debugger: the same "
			"user and ptrace_scope 0, or root)");
	}
	if (count < 0) {
		return aspan_ledger_fail(image->error, count, image->name,
					 "cannot read what it has loaded: %s", strerror(-count));
	}
	if (count == 0) {
		return aspan_ledger_fail(
			image->error, -ENODATA, image->name,
			"does not run under allocspan (expected liballocspan.so "
			"among what it has loaded); start it with `allocspan record`");
	}
	return aspan_ledger_fail(image->error, -ENODATA, image->name,
				 "no ledger is found in the %s that it has loaded (expected the "
				 "symbol " ASPAN_LEDGER_SYMBOL
				 "): another version, or its file was replaced; try as root",
				 path);
}

int aspan_ledger_find(struct aspan_ledger_image *image, uint64_t *header)
{
	struct aspan_process_map maps[ASPAN_PROCESS_MAPS_MAX];
	int count = aspan_process_maps_find(image->pid, maps);
	int result = -ENODATA;
	bool is_found = false;

	for (int i = 0; i < count && result; i++) {
		uint64_t address = find_locator(image->pid, &maps[i]);
		struct aspan_ledger_locator locator;

		if (!address) {
			continue;
		}
		is_found = true;
		result = aspan_ledger_image_read(image, address, &locator, sizeof(locator),
						 "the locator");
		result = result ? result : check_locator(image, &locator);
		*header = locator.header;
	}
	return is_found ? result : fail_to_find(image, count, count > 0 ? maps[0].path : "");
}
