/* SPDX-License-Identifier: MIT */
/*
 * What can be seen from a program's file: whether its allocations can be recorded, and if not, why.
 */
#ifndef ASPAN_CLI_PROGRAM_H
#define ASPAN_CLI_PROGRAM_H

#include <stdbool.h>

struct aspan_program {
	char *path; /* the ELF file: for a script, that of its interpreter */
	bool is_script; /* so the ELF file is not what was named */
	bool is_elf; /* if not, nothing below is known */
	bool is_foreign; /* made for another processor or word size than ours */
	bool is_static; /* no dynamic loader: nothing can be preloaded */
	bool is_privileged; /* setuid, setgid or with capabilities: the loader ignores LD_PRELOAD */
	bool has_own_malloc; /* brings malloc along, and uses it before any preloaded one */
	bool has_sanitizer; /* one that replaces malloc and must come first */
	bool is_go; /* Go allocates without malloc */
	bool has_library; /* is linked with liballocspan */
	unsigned int tracepoint_count; /* LTTng-UST tracepoints of its own */
};

/* An obstacle to recording, in words for people. */
struct aspan_program_obstacle {
	const char *what;
	const char *remedy;
};

/* 0 or negative errno; aspan_program_fini() in any case. */
int aspan_program_examine(struct aspan_program *program, const char *path);

/* Of an ELF file, and quickly: only is_elf, is_foreign and is_static. 0 or negative errno; aspan_program_fini() in any case. */
int aspan_program_examine_loading(struct aspan_program *program, const char *path);

void aspan_program_fini(struct aspan_program *program);

/* The gravest reason why nothing of this program can be recorded; NULL if none can be seen. */
const struct aspan_program_obstacle *
aspan_program_get_obstacle(const struct aspan_program *program);

#endif
