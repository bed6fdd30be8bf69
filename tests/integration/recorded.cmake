# Programs recorded by a session daemon of the test's own, read back with babeltrace2, and compared with their own account of
# what they did.
if(TARGET allocspan AND TARGET allocspan-preload)
	# The calls must stay what they are written as; programs find the bounds of their own functions.
	function(allocspan_add_recorded_program name source)
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads
			${CMAKE_DL_LIBS})
		target_compile_options(${name} PRIVATE -fno-builtin -Wno-alloc-size-larger-than)
		set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON)
	endfunction()

	# name, script, program, further arguments of the script
	function(allocspan_add_recorded_test name script program)
		add_test(NAME integration/${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${script}
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${program}> ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 600)
	endfunction()

	foreach(source recorded-mix.c recorded-handover.c recorded-new.cpp recorded-misuse.c recorded-callers.c
			recorded-running.c recorded-fork.c recorded-probes.c recorded-ends.c)
		get_filename_component(name ${source} NAME_WLE)
		allocspan_add_recorded_program(${name} ${source})
	endforeach()

	foreach(name recorded-mix recorded-handover recorded-new)
		allocspan_add_recorded_test(${name} recorded-mix.sh ${name})
	endforeach()
	foreach(name recorded-misuse recorded-callers recorded-running recorded-fork recorded-probes recorded-ends)
		allocspan_add_recorded_test(${name} ${name}.sh ${name})
	endforeach()
	allocspan_add_recorded_test(recorded-settling recorded-settling.sh recorded-running)
	allocspan_add_recorded_program(recorded-lock-order recorded-lock-order.c)
	target_link_libraries(recorded-lock-order PRIVATE PkgConfig::LTTNG_UST)
	allocspan_add_recorded_test(recorded-lock-order recorded-lock-order.sh recorded-lock-order)
	# Also where the program has LTTng of its own, which then starts before the interposer.
	allocspan_add_recorded_program(recorded-lttng-threads recorded-lttng-threads.c)
	allocspan_add_recorded_test(recorded-lttng-threads recorded-lttng-threads.sh recorded-lttng-threads)
	allocspan_add_recorded_program(recorded-lttng-threads-linked recorded-lttng-threads.c)
	target_link_options(recorded-lttng-threads-linked PRIVATE -Wl,--no-as-needed)
	target_link_libraries(recorded-lttng-threads-linked PRIVATE PkgConfig::LTTNG_UST)
	allocspan_add_recorded_test(recorded-lttng-threads-linked recorded-lttng-threads.sh
		recorded-lttng-threads-linked)
	allocspan_add_recorded_test(recorded-filter recorded-filter.sh recorded-mix)
	allocspan_add_recorded_test(recorded-turbulence recorded-turbulence.sh recorded-mix)
	allocspan_add_recorded_test(recorded-counts recorded-claims.sh preload-counts)
	allocspan_add_recorded_test(recorded-counts-new recorded-claims.sh preload-new)
	add_test(NAME integration/recorded-root
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/recorded-root.sh $<TARGET_FILE:allocspan-preload>)
	set_tests_properties(integration/recorded-root PROPERTIES LABELS integration TIMEOUT 600)
	allocspan_add_recorded_test(recorded-nothing recorded-nothing.sh preload-counts
		$<TARGET_FILE:allocspan> $<TARGET_FILE:allocspan-tp>)
endif()
