/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief The version of allocspan, and the macros that mark its functions.
 */
#ifndef ALLOCSPAN_VERSION_H
#define ALLOCSPAN_VERSION_H

/** Incremented when a program that uses the library must be changed. */
#define ALLOCSPAN_VERSION_MAJOR 0
/** Incremented when functions or events are added. */
#define ALLOCSPAN_VERSION_MINOR 1
/** Incremented when only errors were mended. */
#define ALLOCSPAN_VERSION_PATCH 0

/** @cond INTERNAL */
#define ALLOCSPAN_API __attribute__((visibility("default")))

#ifdef __cplusplus
#define ALLOCSPAN_BEGIN_DECLS extern "C" {
#define ALLOCSPAN_END_DECLS }
#define ALLOCSPAN_NOTHROW noexcept
#else
#define ALLOCSPAN_BEGIN_DECLS
#define ALLOCSPAN_END_DECLS
#define ALLOCSPAN_NOTHROW __attribute__((nothrow))
#endif

#define ALLOCSPAN_CONCATENATE_(a, b) a##b
#define ALLOCSPAN_CONCATENATE(a, b) ALLOCSPAN_CONCATENATE_(a, b)
/* A name that no other scope macro of the translation unit makes. */
#define ALLOCSPAN_UNIQUE(prefix) ALLOCSPAN_CONCATENATE(prefix, __COUNTER__)
/** @endcond */

#endif
