/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor PROGRAM`: whether this program's allocations can be recorded.
 */
#include "doctor.h"
#include "locate.h"
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void tell_obstacle(struct aspan_doctor *doctor, const struct aspan_program *program)
{
	const struct aspan_program_obstacle *obstacle = aspan_program_get_obstacle(program);

	if (obstacle) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, "allocations", "%s %s; %s",
				  program->path, obstacle->what, obstacle->remedy);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "allocations",
				  "%s is linked dynamically; its malloc can be seen",
				  program->path);
	}
}

static void tell_groups(struct aspan_doctor *doctor, const struct aspan_program *program)
{
	if (program->has_library) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "groups", "linked with liballocspan");
	} else {
		aspan_doctor_tell(
			doctor, ASPAN_DOCTOR_WARN, "groups",
			"not linked with liballocspan; unless one of its libraries enters "
			"groups, use record --root");
	}
	if (program->tracepoint_count > 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "tracepoints",
				  "%u of its own; record them with --event 'PROVIDER:*'",
				  program->tracepoint_count);
	}
}

static void examine(struct aspan_doctor *doctor, const char *path)
{
	struct aspan_program program;
	int ret = aspan_program_examine(&program, path);

	if (ret < 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, "program", "%s: %s",
				  program.path ? program.path : path, strerror(-ret));
	} else if (!program.is_elf) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_WARN, "program",
				  "%s is no ELF file; name the program that runs it", program.path);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "program",
				  program.is_script ? "%s is a script, run by %s" : "%s", path,
				  program.path);
		tell_obstacle(doctor, &program);
		tell_groups(doctor, &program);
	}
	aspan_program_fini(&program);
}

void aspan_doctor_check_program(struct aspan_doctor *doctor, const char *command)
{
	char *path = NULL;
	int ret = aspan_locate_program(command, &path);

	if (ret < 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, "program",
				  ret == -ENOENT ? "%s: not found; check the name and PATH" :
						   "%s: cannot be executed; check its permissions",
				  command);
	} else {
		examine(doctor, path);
	}
	free(path);
}
