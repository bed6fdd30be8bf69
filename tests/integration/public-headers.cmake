# Every public header compiles alone and twice, as strict C11 (but the C++ ones) and as strict C++17, by
# GCC and by Clang, with the macros on and off, and without a warning that a careful program switches on.
find_program(CLANG clang REQUIRED)
find_program(CLANGXX clang++ REQUIRED)

function(add_public_headers_test name pattern)
	add_test(NAME integration/public_headers_compile_alone_${name}
		COMMAND sh -euc "
			for header in ${pattern}; do
				for macros in on DISABLE; do
					printf '#include <%s>\\n#include <%s>\\nint last;\\n' $header $header |
						\"$@\" -DALLOCSPAN_$macros -fsyntax-only -I. \
							-Wall -Wextra -Wpedantic -Wundef -Werror -
				done
			done" sh ${ARGN}
		WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/include)
	set_tests_properties(integration/public_headers_compile_alone_${name} PROPERTIES LABELS integration)
endfunction()

set(c11 -x c -std=c11 -Wshadow -Wstrict-prototypes)
set(cxx17 -x c++ -std=c++17 -Wold-style-cast -Wzero-as-null-pointer-constant)
add_public_headers_test(as_c11_by_gcc allocspan/*.h ${CMAKE_C_COMPILER} ${c11})
add_public_headers_test(as_c11_by_clang allocspan/*.h ${CLANG} ${c11})
add_public_headers_test(as_cxx17_by_gcc "allocspan/*.h allocspan/*.hpp" ${CMAKE_CXX_COMPILER} ${cxx17})
add_public_headers_test(as_cxx17_by_clang "allocspan/*.h allocspan/*.hpp" ${CLANGXX} ${cxx17})
