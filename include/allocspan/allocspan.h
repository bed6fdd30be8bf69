/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Includes the whole C interface of allocspan.
 *
 * A program registers a *token* for each allocation group, enters it as a *guard* or attaches it to
 * a *span*, and every block allocated meanwhile on that thread belongs to the group. Blocks are seen
 * by liballocspan-preload.so, which is preloaded or linked.
 */
#ifndef ALLOCSPAN_ALLOCSPAN_H
#define ALLOCSPAN_ALLOCSPAN_H

#include <allocspan/version.h>

#include <allocspan/guard.h>
#include <allocspan/token.h>
#include <allocspan/span.h>
#include <allocspan/context.h>
#include <allocspan/fiber.h>
#include <allocspan/tracking.h>
#include <allocspan/tracker.h>
#include <allocspan/scope.h>

#endif
