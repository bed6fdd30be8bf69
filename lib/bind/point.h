/* SPDX-License-Identifier: MIT */
/*
 * Makes a point ready for a signature: finds the arguments that the SPEC names and where the probe reads them.
 */
#ifndef ASPAN_BIND_POINT_H
#define ASPAN_BIND_POINT_H

#include <stddef.h>

struct aspan_bind_point;

/*
 * Fills the point's readers for `point->signature`. Returns 0, or -EINVAL with a message of one line that says which argument
 * cannot be read and why.
 */
int aspan_bind_point_prepare(struct aspan_bind_point *point, char *message, size_t message_bytes);

#endif
