/* SPDX-License-Identifier: MIT */
/*
 * Finds the traces in the directories that the user names.
 */
#include "report-inputs.h"

#include "report-check.h"
#include "report-facts.h"
#include "report-salvage.h"
#include "terminal.h"

#include "layout.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_FOLDER "ledger"
#define RECORDING_FILE "allocspan.json"

static int out_of_memory(void)
{
	aspan_terminal_error("no memory for the list of traces");
	return -ENOMEM;
}

static int make_salvage_directory(struct aspan_report_inputs *inputs)
{
	const char *parent = getenv("TMPDIR");
	int result;

	if (inputs->salvage_directory) {
		return 0;
	}
	if (asprintf(&inputs->salvage_directory, "%s/allocspan-report.XXXXXX",
		     parent && *parent ? parent : "/tmp") < 0) {
		inputs->salvage_directory = NULL;
		return out_of_memory();
	}
	if (mkdtemp(inputs->salvage_directory)) {
		return 0;
	}
	result = -errno;
	aspan_terminal_error("cannot make a directory in %s: %s; set TMPDIR",
			     parent && *parent ? parent : "/tmp", strerror(errno));
	free(inputs->salvage_directory);
	inputs->salvage_directory = NULL;
	return result;
}

/* Puts a readable copy in the place of *trace. */
static int salvage(struct aspan_report_inputs *inputs, char **trace)
{
	char *copy;
	int result = make_salvage_directory(inputs);

	if (result) {
		return result;
	}
	if (asprintf(&copy, "%s/%zu", inputs->salvage_directory, inputs->trace_count) < 0) {
		return out_of_memory();
	}
	inputs->is_cut_short = true;
	result = aspan_report_salvage_copy(*trace, copy);
	free(*trace);
	*trace = copy;
	return result;
}

static int append(struct aspan_report_inputs *inputs, char *trace)
{
	char **moved = reallocarray(inputs->traces, inputs->trace_count + 1, sizeof(*moved));

	if (!moved) {
		return out_of_memory();
	}
	inputs->traces = moved;
	moved[inputs->trace_count++] = trace;
	return 0;
}

static int add_trace(struct aspan_report_inputs *inputs, const char *path)
{
	char *trace = strdup(path);
	const char *problem = NULL;
	bool is_damaged;
	int result = trace ? 0 : out_of_memory();

	if (!result) {
		result = aspan_report_check_metadata(path, &problem);
	}
	if (problem && result) {
		aspan_terminal_error("%s/metadata %s", path, problem);
	}
	if (!result) {
		result = aspan_report_salvage_inspect(path, &is_damaged);
	}
	if (!result && is_damaged) {
		result = salvage(inputs, &trace);
	}
	if (!result) {
		result = append(inputs, trace);
	}
	if (result) {
		free(trace);
	}
	return result;
}

static bool is_empty(const char *directory)
{
	struct stat status;
	char *metadata;
	bool is_so;

	if (asprintf(&metadata, "%s/metadata", directory) < 0) {
		return false;
	}
	is_so = stat(metadata, &status) == 0 && status.st_size == 0;
	free(metadata);
	return is_so;
}

/* A process that ended while LTTng set it up leaves such a trace among others that are whole. */
static int add_trace_if_described(struct aspan_report_inputs *inputs, const char *path,
				  char **undescribed)
{
	if (!is_empty(path)) {
		return add_trace(inputs, path);
	}
	if (*undescribed) {
		return 0;
	}
	*undescribed = strdup(path);
	return *undescribed ? 0 : out_of_memory();
}

static bool is_ledger(const char *name)
{
	size_t length = strlen(name), suffix = strlen(ASPAN_LEDGER_SUFFIX);

	return length > suffix && strcmp(name + length - suffix, ASPAN_LEDGER_SUFFIX) == 0;
}

static int add_path(struct aspan_report_paths *to, const char *directory, const char *name)
{
	char **moved = reallocarray(to->paths, to->count + 1, sizeof(*moved));

	if (!moved) {
		return out_of_memory();
	}
	to->paths = moved;
	if (asprintf(&moved[to->count], "%s/%s", directory, name) < 0) {
		return out_of_memory();
	}
	to->count++;
	return 0;
}

static int is_wanted(const struct dirent *entry)
{
	return is_ledger(entry->d_name);
}

/* Those in DIRECTORY/ledger, if there is one, in the order of their names. */
static int add_ledgers(struct aspan_report_inputs *inputs, const char *directory)
{
	struct aspan_report_paths *const by_cover[] = {
		[ASPAN_REPORT_COVER_UNKNOWN] = &inputs->ledgers,
		[ASPAN_REPORT_COVER_ALL] = &inputs->recorded_ledgers,
		[ASPAN_REPORT_COVER_PART] = &inputs->partial_ledgers,
	};
	struct aspan_report_paths *ledgers = by_cover[aspan_report_facts_read_cover(directory)];
	struct dirent **entries = NULL;
	char *path;
	int count, result = 0;

	if (asprintf(&path, "%s/" LEDGER_FOLDER, directory) < 0) {
		return out_of_memory();
	}
	count = scandir(path, &entries, is_wanted, alphasort);
	for (int i = 0; i < count; i++) {
		result = result ? result : add_path(ledgers, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	free(path);
	return result;
}

static bool has_file(const char *directory, const char *name)
{
	struct stat status;
	char *path;
	bool is_there;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		return false;
	}
	is_there = stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
	free(path);
	return is_there;
}

static int add_recording(struct aspan_report_inputs *inputs, const char *directory)
{
	return has_file(directory, RECORDING_FILE) ?
		       add_path(&inputs->recordings, directory, RECORDING_FILE) :
		       0;
}

static int visit(struct aspan_report_inputs *inputs, FTS *tree, FTSENT *entry, char **undescribed)
{
	int result = 0;

	switch (entry->fts_info) {
	case FTS_D:
		if (has_file(entry->fts_path, "metadata")) {
			fts_set(tree, entry, FTS_SKIP);
			result = add_trace_if_described(inputs, entry->fts_path, undescribed);
		}
		result = result ? result : add_ledgers(inputs, entry->fts_path);
		return result ? result : add_recording(inputs, entry->fts_path);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		aspan_terminal_error("cannot read %s: %s", entry->fts_path,
				     strerror(entry->fts_errno));
		return -entry->fts_errno;
	default:
		if (entry->fts_level == FTS_ROOTLEVEL && entry->fts_info != FTS_DP) {
			aspan_terminal_error("%s is no directory: name the directory of a trace",
					     entry->fts_path);
			return -ENOTDIR;
		}
		return 0;
	}
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Alone, it is the error that it always was. */
static int judge_undescribed(struct aspan_report_inputs *inputs, const char *undescribed,
			     size_t count_before)
{
	if (!undescribed) {
		return 0;
	}
	if (inputs->trace_count == count_before) {
		return add_trace(inputs, undescribed);
	}
	aspan_terminal_note(
		"%s/metadata is empty, and perhaps others: what their processes recorded is left out; "
		"LTTng writes it while a process goes on",
		undescribed);
	return 0;
}

static int search(struct aspan_report_inputs *inputs, char *path)
{
	char *const paths[] = { path, NULL };
	size_t count_before = inputs->trace_count;
	/* No process of a recording may have had an event: then it has no trace, but facts and ledgers. */
	size_t recordings_before = inputs->recordings.count;
	FTS *tree = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
	char *undescribed = NULL; /* the first of them */
	FTSENT *entry;
	int result = 0;

	if (!tree) {
		result = -errno;
		aspan_terminal_error("cannot read %s: %s", path, strerror(errno));
		return result;
	}
	while (!result && (entry = fts_read(tree))) {
		result = visit(inputs, tree, entry, &undescribed);
	}
	fts_close(tree);
	result = result ? result : judge_undescribed(inputs, undescribed, count_before);
	free(undescribed);
	if (!result && inputs->trace_count == count_before &&
	    inputs->recordings.count == recordings_before) {
		aspan_terminal_error(
			"%s holds no trace: nothing there is called 'metadata'; record "
			"one with 'allocspan record -- COMMAND'",
			path);
		result = -ENOENT;
	}
	return result;
}

int aspan_report_inputs_find(struct aspan_report_inputs *inputs, char *const paths[])
{
	int result = 0;

	*inputs = (struct aspan_report_inputs){ 0 };
	for (size_t i = 0; !result && paths[i]; i++) {
		result = search(inputs, paths[i]);
	}
	return result;
}

/* Removes the copies; they are two levels of files and links. */
static void remove_tree(char *path)
{
	char *const paths[] = { path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (tree && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_DP) {
			rmdir(entry->fts_accpath);
		} else if (entry->fts_info != FTS_D) {
			unlink(entry->fts_accpath);
		}
	}
	if (tree) {
		fts_close(tree);
	}
}

static void free_paths(struct aspan_report_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		free(paths->paths[i]);
	}
	free(paths->paths);
}

void aspan_report_inputs_fini(struct aspan_report_inputs *inputs)
{
	for (size_t i = 0; i < inputs->trace_count; i++) {
		free(inputs->traces[i]);
	}
	free(inputs->traces);
	free_paths(&inputs->ledgers);
	free_paths(&inputs->recorded_ledgers);
	free_paths(&inputs->partial_ledgers);
	free_paths(&inputs->recordings);
	if (inputs->salvage_directory) {
		remove_tree(inputs->salvage_directory);
		free(inputs->salvage_directory);
	}
	*inputs = (struct aspan_report_inputs){ 0 };
}
