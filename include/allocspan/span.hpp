/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Spans in C++: see span.h.
 */
#ifndef ALLOCSPAN_SPAN_HPP
#define ALLOCSPAN_SPAN_HPP

#include <allocspan/reference.hpp>
#include <allocspan/span.h>
#include <allocspan/token.hpp>

#include <cstdint>

namespace allocspan {

/**
 * @brief A counted reference to a span: a unit of work, entered any number of times, on any threads.
 */
class span : public reference<::allocspan_span, ::allocspan_span_retain, ::allocspan_span_release> {
public:
	/** @brief Refers to no span. */
	span() noexcept = default;

	/**
	 * @brief Makes a span without a token; as allocspan_span_create().
	 *
	 * @param name 1 to #ALLOCSPAN_NAME_MAX bytes; copied.
	 * @throws std::system_error With the error numbers of allocspan_span_create().
	 */
	explicit span(const char *name)
		: reference{ detail::made("allocspan_span_create", ::allocspan_span_create(name)) }
	{}

	/**
	 * @brief Makes a span and attaches a token.
	 *
	 * @param name As above.
	 * @param owner The group of what is allocated inside.
	 * @throws std::system_error As above and as attach().
	 */
	span(const char *name, const token &owner) : span{ name }
	{
		attach(owner);
	}

	/**
	 * @brief Takes over a reference.
	 *
	 * @param taken From a C function, or NULL.
	 * @return The span.
	 */
	[[nodiscard]] static span adopt(::allocspan_span *taken) noexcept
	{
		return span{ taken };
	}

	/**
	 * @brief Attaches a token, in place of the one before; as allocspan_span_attach().
	 *
	 * @param owner The group of what is allocated inside from the next enter on.
	 * @throws std::system_error EINVAL if either is empty.
	 */
	void attach(const token &owner) const
	{
		detail::checked("allocspan_span_attach",
				::allocspan_span_attach(get(), owner.get()));
	}

	/** @brief Detaches the token; as allocspan_span_detach(). @return Whether there was one. */
	bool detach() const noexcept
	{
		return ::allocspan_span_detach(get()) == 0;
	}

	/** @brief Tells the span's id. @return 0 if empty. */
	std::uint64_t id() const noexcept
	{
		return ::allocspan_span_id(get());
	}

private:
	explicit span(::allocspan_span *taken) noexcept : reference{ taken }
	{}
};

} // namespace allocspan

#endif
