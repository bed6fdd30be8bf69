/* SPDX-License-Identifier: MIT */
/*
 * Which libraries are preloaded into the command.
 */
#ifndef ASPAN_CLI_RECORD_PRELOAD_H
#define ASPAN_CLI_RECORD_PRELOAD_H

#include "record-bind.h"
#include "record-options.h"

/*
 * The value of LD_PRELOAD; the caller frees *preload. Prints what is missing and returns negative errno.
 */
int aspan_record_preload_find(const struct aspan_record_options *options,
			      const struct aspan_record_bind *bind, char **preload);

#endif
