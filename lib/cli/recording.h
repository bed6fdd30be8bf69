/* SPDX-License-Identifier: MIT */
/*
 * A recording: all that `allocspan record` made for it, and has to end.
 */
#ifndef ASPAN_CLI_RECORDING_H
#define ASPAN_CLI_RECORDING_H

#include "record-background.h"
#include "record-bind.h"
#include "record-buffers.h"
#include "record-command.h"
#include "record-daemon.h"
#include "record-health.h"
#include "record-ledger.h"
#include "record-options.h"
#include "record-output.h"
#include "record-session.h"
#include "record-shm.h"
#include "record-watch.h"
#include "salvage-trace.h"

#include <stdint.h>

struct aspan_recording {
	struct aspan_record_options options;
	struct aspan_record_buffers buffers;
	struct aspan_record_output output;
	struct aspan_record_ledger ledger;
	struct aspan_record_shm shm;
	struct aspan_record_daemon daemon;
	struct aspan_record_command command;
	struct aspan_record_session session;
	struct aspan_record_watch watch;
	struct aspan_record_background background;
	struct aspan_record_health health;
	struct aspan_salvaged salvaged;
	uint64_t begin_realtime_ns;
	uint64_t end_realtime_ns;
	char *program; /* the command's file */
	char *preload; /* LD_PRELOAD */
	struct aspan_record_bind bind;
};

#endif
