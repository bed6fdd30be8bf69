/* SPDX-License-Identifier: MIT */
/*
 * Names code by the files that a process had loaded: functions, those inlined into them, files and lines.
 *
 * Rules:
 * - A file is only believed if it has the build id that the trace tells. Otherwise code is a place in the file:
 *   "/usr/bin/server+0x1f".
 * - A trace may come from anywhere, and its paths are opened: only absolute ones, and only regular files. Nothing is
 *   fetched from a network.
 * - Debug information may be in a file of its own, where libdw looks for it (/usr/lib/debug/.build-id, .debug beside the file).
 */
#ifndef ASPAN_BT2_CODE_NAMER_H
#define ASPAN_BT2_CODE_NAMER_H

#include "model.h"

#include <stdbool.h>

struct aspan_code_namer;

/* Without files, all code is a place in a file that is not opened. NULL without memory. */
struct aspan_code_namer *aspan_code_namer_create(bool opens_files);

/* NULL is allowed. */
void aspan_code_namer_destroy(struct aspan_code_namer *namer);

/* As aspan_model_namer; `data` is the namer. Objects stay where they are while it lives. */
int aspan_code_namer_name(void *data, const struct aspan_object *object, uint64_t object_base,
			  uint64_t address, struct aspan_frame_name *name);

#endif
