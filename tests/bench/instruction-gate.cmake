# tests/bench/instruction-gate.sh: the clock that it preloads, and what it must know of the build. `bench/instruction-gate` tests how
# it judges; the counting itself is a step of .ci/run.
add_library(bench-instruction-clock MODULE instruction-clock.c)
target_link_libraries(bench-instruction-clock PRIVATE allocspan_warnings)
set_target_properties(bench-instruction-clock PROPERTIES PREFIX "")
add_dependencies(allocspan-bench bench-instruction-clock)

string(REGEX MATCH "^[0-9]+" compiler_major "${CMAKE_C_COMPILER_VERSION}")
string(TOLOWER "${CMAKE_C_COMPILER_ID}" compiler_name)
string(REPLACE "gnu" "gcc" compiler_name "${compiler_name}")
# Three lines: the compiler, the build type, further flags.
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/instruction-gate-build.txt
	CONTENT "${compiler_name}-${compiler_major}\n${CMAKE_BUILD_TYPE}\n${CMAKE_C_FLAGS}\n")

add_test(NAME bench/instruction-gate COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/instruction-gate-judges.py)
set_tests_properties(bench/instruction-gate PROPERTIES LABELS bench)
