/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Tokens in C++: see token.h.
 */
#ifndef ALLOCSPAN_TOKEN_HPP
#define ALLOCSPAN_TOKEN_HPP

#include <allocspan/reference.hpp>
#include <allocspan/token.h>

#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace allocspan {

/** @brief A property of a group: key and value, copied when it is registered. */
using tag = ::allocspan_tag;

/** @brief What the blocks of a group add up to. */
using stats = ::allocspan_stats;

/**
 * @brief A counted reference to a group: the owner of what is allocated while it is entered.
 *
 * `token parser{"parser", {{"format", "xml"}}};` registers a group of its own; token::intern()
 * gives the one group of that name and these tags.
 */
class token
	: public reference<::allocspan_token, ::allocspan_token_retain, ::allocspan_token_release> {
public:
	/** @brief Refers to no group. */
	token() noexcept = default;

	/**
	 * @brief Registers a new group; as allocspan_token_register().
	 *
	 * @param name 1 to #ALLOCSPAN_NAME_MAX bytes; copied.
	 * @param tags `{{"key", "value"}, ...}`, or anything with `std::data()` and `std::size()`
	 *        that holds tags; copied.
	 * @throws std::system_error With the error numbers of allocspan_token_register().
	 */
	template <class Tags = std::initializer_list<tag>>
	explicit token(const char *name, const Tags &tags = {})
		: reference{ detail::made(
			  "allocspan_token_register",
			  ::allocspan_token_register(name, std::data(tags), std::size(tags))) }
	{}

	/**
	 * @brief Gives the group of this name and these tags; as allocspan_token_intern().
	 *
	 * @param name As for the constructor.
	 * @param tags As for the constructor.
	 * @return The token.
	 * @throws std::system_error As the constructor.
	 */
	template <class Tags = std::initializer_list<tag>>
	[[nodiscard]] static token intern(const char *name, const Tags &tags = {})
	{
		return token{ detail::made(
			"allocspan_token_intern",
			::allocspan_token_intern(name, std::data(tags), std::size(tags))) };
	}

	/** @brief Gives the group `root`; as allocspan_token_get_root(). @return The token. */
	[[nodiscard]] static token root() noexcept
	{
		return token{ ::allocspan_token_retain(::allocspan_token_get_root()) };
	}

	/**
	 * @brief Takes over a reference.
	 *
	 * @param taken From a C function, or NULL.
	 * @return The token.
	 */
	[[nodiscard]] static token adopt(::allocspan_token *taken) noexcept
	{
		return token{ taken };
	}

	/** @brief Tells the group's id. @return 0 if empty. */
	std::uint64_t id() const noexcept
	{
		return ::allocspan_token_id(get());
	}

	/** @brief Tells the group's name. @return NULL if empty; valid as long as the reference. */
	const char *name() const noexcept
	{
		return ::allocspan_token_name(get());
	}

	/**
	 * @brief Adds up the group's counters; as allocspan_token_stats().
	 *
	 * @return Zeros if empty.
	 */
	allocspan::stats stats() const noexcept
	{
		allocspan::stats sums{};

		if (*this) {
			::allocspan_token_stats(get(), &sums);
		}
		return sums;
	}

	/**
	 * @brief Sets how many live bytes the group should not exceed; as
	 * allocspan_token_budget_set().
	 *
	 * @param budget_bytes In bytes of requested size; 0 takes the budget away.
	 * @throws std::system_error EINVAL if empty.
	 */
	void set_budget(std::uint64_t budget_bytes) const
	{
		detail::checked("allocspan_token_budget_set",
				::allocspan_token_budget_set(get(), budget_bytes));
	}

private:
	explicit token(::allocspan_token *taken) noexcept : reference{ taken }
	{}
};

} // namespace allocspan

#endif
