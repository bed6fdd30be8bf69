# What a bound pair of tracepoints costs while no session records; bound-pair.c says what it prints.
if(TARGET allocspan-bind)
	add_executable(bench-bound-pair bound-pair.c)
	target_include_directories(bench-bound-pair PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(bench-bound-pair PRIVATE allocspan::bind allocspan::allocspan allocspan_warnings
		PkgConfig::LTTNG_UST lttng-ust-tracepoint ${CMAKE_DL_LIBS})
	if(TARGET allocspan-bench)
		add_dependencies(allocspan-bench bench-bound-pair)
	endif()
	# Not a test of time: that each case runs.
	add_test(NAME bench/bound_pair_can_be_measured COMMAND bench-bound-pair --rounds 2)
	set_tests_properties(bench/bound_pair_can_be_measured PROPERTIES LABELS integration TIMEOUT 300
		PASS_REGULAR_EXPRESSION "bound pair by a string, matched by a pointer.*\"min_ns\": [1-9]"
		ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
endif()
