/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief C++17 over the C interface: references that count, and scopes that end, by themselves.
 *
 * Header-only; the C headers say what the functions underneath promise. An object holds what the C
 * function handed out and gives it back in its destructor, also when an exception unwinds.
 *
 * *Errors*: what fails throws `std::system_error` with the C function's error number. Compiled with
 * `-fno-exceptions`, the object is empty instead and `errno` tells why; compile all files of a
 * program the same way. An *empty* object (made by default, moved from, or failed) can be used:
 * entering it leaves the active group as it was and is counted as misuse.
 *
 * The classes do not look at `ALLOCSPAN_DISABLE`: that concerns the macros of scope.h.
 */
#ifndef ALLOCSPAN_ALLOCSPAN_HPP
#define ALLOCSPAN_ALLOCSPAN_HPP

#include <allocspan/allocspan.h>

#include <allocspan/context.hpp>
#include <allocspan/fiber.hpp>
#include <allocspan/guard.hpp>
#include <allocspan/reference.hpp>
#include <allocspan/span.hpp>
#include <allocspan/token.hpp>
#include <allocspan/wrap.hpp>

/** @brief C++17 over the C interface of allocspan. */
namespace allocspan {}

#endif
