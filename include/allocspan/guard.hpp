/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Scopes and guards in C++: see guard.h.
 */
#ifndef ALLOCSPAN_GUARD_HPP
#define ALLOCSPAN_GUARD_HPP

#include <allocspan/context.hpp>
#include <allocspan/guard.h>
#include <allocspan/span.hpp>
#include <allocspan/token.hpp>

#include <utility>

namespace allocspan {

/** @brief The type of #untracked. */
struct untracked_type {};

/** @brief What to enter so that nothing of this thread is tracked: `scope quiet{untracked};`. */
inline constexpr untracked_type untracked{};

/**
 * @brief A period in which something is active on this thread; ends with exit() or destructor.
 *
 * A guard can be moved, for members, containers and optionals. That is sound: the library keeps no
 * pointer to it, and guards may end in any order. What C++ cannot express is that it must stay on
 * its thread (or fiber): ended on another it changes nothing there and is counted as misuse, and
 * what it entered stays active. Where nothing has to move, scope is the better choice.
 *
 * - *Ownership*: keeps the group or span active, also when the last token or span object is gone.
 * - *Thread safety*: used on the thread that made it.
 * - *Async-signal safety*: as allocspan_token_enter() and allocspan_guard_exit().
 * - *Cost*: a few nanoseconds, no lock, no allocation; tracing on: the span's events.
 */
class [[nodiscard]] guard {
public:
	/** @brief Nothing entered. */
	guard() noexcept = default;

	/** @brief Makes a group active. @param owner The group. */
	explicit guard(const token &owner) noexcept
		: guard_{ ::allocspan_token_enter(owner.get()) }, entered_{ true }
	{}

	/** @brief Enters a span. @param work The span. */
	explicit guard(const span &work) noexcept
		: guard_{ ::allocspan_span_enter(work.get()) }, entered_{ true }
	{}

	/** @brief Makes what was captured active. @param captured The context. */
	explicit guard(const context &captured) noexcept
		: guard_{ ::allocspan_context_enter(captured.get()) }, entered_{ true }
	{}

	/** @brief Tracks nothing meanwhile: `guard quiet{untracked};`. */
	explicit guard(untracked_type) noexcept
		: guard_{ ::allocspan_untracked_enter() }, entered_{ true }
	{}

	/** @brief Takes the period over. @param other Has nothing entered afterwards. */
	guard(guard &&other) noexcept
		: guard_{ other.guard_ }, entered_{ std::exchange(other.entered_, false) }
	{}

	/**
	 * @brief Ends this period and takes over another.
	 *
	 * @param other As above.
	 * @return This object.
	 */
	guard &operator=(guard &&other) noexcept
	{
		guard taken{ std::move(other) };

		std::swap(guard_, taken.guard_);
		std::swap(entered_, taken.entered_);
		return *this;
	}

	~guard()
	{
		exit();
	}

	/** @brief Ends the period now; a second time changes nothing. */
	void exit() noexcept
	{
		if (std::exchange(entered_, false)) {
			::allocspan_guard_exit(&guard_);
		}
	}

private:
	::allocspan_guard guard_{};
	bool entered_ = false;
};

/**
 * @brief A guard that cannot move: from here to the end of the enclosing block, on this thread.
 *
 * `scope inside{request};`, where `request` is a token, a span or a context, or #untracked. A
 * function can return one all the same, since C++17 makes the result in place.
 */
class [[nodiscard]] scope {
public:
	/**
	 * @brief Enters.
	 *
	 * @param owner A token, span, context or #untracked; may end before the scope.
	 */
	template <class Owner>
	explicit scope(const Owner &owner) noexcept : guard_{ owner }
	{}

	scope(const scope &) = delete;
	scope &operator=(const scope &) = delete;

private:
	guard guard_;
};

} // namespace allocspan

#endif
