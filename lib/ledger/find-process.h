/* SPDX-License-Identifier: MIT */
/*
 * Finds the image of a living process from outside: by the dynamic symbol ASPAN_LEDGER_SYMBOL of the liballocspan.so that the
 * process has loaded, whatever its mount and PID namespaces are. Nothing of the process or of its files is executed.
 */
#ifndef ASPAN_LEDGER_FIND_PROCESS_H
#define ASPAN_LEDGER_FIND_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "image.h"

/*
 * 0 and the address of the header; or negative errno, and the image's error is set: -ENODATA where the process has no image
 * of its own. Reads through the image, which is the process's.
 */
int aspan_ledger_find(struct aspan_ledger_image *image, uint64_t *header);

#endif
