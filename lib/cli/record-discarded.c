/* SPDX-License-Identifier: MIT */
/*
 * How many events found the buffers full, as the trace has it.
 *
 * For buffers of a process, the session daemon of LTTng 2.13 cannot be asked: of one that has just ended it knows nothing until it
 * has tidied up, and of one that was killed it may say 2^63. Each packet says how many its stream had lost by then, and a stream
 * gets a last packet when its process ends. LTTng's index files repeat that, so the streams themselves need not be read.
 */
#include "record-discarded.h"

#include "trace-index.h"

#include <endian.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".idx"

/* Packets are finished in any order, so it is not surely the last that says most. */
static uint64_t read_entries(FILE *file)
{
	struct aspan_trace_index_header header;
	struct aspan_trace_index_entry entry;
	uint64_t most = 0;
	long rest;

	if (fread(&header, sizeof(header), 1, file) != 1 ||
	    be32toh(header.magic) != ASPAN_TRACE_INDEX_MAGIC ||
	    be32toh(header.entry_bytes) < sizeof(entry)) {
		return 0;
	}
	rest = (long) (be32toh(header.entry_bytes) - sizeof(entry));
	while (fread(&entry, sizeof(entry), 1, file) == 1) {
		uint64_t discarded = be64toh(entry.events_discarded);

		most = discarded > most ? discarded : most;
		if (fseek(file, rest, SEEK_CUR) < 0) {
			break;
		}
	}
	return most;
}

static uint64_t read_index(const char *path)
{
	FILE *file = fopen(path, "re");
	uint64_t discarded = file ? read_entries(file) : 0;

	if (file) {
		fclose(file);
	}
	return discarded;
}

static bool is_index(const FTSENT *entry)
{
	size_t length = strlen(SUFFIX);

	return entry->fts_info == FTS_F && entry->fts_namelen > length &&
	       strcmp(entry->fts_name + entry->fts_namelen - length, SUFFIX) == 0;
}

uint64_t aspan_record_discarded_count(char *directory)
{
	char *const paths[] = { directory, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	uint64_t sum = 0;

	while (tree && (entry = fts_read(tree))) {
		if (is_index(entry)) {
			sum += read_index(entry->fts_path);
		}
	}
	if (tree) {
		fts_close(tree);
	}
	return sum;
}
