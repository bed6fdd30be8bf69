/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Callables and threads that carry what is active to where they run.
 */
#ifndef ALLOCSPAN_WRAP_HPP
#define ALLOCSPAN_WRAP_HPP

#include <allocspan/context.hpp>
#include <allocspan/guard.hpp>

#include <functional>
#include <thread>
#include <type_traits>
#include <utility>

namespace allocspan {

/**
 * @brief A callable that enters something around each call; what wrap() returns.
 *
 * It can be copied if the callable can, and so fits into `std::function`, `std::thread`,
 * `std::async` and thread pools. The scope is left before the caller sees the result or the
 * exception.
 */
template <class Owner, class Callable>
class wrapped {
public:
	/** @brief Keeps both. @param owner What to enter. @param callable What to call. */
	wrapped(Owner owner, Callable callable)
		: owner_{ std::move(owner) }, callable_{ std::move(callable) }
	{}

	/** @brief Calls inside. @param arguments Passed on. @return What the callable returns. */
	template <class... Arguments>
	std::invoke_result_t<Callable &, Arguments...> operator()(Arguments &&...arguments)
		&noexcept(std::is_nothrow_invocable_v<Callable &, Arguments...>)
	{
		const scope inside{ owner_ };

		return std::invoke(callable_, std::forward<Arguments>(arguments)...);
	}

	/** @brief Calls inside. @param arguments Passed on. @return What the callable returns. */
	template <class... Arguments>
	std::invoke_result_t<const Callable &, Arguments...> operator()(Arguments &&...arguments)
		const &noexcept(std::is_nothrow_invocable_v<const Callable &, Arguments...>)
	{
		const scope inside{ owner_ };

		return std::invoke(callable_, std::forward<Arguments>(arguments)...);
	}

	/**
	 * @brief Calls inside, once.
	 *
	 * @param arguments Passed on.
	 * @return What the callable returns.
	 */
	template <class... Arguments>
	std::invoke_result_t<Callable, Arguments...> operator()(Arguments &&...arguments)
		&&noexcept(std::is_nothrow_invocable_v<Callable, Arguments...>)
	{
		const scope inside{ owner_ };

		return std::invoke(std::move(callable_), std::forward<Arguments>(arguments)...);
	}

private:
	Owner owner_;
	Callable callable_;
};

/**
 * @brief Makes a callable that runs inside something.
 *
 * @param owner A token, span or context, or #untracked; copied.
 * @param callable Anything `std::invoke` can call; copied or moved.
 * @return The callable; see wrapped.
 */
template <class Owner, class Callable>
[[nodiscard]] wrapped<Owner, std::decay_t<Callable>> wrap(Owner owner, Callable &&callable)
{
	return { std::move(owner), std::forward<Callable>(callable) };
}

/**
 * @brief Makes a callable that runs inside what is active here and now.
 *
 * @param callable As above.
 * @return The callable, for another thread or for later.
 */
template <class Callable>
[[nodiscard]] wrapped<context, std::decay_t<Callable>> wrap(Callable &&callable)
{
	return { context::capture(), std::forward<Callable>(callable) };
}

/**
 * @brief Starts a thread that inherits what is active here; otherwise as the constructor of
 * `std::thread`.
 *
 * @param callable Called on the new thread.
 * @param arguments Copied or moved there.
 * @return The thread, to be joined or detached.
 * @throws std::system_error As `std::thread`.
 */
template <class Callable, class... Arguments>
[[nodiscard]] std::thread make_thread(Callable &&callable, Arguments &&...arguments)
{
	return std::thread(wrap(std::forward<Callable>(callable)),
			   std::forward<Arguments>(arguments)...);
}

} // namespace allocspan

#endif
