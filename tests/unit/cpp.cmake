# The C++ classes, as C++17 and as C++20, and in a program without exceptions. That the headers compile
# alone, with both compilers, is a test in tests/integration/public-headers.cmake.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

function(allocspan_add_cpp_test name standard)
	set(target test-cpp-${name}-${standard})
	add_executable(${target} test-cpp-${name}.cpp)
	target_link_libraries(${target} PRIVATE allocspan::allocspan allocspan_warnings
		PkgConfig::CMOCKA Threads::Threads)
	target_compile_options(${target} PRIVATE -Wpedantic)
	set_target_properties(${target} PROPERTIES
		CXX_STANDARD ${standard} CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
	add_test(NAME unit/${target} COMMAND ${target})
	set_tests_properties(unit/${target} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

if(TARGET allocspan)
	foreach(standard 17 20)
		allocspan_add_cpp_test(references ${standard})
		allocspan_add_cpp_test(scopes ${standard})
		allocspan_add_cpp_test(handover ${standard})
	endforeach()
	allocspan_add_cpp_test(without-exceptions 17)
	target_compile_options(test-cpp-without-exceptions-17 PRIVATE -fno-exceptions)
endif()
