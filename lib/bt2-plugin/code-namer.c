/* SPDX-License-Identifier: MIT */
/*
 * Names code by files, with libdw.
 *
 * Each file is a session of libdwfl of its own, in which it lies where libdwfl likes; an address is carried over by its
 * distance from where the process had loaded the file. So a library that many processes loaded is opened once.
 */
#include "code-namer.h"

#include "array.h"
#include "id-map.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Functions that are inlined into each other at one address; more are left out. */
#define INLINED_MAX 32
/* A longer name takes longer to demangle than anybody reads it. */
#define MANGLED_MAX 8192

/* Of libstdc++, whose header is C++. The caller frees the result. */
/* NOLINTNEXTLINE(readability-identifier-naming,bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *status);

struct file {
	Dwfl *dwfl; /* NULL: there is no such file, or it is another one */
	Dwfl_Module *module;
	Dwarf_Addr begin; /* of the module in the session */
};

struct aspan_code_namer {
	bool opens_files;
	struct file *files;
	size_t file_count, file_capacity;
	struct aspan_id_map by_object; /* by its address */
	/* Of the last answer. */
	char *binary;
	char *demangled[INLINED_MAX + 1];
	struct aspan_code functions[INLINED_MAX + 1]; /* the innermost first */
	size_t function_count;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

struct aspan_code_namer *aspan_code_namer_create(bool opens_files)
{
	struct aspan_code_namer *namer = calloc(1, sizeof(*namer));

	/* libdwfl asks the servers that are named there for what it does not find. */
	unsetenv("DEBUGINFOD_URLS");
	if (namer) {
		namer->opens_files = opens_files;
	}
	return namer;
}

static void forget_answer(struct aspan_code_namer *namer)
{
	free(namer->binary);
	namer->binary = NULL;
	for (size_t i = 0; i < namer->function_count; i++) {
		free(namer->demangled[i]);
	}
	namer->function_count = 0;
}

void aspan_code_namer_destroy(struct aspan_code_namer *namer)
{
	if (!namer) {
		return;
	}
	forget_answer(namer);
	for (size_t i = 0; i < namer->file_count; i++) {
		dwfl_end(namer->files[i].dwfl);
	}
	free(namer->files);
	aspan_id_map_fini(&namer->by_object);
	free(namer);
}

/* A device or a pipe could do something when it is opened, so it is looked at first. */
static int open_regular(const char *path)
{
	struct stat status;
	int file;

	if (path[0] != '/' || stat(path, &status) || !S_ISREG(status.st_mode)) {
		return -1;
	}
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file >= 0 && (fstat(file, &status) || !S_ISREG(status.st_mode))) {
		close(file);
		return -1;
	}
	return file;
}

static bool is_same_build(Dwfl_Module *module, const struct aspan_object *object)
{
	const unsigned char *bits;
	GElf_Addr address;
	int size = dwfl_module_build_id(module, &bits, &address);

	if (!object->has_build_id) {
		return size <= 0;
	}
	return size > 0 && (size_t) size == object->build_id_size &&
	       memcmp(bits, object->build_id, object->build_id_size) == 0;
}

static bool load(struct file *file, const struct aspan_object *object)
{
	int descriptor = open_regular(object->path);
	Dwarf_Addr end;
	Elf *elf;
	GElf_Addr bias;

	file->dwfl = descriptor < 0 ? NULL : dwfl_begin(&callbacks);
	file->module = file->dwfl ? dwfl_report_offline(file->dwfl, "", object->path, descriptor) :
				    NULL;
	if (!file->module) {
		/* Otherwise it belongs to the session. */
		if (descriptor >= 0) {
			close(descriptor);
		}
		return false;
	}
	dwfl_report_end(file->dwfl, NULL, NULL);
	elf = dwfl_module_getelf(file->module, &bias);
	dwfl_module_info(file->module, NULL, &file->begin, &end, NULL, NULL, NULL, NULL);
	return elf && is_same_build(file->module, object);
}

static int add_file(struct aspan_code_namer *namer, const struct aspan_object *object,
		    uint32_t *index)
{
	struct file *file = ASPAN_ARRAY_APPEND(namer, files, file);

	if (!file) {
		return -ENOMEM;
	}
	*index = (uint32_t) (namer->file_count - 1);
	if (!namer->opens_files || !load(file, object)) {
		dwfl_end(file->dwfl);
		file->dwfl = NULL;
	}
	return aspan_id_map_set(&namer->by_object, (uintptr_t) object, *index);
}

/* The file of an object, or NULL if nothing can be said of it. 0 or -ENOMEM. */
static int find_file(struct aspan_code_namer *namer, const struct aspan_object *object,
		     const struct file **file)
{
	uint32_t index = aspan_id_map_find(&namer->by_object, (uintptr_t) object);
	int result = index == ASPAN_ID_MAP_NONE ? add_file(namer, object, &index) : 0;

	*file = !result && namer->files[index].dwfl ? &namer->files[index] : NULL;
	return result;
}

static void add_function(struct aspan_code_namer *namer, const char *function, const char *file,
			 int line)
{
	size_t i = namer->function_count;
	char *demangled = NULL;

	if (i > INLINED_MAX) {
		return;
	}
	if (function && strncmp(function, "_Z", 2) == 0 && strlen(function) < MANGLED_MAX) {
		demangled = __cxa_demangle(function, NULL, NULL, NULL);
	}
	namer->demangled[i] = demangled;
	namer->functions[i] = (struct aspan_code){
		.function = demangled ? demangled : function,
		.file = file,
		.line = line > 0 ? (uint64_t) line : 0,
	};
	namer->function_count++;
}

/* The linkage name tells a method's class and its arguments. */
static const char *get_function_name(Dwarf_Die *function)
{
	Dwarf_Attribute attribute;
	const char *name = NULL;

	if (dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(function, DW_AT_MIPS_linkage_name, &attribute)) {
		name = dwarf_formstring(&attribute);
	}
	return name ? name : dwarf_diename(function);
}

static uint64_t get_number(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	return dwarf_attr(die, name, &attribute) && !dwarf_formudata(&attribute, &value) ? value :
											   0;
}

/* Where an inlined function is called. */
static const char *get_call_file(Dwarf_Die *unit, Dwarf_Die *inlined)
{
	uint64_t number = get_number(inlined, DW_AT_call_file);
	Dwarf_Files *files;
	size_t count;

	if (dwarf_getsrcfiles(unit, &files, &count) || number >= count) {
		return NULL;
	}
	return dwarf_filesrc(files, number, NULL, NULL);
}

/* From the innermost scope of an address out, up to the function that is not inlined. */
static void add_scopes(struct aspan_code_namer *namer, Dwarf_Die *unit, Dwarf_Die *scopes,
		       int count, const char *file, int line)
{
	for (int i = 0; i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) {
			continue;
		}
		add_function(namer, get_function_name(&scopes[i]), file, line);
		if (tag == DW_TAG_subprogram) {
			return;
		}
		file = get_call_file(unit, &scopes[i]);
		line = (int) get_number(&scopes[i], DW_AT_call_line);
	}
}

static void name_by_debug_info(struct aspan_code_namer *namer, Dwfl_Module *module,
			       Dwarf_Addr address)
{
	Dwarf_Addr bias;
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
	Dwfl_Line *source = dwfl_module_getsrc(module, address);
	Dwarf_Die *inner = NULL, *scopes = NULL;
	const char *file = NULL;
	int line = 0, count;

	if (!unit) {
		return;
	}
	if (source) {
		file = dwfl_lineinfo(source, NULL, &line, NULL, NULL, NULL);
	}
	/* The first gives definitions outside of an inlined function; the second where it was inlined. */
	count = dwarf_getscopes(unit, address - bias, &inner);
	count = count > 0 ? dwarf_getscopes_die(&inner[0], &scopes) : 0;
	add_scopes(namer, unit, scopes, count, file, line);
	free(inner);
	free(scopes);
}

static void name_by_symbol(struct aspan_code_namer *namer, Dwfl_Module *module, Dwarf_Addr address)
{
	GElf_Sym symbol;
	GElf_Off offset;
	const char *name =
		dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);

	/* What is behind the end of a symbol is of a function that has none: the file is stripped. */
	if (name && *name && offset < symbol.st_size) {
		add_function(namer, name, NULL, 0);
	}
}

/* As babeltrace2's filter debug-info writes it. */
static int write_binary(struct aspan_code_namer *namer, const struct aspan_object *object,
			uint64_t object_base, uint64_t address)
{
	bool is_relative = object->is_position_independent;

	if (asprintf(&namer->binary, "%s%s0x%" PRIx64, object->path, is_relative ? "+" : "@",
		     is_relative ? address - object_base : address) < 0) {
		namer->binary = NULL;
		return -ENOMEM;
	}
	return 0;
}

int aspan_code_namer_name(void *data, const struct aspan_object *object, uint64_t object_base,
			  uint64_t address, struct aspan_frame_name *name)
{
	struct aspan_code_namer *namer = data;
	const struct file *file;
	int result = find_file(namer, object, &file);

	forget_answer(namer);
	result = result ? result : write_binary(namer, object, object_base, address);
	if (result) {
		return result;
	}
	if (file) {
		/* The call is before the address that it returns to. */
		Dwarf_Addr call = file->begin + (address - 1 - object_base);

		name_by_debug_info(namer, file->module, call);
		if (namer->function_count == 0) {
			name_by_symbol(namer, file->module, call);
		}
	}
	for (size_t i = 0; i < namer->function_count; i++) {
		namer->functions[i].binary = namer->binary;
	}
	if (namer->function_count > 0) {
		name->code = namer->functions[0];
		name->inlined_into = &namer->functions[1];
		name->inlined_count = namer->function_count - 1;
	}
	name->code.binary = namer->binary;
	return 1;
}
