/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Contexts in C++: see context.h.
 */
#ifndef ALLOCSPAN_CONTEXT_HPP
#define ALLOCSPAN_CONTEXT_HPP

#include <allocspan/context.h>

#include <utility>

namespace allocspan {

/**
 * @brief What was active on a thread when it was captured; all empty means that nothing was.
 *
 * - *Ownership*: holds references; a copy holds its own, moving takes them and leaves nothing.
 * - *Thread safety*: entered on any number of threads at once; otherwise as reference().
 * - *Async-signal safety*: capturing and copying, yes; destroying, no.
 * - *Cost*: two atomic increments a capture or copy, two decrements a destruction.
 */
class context {
public:
	/** @brief Nothing active. */
	context() noexcept = default;

	/** @brief Captures what is active on this thread. @return The context. */
	[[nodiscard]] static context capture() noexcept
	{
		context captured;

		captured.context_ = ::allocspan_context_capture();
		return captured;
	}

	/** @brief References of its own to the same. @param other What to copy. */
	context(const context &other) noexcept : context_{ other.context_ }
	{
		::allocspan_token_retain(context_.token);
		::allocspan_span_retain(context_.span);
	}

	/** @brief Takes the references. @param other Becomes all empty. */
	context(context &&other) noexcept : context_{ std::exchange(other.context_, {}) }
	{}

	/** @brief Becomes the same. @param other What to copy or move. @return This object. */
	context &operator=(context other) noexcept
	{
		std::swap(context_, other.context_);
		return *this;
	}

	~context()
	{
		::allocspan_context_release(&context_);
	}

	/** @brief Borrows the C value. @return Never NULL. */
	const ::allocspan_context *get() const noexcept
	{
		return &context_;
	}

private:
	::allocspan_context context_{};
};

} // namespace allocspan

#endif
