/* SPDX-License-Identifier: MIT */
/*
 * The objects that have tracepoints, as they come and go.
 *
 * The big picture
 * ---------------
 * The constructor that LTTng puts into every object with tracepoints asks dlsym() for lttng_ust_tracepoint_module_register
 * and calls it with the object's tracepoints; its destructor does the same to take them back. This library has a dlsym() of its
 * own that answers those two names with functions that also tell us. So an object is known before any other
 * code of it runs, and gone before it is unmapped, exactly, whoever loads it (dlopen, a dependency, a plugin loader).
 *
 *    arrives through dlsym()   ->  the table here
 *    was there before us, or bypasses our dlsym() (RTLD_DEEPBIND)  ->  elf-scan.h, each time somebody binds
 *
 * Everything else that a program asks of dlsym() goes to the real one with a jump that leaves no frame, so the dynamic
 * linker still sees who asks (RTLD_NEXT, RTLD_DEFAULT). An own dlopen() could not do that: it has work to do
 * afterwards, and the caller's RUNPATH and namespace would be lost.
 *
 * Our dlsym() is the one that is found if this library is preloaded or linked. Opened with dlopen(), the library
 * sees what is there when somebody binds or calls allocspan_bind_update().
 */
#ifndef ASPAN_BIND_MODULES_H
#define ASPAN_BIND_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "elf-scan.h"

/* Calls the visitor for each object that has tracepoints. Call with the lock BINDINGS held. */
void aspan_bind_modules_visit(aspan_bind_scan_visitor *visitor, void *data);

/* Whether objects that come later will be seen when they do. */
bool aspan_bind_modules_are_watched(void);

#endif
