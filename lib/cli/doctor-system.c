/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor`: session daemon, tracing group, room for buffers and traces, limits, the kernel.
 */
#include "doctor.h"
#include "record-buffers.h"
#include "record-daemon.h"

#include <errno.h>
#include <grp.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1024.0 * 1024.0)
#define GIB (1024.0 * MIB)
#define LOW_DISK_BYTES (1024ULL * 1024 * 1024)

/* Sockets and pipes of LTTng in a program, besides two files a CPU. */
#define LTTNG_FILES 32
#define USUAL_FILES 256

#define TRACING_GROUP "tracing"
#define ROOT_SOCKET "/var/run/lttng/client-lttng-sessiond"

/* The first line that `lttng-sessiond --version` prints. */
static bool read_version(const char *program, char *version, size_t size)
{
	char *command;
	FILE *pipe;
	bool is_read;

	if (asprintf(&command, "'%s' --version 2>/dev/null", program) < 0) {
		return false;
	}
	/* NOLINTNEXTLINE(cert-env33-c): the program is the one that record runs */
	pipe = popen(command, "re");
	free(command);
	if (!pipe) {
		return false;
	}
	is_read = fgets(version, (int) size, pipe) != NULL;
	version[is_read ? strcspn(version, "\n") : 0] = '\0';
	pclose(pipe);
	return is_read;
}

static void check_daemon_program(struct aspan_doctor *doctor)
{
	const char *subject = "lttng-sessiond";
	char version[128];
	char *program;

	if (aspan_record_daemon_locate(&program) < 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, subject,
				  "not found; install Debian's lttng-tools, or set "
				  "LTTNG_SESSIOND_PATH");
		return;
	}
	if (read_version(program, version, sizeof(version))) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, subject, "%s: %s", program, version);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, subject,
				  "%s does not run; install Debian's lttng-tools again", program);
	}
	free(program);
}

static bool is_in_tracing_group(void)
{
	const struct group *tracing = getgrnam(TRACING_GROUP);
	int count = getgroups(0, NULL);
	gid_t *groups = calloc((size_t) count + 1, sizeof(*groups));
	bool is_member = false;

	count = groups ? getgroups(count, groups) : 0;
	for (int i = 0; tracing && i < count; i++) {
		is_member = is_member || groups[i] == tracing->gr_gid;
	}
	free(groups);
	return is_member;
}

/* Tried in a child, which then ends with it. */
static bool can_hide_root_daemon(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(unshare(CLONE_NEWNS) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void check_daemon(struct aspan_doctor *doctor)
{
	const char *subject = "session daemon";
	bool is_root = geteuid() == 0;
	bool has_root_daemon = access(ROOT_SOCKET, F_OK) == 0;

	if (aspan_record_daemon_is_running()) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, subject,
				  "%s runs; record uses it, with a session of its own",
				  is_root || (has_root_daemon && is_in_tracing_group()) ? "root's" :
											  "yours");
	} else if (is_root && !can_hide_root_daemon()) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_WARN, subject,
				  "none runs; record starts one, which other users' programs see, "
				  "too, because mount namespaces are not allowed here");
	} else if (!is_root && has_root_daemon) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, subject,
				  "root's is not for you (to use it: adduser %s " TRACING_GROUP
				  "); record starts one of its own",
				  getenv("USER") ? getenv("USER") : "YOU");
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, subject,
				  "none runs; record starts one of its own");
	}
}

static void check_buffers(struct aspan_doctor *doctor)
{
	struct aspan_record_buffers buffers;
	int ret = aspan_record_buffers_choose(&buffers, true);
	char why[128];

	if (ret < 0 && ret != -ENOSPC) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, ASPAN_BUFFERS_DIRECTORY,
				  "%s; mount a tmpfs there", strerror(-ret));
	} else if (buffers.total_bytes >= buffers.wanted_bytes) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, ASPAN_BUFFERS_DIRECTORY,
				  "%.0f MiB free; record takes %.0f MiB a process for %u CPUs",
				  (double) buffers.free_bytes / MIB,
				  (double) buffers.total_bytes / MIB, buffers.cpu_count);
	} else {
		aspan_record_buffers_describe(&buffers, why, sizeof(why));
		aspan_doctor_tell(
			doctor, ret == 0 ? ASPAN_DOCTOR_WARN : ASPAN_DOCTOR_FAIL,
			ASPAN_BUFFERS_DIRECTORY,
			"%s; record wants %.0f MiB for %u CPUs and %s; free memory, or: mount "
			"-o remount,size=2G " ASPAN_BUFFERS_DIRECTORY
			" (docker: --shm-size=2g --memory=4g)",
			why, (double) buffers.wanted_bytes / MIB, buffers.cpu_count,
			ret == 0 ? "makes do with less, so events may be lost" : "cannot start");
	}
}

static void check_disk(struct aspan_doctor *doctor)
{
	const char *subject = "current directory";
	struct statvfs space;
	uint64_t free_bytes;

	if (access(".", W_OK) < 0 || statvfs(".", &space) < 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_WARN, subject,
				  "not writable; use record -o DIR");
		return;
	}
	free_bytes = (uint64_t) space.f_bavail * space.f_frsize;
	aspan_doctor_tell(doctor, free_bytes < LOW_DISK_BYTES ? ASPAN_DOCTOR_WARN : ASPAN_DOCTOR_OK,
			  subject, "%.1f GiB free for traces%s", (double) free_bytes / GIB,
			  free_bytes < LOW_DISK_BYTES ? "; use record -o DIR on a larger disk" :
							"");
}

static void check_open_files(struct aspan_doctor *doctor)
{
	struct rlimit limit;
	rlim_t wanted;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
		return;
	}
	wanted = USUAL_FILES + LTTNG_FILES + 2 * (rlim_t) sysconf(_SC_NPROCESSORS_CONF);
	if (limit.rlim_cur >= wanted) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "open files", "%ju allowed",
				  (uintmax_t) limit.rlim_cur);
	} else {
		aspan_doctor_tell(
			doctor, ASPAN_DOCTOR_WARN, "open files",
			"%ju allowed, and LTTng adds two a CPU to a program; run: ulimit -n "
			"%ju",
			(uintmax_t) limit.rlim_cur, (uintmax_t) wanted);
	}
}

/* LTTng's readers of shared state use it; without it every event costs memory barriers. */
static void check_kernel(struct aspan_doctor *doctor)
{
	long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0);

	if (commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, "kernel", "has membarrier");
	} else {
		aspan_doctor_tell(
			doctor, ASPAN_DOCTOR_WARN, "kernel",
			"no membarrier system call, so recording is slower; a sandbox may "
			"forbid it");
	}
}

void aspan_doctor_check_system(struct aspan_doctor *doctor)
{
	check_daemon_program(doctor);
	check_daemon(doctor);
	check_buffers(doctor);
	check_disk(doctor);
	check_open_files(doctor);
	check_kernel(doctor);
}
