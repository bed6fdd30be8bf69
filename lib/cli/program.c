/* SPDX-License-Identifier: MIT */
/*
 * What can be seen from a program's file: whether its allocations can be recorded, and if not, why.
 *
 * The symbol tables tell most. A program that defines malloc itself exports it, because its libraries need the
 * same one; and as the program comes first in the order of symbols, ours is never called. If it hides it, it is
 * in the other table, unless the program was stripped.
 */
#include "program.h"

#include <gelf.h>
#include <libelf.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_INTERPRETERS 4
#define LIBRARY_NAME "liballocspan"
#define TRACEPOINT_SECTION "lttng_ust_tracepoints_ptrs"
#define GO_SECTION ".go.buildinfo"

/* "#!FILE ...": the file; NULL if this is no script. The caller frees it. */
static char *read_interpreter(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *name = NULL;
	size_t size = 0, length;

	if (file && fgetc(file) == '#' && fgetc(file) == '!' && getline(&line, &size, file) > 0) {
		const char *start = line + strspn(line, " \t");

		length = strcspn(start, " \t\r\n");
		name = length > 0 ? strndup(start, length) : NULL;
	}
	free(line);
	if (file) {
		fclose(file);
	}
	return name;
}

static bool follow_interpreters(struct aspan_program *program)
{
	for (int i = 0; i < MAX_INTERPRETERS; i++) {
		char *interpreter = read_interpreter(program->path);

		if (!interpreter) {
			return true;
		}
		free(program->path);
		program->path = interpreter;
		program->is_script = true;
	}
	return false;
}

/* The loader's secure mode begins where a program gains rights. */
static bool gains_privileges(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0) {
		return false;
	}
	if ((status.st_mode & S_ISUID) && status.st_uid != geteuid()) {
		return true;
	}
	if ((status.st_mode & S_ISGID) && status.st_gid != getegid()) {
		return true;
	}
	return geteuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static bool is_like_us(const GElf_Ehdr *header)
{
	GElf_Ehdr own;
	Elf *elf;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool is_like = false;

	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	if (elf && gelf_getehdr(elf, &own)) {
		is_like = own.e_machine == header->e_machine &&
			  own.e_ident[EI_CLASS] == header->e_ident[EI_CLASS];
	}
	elf_end(elf);
	if (fd >= 0) {
		close(fd);
	}
	return is_like;
}

static bool has_interpreter_segment(Elf *elf)
{
	size_t count = 0;
	GElf_Phdr segment;

	elf_getphdrnum(elf, &count);
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int) i, &segment) && segment.p_type == PT_INTERP) {
			return true;
		}
	}
	return false;
}

static bool defines_malloc(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name && symbol.st_shndx != SHN_UNDEF &&
		    GELF_ST_TYPE(symbol.st_info) == STT_FUNC && strcmp(name, "malloc") == 0) {
			return true;
		}
	}
	return false;
}

/* Defined in the program or in a library of the sanitizer. */
static bool has_sanitizer(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	static const char *const names[] = { "__asan_init", "__hwasan_init", "__msan_init",
					     "__tsan_init" };
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		for (size_t n = 0; name && n < sizeof(names) / sizeof(names[0]); n++) {
			if (strcmp(name, names[n]) == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool needs_library(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Dyn entry;

	for (int i = 0; data && gelf_getdyn(data, i, &entry); i++) {
		const char *name = entry.d_tag == DT_NEEDED ?
					   elf_strptr(elf, header->sh_link, entry.d_un.d_val) :
					   NULL;

		if (name && strncmp(name, LIBRARY_NAME, strlen(LIBRARY_NAME)) == 0) {
			return true;
		}
	}
	return false;
}

static void examine_sections(struct aspan_program *program, Elf *elf, const GElf_Ehdr *file_header)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0) {
		return;
	}
	while ((section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		const char *name = elf_strptr(elf, names, header.sh_name);

		if (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB) {
			program->has_own_malloc = program->has_own_malloc ||
						  defines_malloc(elf, section, &header);
			program->has_sanitizer = program->has_sanitizer ||
						 has_sanitizer(elf, section, &header);
		} else if (header.sh_type == SHT_DYNAMIC) {
			program->has_library = needs_library(elf, section, &header);
		} else if (name && strcmp(name, GO_SECTION) == 0) {
			program->is_go = true;
		} else if (name && strcmp(name, TRACEPOINT_SECTION) == 0) {
			program->tracepoint_count =
				(unsigned int) (header.sh_size /
						gelf_fsize(elf, ELF_T_ADDR, 1,
							   file_header->e_version));
		}
	}
}

static void examine_elf(struct aspan_program *program, int fd, bool has_sections)
{
	GElf_Ehdr header;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header)) {
		program->is_elf = true;
		program->is_foreign = !is_like_us(&header);
		program->is_static = !has_interpreter_segment(elf);
		if (has_sections) {
			examine_sections(program, elf, &header);
		}
	}
	elf_end(elf);
}

int aspan_program_examine(struct aspan_program *program, const char *path)
{
	int fd;

	*program = (struct aspan_program){ .path = strdup(path) };
	if (!program->path) {
		return -ENOMEM;
	}
	if (!follow_interpreters(program)) {
		return -ELOOP;
	}
	fd = open(program->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	program->is_privileged = gains_privileges(fd);
	examine_elf(program, fd, true);
	close(fd);
	return 0;
}

int aspan_program_examine_loading(struct aspan_program *program, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : 0;

	*program = (struct aspan_program){ 0 };
	if (fd >= 0) {
		examine_elf(program, fd, false);
		close(fd);
	}
	return ret;
}

void aspan_program_fini(struct aspan_program *program)
{
	free(program->path);
	*program = (struct aspan_program){ 0 };
}

static const struct {
	size_t flag; /* the offset of a bool */
	struct aspan_program_obstacle obstacle;
} obstacles[] = {
	{ offsetof(struct aspan_program, is_foreign),
	  { "is made for another processor or word size, so the libraries do not fit it",
	    "build allocspan for it, too" } },
	{ offsetof(struct aspan_program, is_static),
	  { "is statically linked, so nothing can be preloaded",
	    "link it dynamically, without -static" } },
	{ offsetof(struct aspan_program, is_privileged),
	  { "gains privileges (setuid, setgid or capabilities), so the loader preloads nothing",
	    "run it as the user it becomes, or a copy without these rights" } },
	{ offsetof(struct aspan_program, has_sanitizer),
	  { "is built with a sanitizer, which replaces malloc itself and must be first",
	    "record a build without -fsanitize" } },
	{ offsetof(struct aspan_program, has_own_malloc),
	  { "brings an allocator of its own (it defines malloc), so preloading replaces nothing",
	    "link the allocator as a shared library, or not at all" } },
	{ offsetof(struct aspan_program, is_go),
	  { "is a Go program, and Go allocates without malloc",
	    "only what its C code allocates can be seen" } },
};

const struct aspan_program_obstacle *aspan_program_get_obstacle(const struct aspan_program *program)
{
	if (!program->is_elf) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++) {
		bool is_so;

		memcpy(&is_so, (const char *) program + obstacles[i].flag, sizeof(is_so));
		if (is_so) {
			return &obstacles[i].obstacle;
		}
	}
	return NULL;
}
