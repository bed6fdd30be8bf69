# Tests of lib/analysis, and of what the command does by itself to a trace on disk.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

foreach(module model owners processes unnamed completeness coverage gaps maps tag-string text output-file
		answers spans stacks windows timeline unsure questions time-text text-table)
	set(name test-analysis-${module})
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE allocspan-analysis allocspan_warnings
		PkgConfig::CMOCKA)
	target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tp)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 600)
endforeach()

# A short fuzzing run is a test where clang is there; the build's own compiler may be another.
find_program(CLANG NAMES clang clang-14)
if(CLANG)
	set(fuzzer ${CMAKE_CURRENT_BINARY_DIR}/fuzz-analysis-tag-string)
	set(sources ${CMAKE_CURRENT_SOURCE_DIR}/fuzz-analysis-tag-string.c
		${PROJECT_SOURCE_DIR}/lib/analysis/tag-string.c)
	add_custom_command(OUTPUT ${fuzzer}
		COMMAND ${CLANG} -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined
			-I${PROJECT_SOURCE_DIR}/lib/analysis ${sources} -o ${fuzzer}
		DEPENDS ${sources} VERBATIM)
	add_custom_target(build-fuzz-analysis-tag-string ALL DEPENDS ${fuzzer})
	add_test(NAME unit/fuzz-analysis-tag-string
		COMMAND ${fuzzer} -runs=200000 -max_len=200 -seed=1)
	set_tests_properties(unit/fuzz-analysis-tag-string PROPERTIES LABELS unit TIMEOUT 600)
endif()
