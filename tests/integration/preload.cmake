# Programs under the interposer; no session daemon.
if(TARGET allocspan AND TARGET allocspan-preload)
	# What a test does with memory must not be left out by the compiler.
	function(allocspan_add_preload_program name source)
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan_warnings Threads::Threads ${CMAKE_DL_LIBS}
			${ARGN})
		target_compile_options(${name} PRIVATE -fno-builtin -Wno-alloc-size-larger-than)
	endfunction()

	# No session daemon is asked: these programs do not wait for one that somebody else runs.
	function(allocspan_add_preload_test name)
		add_test(NAME integration/${name} COMMAND ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 120
			ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;LD_PRELOAD=$<TARGET_FILE:allocspan-preload>")
	endfunction()

	foreach(program preload-counts.c preload-new.cpp)
		get_filename_component(name ${program} NAME_WLE)
		allocspan_add_preload_program(${name} ${program} allocspan::allocspan)
		allocspan_add_preload_test(${name} ${name})
		foreach(reentering tracker timer)
			allocspan_add_preload_test(${name}-reentered-by-${reentering} ${name})
			set_property(TEST integration/${name}-reentered-by-${reentering} APPEND
				PROPERTY ENVIRONMENT ALLOCSPAN_TEST_REENTER=${reentering})
		endforeach()

		allocspan_add_preload_program(${name}-linked ${program} allocspan::preload allocspan::allocspan)
		add_test(NAME integration/${name}-linked COMMAND ${name}-linked)
		set_tests_properties(integration/${name}-linked PROPERTIES LABELS integration TIMEOUT 120
			ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
	endforeach()
endif()
