# What is read from outside, under libFuzzer: a short run is a test, tests/stress/fuzz.sh makes long ones. The build's own
# compiler may be another than clang, so each driver is built at once from the sources that it needs.
find_program(CLANG NAMES clang clang-14)
if(CLANG)
	function(allocspan_add_fuzz_test name)
		set(fuzzer ${CMAKE_CURRENT_BINARY_DIR}/fuzz-${name})
		set(sources ${CMAKE_CURRENT_SOURCE_DIR}/fuzz-${name}.c ${ARGN})
		list(FILTER sources EXCLUDE REGEX "^-")
		add_custom_command(OUTPUT ${fuzzer}
			COMMAND ${CLANG} -g -O1 -std=gnu11 -D_GNU_SOURCE
				-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
				-I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/tp
				-I${PROJECT_SOURCE_DIR}/lib/core -I${PROJECT_SOURCE_DIR}/lib/ledger -I${PROJECT_SOURCE_DIR}/lib/analysis
				-I${PROJECT_SOURCE_DIR}/lib/cli -I${PROJECT_SOURCE_DIR}/lib/bind
				-I${PROJECT_SOURCE_DIR}/lib/ledger
				${sources} -lpthread -ldl -o ${fuzzer}
			DEPENDS ${sources} VERBATIM)
		add_custom_target(build-fuzz-${name} ALL DEPENDS ${fuzzer})
		add_test(NAME unit/fuzz-${name}
			COMMAND ${fuzzer} -max_total_time=3 -max_len=600 -seed=1 -print_final_stats=1)
		set_tests_properties(unit/fuzz-${name} PROPERTIES LABELS unit TIMEOUT 600
			ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
	endfunction()

	file(GLOB core CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/core/*.c)
	allocspan_add_fuzz_test(token-input ${core} ${PROJECT_SOURCE_DIR}/lib/analysis/tag-string.c)
	list(FILTER core EXCLUDE REGEX "/init\\.c$")
	allocspan_add_fuzz_test(environment ${core})
	allocspan_add_fuzz_test(record-options ${PROJECT_SOURCE_DIR}/lib/cli/record-filter.c
		${PROJECT_SOURCE_DIR}/lib/cli/terminal.c)
	get_target_property(spec allocspan-bind-spec SOURCES)
	list(TRANSFORM spec PREPEND ${PROJECT_SOURCE_DIR}/lib/bind/)
	allocspan_add_fuzz_test(bind-spec ${spec})
endif()
