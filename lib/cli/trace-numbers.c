/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a trace for commands that compute with them.
 *
 * The child writes the report into a pipe and ends with us, so nothing is left behind, whoever is told to end.
 */
#include "trace-numbers.h"

#include "commands.h"
#include "json-report.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_BYTES 65536
#define SCHEMA_PREFIX "allocspan-report/"
/* Those of the report are nested less deep. */
#define MAX_DEPTH 32

/* The child's part: never returns. */
static void __attribute__((noreturn))
make_report(const char *path, const struct aspan_trace_numbers_options *options, int output)
{
	const char **arguments = calloc(options->report_option_count + 5, sizeof(*arguments));
	int count = 0;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!arguments || dup2(output, STDOUT_FILENO) < 0) {
		exit(EXIT_FAILURE);
	}
	close(output);
	arguments[count++] = "allocspan report";
	arguments[count++] = "--format=json";
	for (size_t i = 0; i < options->report_option_count; i++) {
		arguments[count++] = options->report_options[i];
	}
	arguments[count++] = "--";
	arguments[count++] = path;
	/* argp changes the order of arguments, and not what they say. */
	exit(aspan_cli_report(count, (char **) (uintptr_t) arguments));
}

/* Reads to the end. The value, or NULL if it is none. */
static struct json_object *parse_all(int fd)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *value = NULL;
	static char chunk[CHUNK_BYTES];
	ssize_t length;

	while (tokener && (length = read(fd, chunk, sizeof(chunk))) != 0) {
		if (length > 0 && !value) {
			value = json_tokener_parse_ex(tokener, chunk, (int) length);
		} else if (length < 0 && errno != EINTR) {
			break;
		}
	}
	if (tokener) {
		json_tokener_free(tokener);
	}
	return value;
}

/* The child has printed what failed. A trace of which a part could be read has a report, which says so. */
static int wait_for(pid_t child, struct json_object *report)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
	}
	if (WIFSIGNALED(status)) {
		aspan_terminal_error("making the report was ended by signal %d (%s)",
				     WTERMSIG(status), strsignal(WTERMSIG(status)));
		return -EINTR;
	}
	if (WEXITSTATUS(status) == ASPAN_CLI_EXIT_USAGE) {
		return -EINVAL;
	}
	return report ? 0 : -EIO;
}

static int read_trace(const char *path, const struct aspan_trace_numbers_options *options,
		      struct json_object **report)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC)) {
		aspan_terminal_error("cannot make a pipe: %s", strerror(errno));
		return -errno;
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		make_report(path, options, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		aspan_terminal_error("cannot start a process: %s", strerror(errno));
		close(ends[0]);
		return -EAGAIN;
	}
	*report = parse_all(ends[0]);
	close(ends[0]);
	return wait_for(child, *report);
}

static bool is_report(struct json_object *report)
{
	const char *schema = aspan_json_get_text(report, "schema");

	return json_object_is_type(report, json_type_object) && schema &&
	       strncmp(schema, SCHEMA_PREFIX, strlen(SCHEMA_PREFIX)) == 0;
}

static int check_file(const char *path, const struct aspan_trace_numbers_options *options,
		      struct json_object *report)
{
	if (!is_report(report)) {
		aspan_terminal_error("%s is no report: it must be a trace's directory, or what "
				     "'allocspan report --format json' wrote",
				     path);
		return -EINVAL;
	}
	for (size_t i = 0; i < options->breakdown_count; i++) {
		const char *by = options->breakdowns[i];

		/* Rows by group say the names of groups too. */
		if (!aspan_json_report_get_rows(report, strcmp(by, "tag:group") ? by : "group")) {
			aspan_terminal_error("%s has nothing by %s: make it with 'allocspan report "
					     "--format json --by %s'",
					     path, by, by);
			return -ENODATA;
		}
	}
	return 0;
}

static int read_file(const char *path, const struct aspan_trace_numbers_options *options,
		     struct json_object **report)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		aspan_terminal_error("cannot read %s: %s", path, strerror(errno));
		return -errno;
	}
	*report = parse_all(fd);
	close(fd);
	return check_file(path, options, *report);
}

int aspan_trace_numbers_read(const char *path, const struct aspan_trace_numbers_options *options,
			     struct json_object **report)
{
	struct stat status;
	int result;

	*report = NULL;
	if (stat(path, &status)) {
		result = -errno;
		aspan_terminal_error("cannot read %s: %s", path, strerror(errno));
		return result;
	}
	result = S_ISDIR(status.st_mode) ? read_trace(path, options, report) :
					   read_file(path, options, report);
	if (result) {
		json_object_put(*report);
		*report = NULL;
	}
	return result;
}
