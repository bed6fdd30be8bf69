// SPDX-License-Identifier: MIT
//
// C++: scopes that end with their block, also when an exception leaves it, and callables that carry
// their owner to another thread. It runs by itself, since liballocspan-preload is linked:
//
//	build/release/examples/cpp-scopes
#include <allocspan/allocspan.hpp>

#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class document {
public:
	explicit document(const char *tenant)
		: owner_{ allocspan::token::intern("document", { { "tenant", tenant } }) }
	{}

	void append(std::size_t size)
	{
		const allocspan::scope inside{ owner_ };

		if (size > 1000) {
			throw std::length_error("this page is too long");
		}
		pages_.emplace_back(size, ' ');
	}

	const allocspan::token &owner() const
	{
		return owner_;
	}

private:
	allocspan::token owner_;
	std::vector<std::string> pages_;
};

std::vector<char> thumbnail()
{
	return std::vector<char>(4096);
}

void show(const char *what, const allocspan::token &owner)
{
	const allocspan::stats stats = owner.stats();

	std::cout << what << ": " << stats.live_blocks << " blocks, " << stats.live_bytes
		  << " bytes\n";
}

} // namespace

int main()
{
	try {
		document letter{ "blue" };
		const allocspan::token images{ "images" };
		const allocspan::span work{ "thumbnail", images };

		letter.append(500);
		try {
			letter.append(5000);
		} catch (const std::length_error &error) {
			std::cout << error.what()
				  << "; active group afterwards: " << allocspan_current_group_id()
				  << "\n";
		}

		// Runs inside the span on whichever thread std::async chooses.
		std::future<std::vector<char>> later =
			std::async(std::launch::async, allocspan::wrap(work, thumbnail));
		const std::vector<char> picture = later.get();

		show("tenant blue", letter.owner());
		show("images", images);
		return 0;
	} catch (const std::exception &error) {
		std::cerr << "cpp-scopes: " << error.what() << "\n";
		return 1;
	}
}
