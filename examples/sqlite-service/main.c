/* SPDX-License-Identifier: MIT */
/*
 * A service over SQLite that works for several tenants, and whose memory is booked by tenant.
 *
 * Each tenant imports its slice of this machine's package database into a database of its own, in
 * memory; then worker threads answer queries. SQLite is Debian's, unmodified: what it allocates
 * shows under the tenant that it worked for. One tenant holds far more than its packages explain;
 * README.md tells how the report leads to the reason.
 *
 *	build/release/bin/allocspan record -o /tmp/service -- \
 *		build/release/examples/sqlite-service/sqlite-service
 *	build/release/bin/allocspan report /tmp/service
 */
#include "account.h"
#include "answer-cache.h"
#include "workers.h"
#include "workload.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	const char *status_path;
	size_t requests;
	size_t workers;
	size_t statement_limit;
	bool close;
};

static const struct argp_option option_table[] = {
	{ "status", 's', "FILE", 0, "Package database (default /var/lib/dpkg/status)", 0 },
	{ "requests", 'n', "N", 0, "Queries to serve (default 4000)", 0 },
	{ "workers", 'w', "N", 0, "Worker threads, 1 to 64 (default 4)", 0 },
	{ "statements", 'l', "N", 0,
	  "Prepared statements that a tenant may keep (default 0: no limit, which is the bug)", 0 },
	{ "close", 'c', NULL, 0,
	  "Close the databases before the account is printed: shows that all memory is given back",
	  0 },
	{ 0 },
};

static size_t parse_number(const struct argp_state *state, const char *argument, size_t min,
			   size_t max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(argument, &end, 10);
	if (errno != 0 || end == argument || *end != '\0' || *argument == '-' || number < min ||
	    number > max) {
		argp_error(state, "'%s' is not a number from %zu to %zu", argument, min, max);
	}
	return number;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->status_path = argument;
		return 0;
	case 'n':
		options->requests = parse_number(state, argument, 0, 100 * 1000 * 1000);
		return 0;
	case 'w':
		options->workers = parse_number(state, argument, 1, WORKERS_MAX);
		return 0;
	case 'l':
		options->statement_limit = parse_number(state, argument, 0, 1000 * 1000);
		return 0;
	case 'c':
		options->close = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", argument);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int complain(const char *what, int status)
{
	fprintf(stderr, "sqlite-service: %s: %s\n", what, strerror(-status));
	return status;
}

static int serve(const struct options *options, const struct package_list *packages)
{
	struct request_queue queue = REQUEST_QUEUE_INIT;
	struct workers workers = { .count = 0 };
	int status = workers_start(&workers, options->workers, &queue);

	if (status < 0) {
		complain("cannot start the workers", status);
	}
	if (status == 0) {
		status = workload_import(&queue, packages);
	}
	if (status == 0 && workers_failures() == 0) {
		status = workload_queries(&queue, packages, options->requests);
	}
	workers_stop(&workers, &queue);
	return status;
}

/* The list of packages is nobody's but this component's, and is gone before the account is made. */
static int import_and_serve(const struct options *options)
{
	struct package_list packages = { 0 };
	int status;

	{
		ALLOCSPAN_SPAN("status-file", "component", "import");
		status = dpkg_status_read(options->status_path, &packages);
	}
	if (status < 0) {
		fprintf(stderr,
			"sqlite-service: cannot read packages from %s: %s; name another "
			"file with --status\n",
			options->status_path, strerror(-status));
	} else {
		status = serve(options, &packages);
	}
	{
		ALLOCSPAN_SPAN("status-file", "component", "import");
		package_list_fini(&packages);
	}
	return status;
}

/*
 * A service does not end by itself: unless told so, this one is left as it was while it ran, and
 * who holds what at that moment is what account and trace show.
 */
int main(int argc, char **argv)
{
	const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Serves queries over this machine's Debian packages to several tenants.",
	};
	struct options options = {
		.status_path = "/var/lib/dpkg/status",
		.requests = 4000,
		.workers = 4,
	};
	int status;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &options);

	/* SQLite's own start is nobody's: without this, the first tenant would pay for it. */
	if (sqlite3_initialize() != SQLITE_OK) {
		fprintf(stderr, "sqlite-service: cannot initialize SQLite\n");
		return 1;
	}
	status = tenants_init(options.statement_limit);
	if (status < 0) {
		complain("cannot make the tenants' groups", status);
	} else {
		status = import_and_serve(&options);
	}
	if (status == 0) {
		if (options.close) {
			answer_cache_clear();
			tenants_close();
		}
		account_print();
	}
	return status == 0 && workers_failures() == 0 ? 0 : 1;
}
