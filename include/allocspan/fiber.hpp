/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Fibers in C++: see fiber.h.
 */
#ifndef ALLOCSPAN_FIBER_HPP
#define ALLOCSPAN_FIBER_HPP

#include <allocspan/fiber.h>
#include <allocspan/reference.hpp>

#include <memory>

namespace allocspan {

/** @cond INTERNAL */
namespace detail {
struct fiber_destroyer {
	void operator()(::allocspan_fiber *fiber) const noexcept
	{
		::allocspan_fiber_destroy(fiber);
	}
};
} // namespace detail
/** @endcond */

/** @brief Owns a fiber; `allocspan_fiber_switch(mine.get())` goes on with it. */
using fiber = std::unique_ptr<::allocspan_fiber, detail::fiber_destroyer>;

/**
 * @brief Makes a fiber on which nothing is entered; as allocspan_fiber_create().
 *
 * @return The fiber.
 * @throws std::system_error ENOMEM without memory.
 */
[[nodiscard]] inline fiber make_fiber()
{
	return fiber{ detail::made("allocspan_fiber_create", ::allocspan_fiber_create()) };
}

} // namespace allocspan

#endif
