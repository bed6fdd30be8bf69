/* SPDX-License-Identifier: MIT */
/*
 * The ledgers of a recording: where the processes keep them while they run, and how they come to the trace.
 *
 * The place has a cap. From a quarter of it on, the ledgers of processes that ended are taken out while the command runs. If those
 * that run need more than the cap, the place loses its name until there is room again: processes that begin
 * meanwhile have no ledger.
 */
#include "record-ledger.h"

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_DIRECTORY "/dev/shm"
#define CAP_BYTES (UINT64_C(256) << 20)
#define CAP_SHARE_OF_FREE 4
/* Of the cap: from when on ledgers are taken out, and below which there is room again. */
#define GATHER_SHARE 4
#define SHOW_SHARE 2
#define LOOK_NS UINT64_C(1000000000)

static const char *disk_directory(void)
{
	const char *chosen = getenv("TMPDIR");

	return chosen && *chosen == '/' ? chosen : "/tmp";
}

static int make_place(struct aspan_ledger_place *place)
{
	int ret = aspan_ledger_place_make(place, MEMORY_DIRECTORY);
	int error = -ret;

	if (ret < 0) {
		ret = aspan_ledger_place_make(place, disk_directory());
	}
	if (ret < 0) {
		aspan_terminal_note("no place for ledgers in " MEMORY_DIRECTORY
				    " (%s) nor in %s (%s); what a process that is killed allocated "
				    "last will not be known",
				    strerror(error), disk_directory(), strerror(-ret));
	} else if (!aspan_ledger_place_is_memory(place)) {
		aspan_terminal_note("the ledgers are in %s, on a disk, which can slow the program "
				    "down (" MEMORY_DIRECTORY ": %s)",
				    place->path, error ? strerror(error) : "not a tmpfs");
	}
	return ret;
}

static uint64_t choose_cap(const struct aspan_ledger_place *place)
{
	uint64_t share = aspan_ledger_place_free_bytes(place) / CAP_SHARE_OF_FREE;

	return share < CAP_BYTES ? share : CAP_BYTES;
}

void aspan_record_ledger_init(struct aspan_record_ledger *ledger)
{
	*ledger = (struct aspan_record_ledger){ .place.fd = -1, .output = -1 };
	aspan_record_gather_init(&ledger->gather, -1, -1);
}

void aspan_record_ledger_prepare(struct aspan_record_ledger *ledger, const char *output)
{
	ledger->output = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ledger->output >= 0 && make_place(&ledger->place) == 0) {
		ledger->cap_bytes = choose_cap(&ledger->place);
	}
	aspan_record_gather_init(&ledger->gather, ledger->place.fd, ledger->output);
}

const char *aspan_record_ledger_path(const struct aspan_record_ledger *ledger)
{
	return ledger->place.path;
}

static void keep_small(struct aspan_record_ledger *ledger)
{
	uint64_t used = aspan_ledger_place_used_bytes(&ledger->place);

	if (used > ledger->cap_bytes / GATHER_SHARE) {
		aspan_record_gather_ended(&ledger->gather);
		used = aspan_ledger_place_used_bytes(&ledger->place);
	}
	if (used > ledger->cap_bytes) {
		aspan_ledger_place_hide(&ledger->place, true);
		ledger->was_full = true;
	} else if (used < ledger->cap_bytes / SHOW_SHARE) {
		aspan_ledger_place_hide(&ledger->place, false);
	}
}

uint64_t aspan_record_ledger_look(struct aspan_record_ledger *ledger, uint64_t now_ns)
{
	if (!ledger->place.path) {
		return UINT64_MAX;
	}
	if (now_ns >= ledger->next_look_ns) {
		keep_small(ledger);
		ledger->next_look_ns = now_ns + LOOK_NS;
	}
	return ledger->next_look_ns;
}

void aspan_record_ledger_finish(struct aspan_record_ledger *ledger)
{
	if (!ledger->place.path) {
		return;
	}
	/* First, so that all that was made is seen. */
	aspan_ledger_place_hide(&ledger->place, true);
	aspan_record_gather_all(&ledger->gather);
	if (ledger->was_full) {
		aspan_terminal_note("the ledgers took more than %" PRIu64 " MiB; processes that "
				    "began meanwhile have none",
				    ledger->cap_bytes >> 20);
	}
	aspan_ledger_place_remove(&ledger->place);
}

void aspan_record_ledger_abandon(struct aspan_record_ledger *ledger)
{
	aspan_ledger_place_remove(&ledger->place);
}

void aspan_record_ledger_fini(struct aspan_record_ledger *ledger)
{
	aspan_record_gather_fini(&ledger->gather);
	if (ledger->output >= 0) {
		close(ledger->output);
	}
	ledger->output = -1;
}
