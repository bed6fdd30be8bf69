/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief What the C++ classes have in common: errors, and references that count themselves.
 */
#ifndef ALLOCSPAN_REFERENCE_HPP
#define ALLOCSPAN_REFERENCE_HPP

#include <cerrno>
#include <system_error>
#include <utility>

namespace allocspan {

/** @cond INTERNAL */
namespace detail {

inline void report_failure([[maybe_unused]] const char *function, int error)
{
#ifdef __cpp_exceptions
	throw std::system_error(error, std::generic_category(), function);
#else
	errno = error;
#endif
}

/* `function` made `pointer` and left its reason in errno if that is NULL. */
template <class Type>
Type *made(const char *function, Type *pointer)
{
	if (pointer == nullptr) {
		report_failure(function, errno);
	}
	return pointer;
}

/* `function` answered `result`: 0 or a negative error number. */
inline void checked(const char *function, int result)
{
	if (result != 0) {
		report_failure(function, -result);
	}
}

} // namespace detail
/** @endcond */

/**
 * @brief What token and span have in common: a counted reference that may be empty.
 *
 * - *Ownership*: a copy is one reference more; moving takes the reference and leaves its source
 *   empty.
 * - *Thread safety*: as `std::shared_ptr`: different objects on any threads, also if they refer to
 *   the same thing; one object on one thread at a time unless all only read.
 * - *Async-signal safety*: reading and copying, yes; giving the last reference back, no.
 * - *Cost*: an atomic increment a copy, a decrement a destruction, tracing off or on.
 */
template <class Type, Type *(*Retain)(Type *), void (*Release)(Type *)>
class reference {
public:
	/** @brief Refers to nothing. */
	reference() noexcept = default;

	/** @brief One reference more. @param other May be empty. */
	reference(const reference &other) noexcept : pointer_{ Retain(other.pointer_) }
	{}

	/** @brief Takes the reference. @param other Becomes empty. */
	reference(reference &&other) noexcept : pointer_{ std::exchange(other.pointer_, nullptr) }
	{}

	/** @brief Refers to the same. @param other May be empty. @return This object. */
	reference &operator=(reference other) noexcept
	{
		std::swap(pointer_, other.pointer_);
		return *this;
	}

	~reference()
	{
		Release(pointer_);
	}

	/** @brief Borrows the pointer for a C function. @return NULL if empty. */
	Type *get() const noexcept
	{
		return pointer_;
	}

	/**
	 * @brief Gives the reference up to the caller, who must release it.
	 *
	 * @return NULL if empty.
	 */
	[[nodiscard]] Type *take() noexcept
	{
		return std::exchange(pointer_, nullptr);
	}

	/** @brief Tells whether this refers to anything. */
	explicit operator bool() const noexcept
	{
		return pointer_ != nullptr;
	}

protected:
	/** @brief Takes over a reference. @param taken NULL makes an empty object. */
	explicit reference(Type *taken) noexcept : pointer_{ taken }
	{}

private:
	Type *pointer_ = nullptr;
};

} // namespace allocspan

#endif
