# Programs recorded by a session daemon of the test's own, read back with babeltrace2, and compared with their own
# account of what they did.
if(TARGET allocspan AND TARGET allocspan-preload)
	function(allocspan_add_recorded_program name source)
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads
			${CMAKE_DL_LIBS})
		target_compile_options(${name} PRIVATE -fno-builtin)
		# So that a program finds the bounds of its own functions.
		set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON)
	endfunction()

	function(allocspan_add_recorded_test name script)
		add_test(NAME integration/${name}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${script} $<TARGET_FILE:allocspan-preload> ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 300)
	endfunction()

	allocspan_add_recorded_program(recorded-mix recorded-mix.c)
	allocspan_add_recorded_test(recorded-mix recorded-mix.sh $<TARGET_FILE:recorded-mix>)
	allocspan_add_recorded_program(recorded-handover recorded-handover.c)
	allocspan_add_recorded_test(recorded-handover recorded-mix.sh $<TARGET_FILE:recorded-handover>)
	allocspan_add_recorded_program(recorded-new recorded-new.cpp)
	allocspan_add_recorded_test(recorded-new recorded-mix.sh $<TARGET_FILE:recorded-new>)
	allocspan_add_recorded_program(recorded-misuse recorded-misuse.c)
	allocspan_add_recorded_test(recorded-misuse recorded-misuse.sh $<TARGET_FILE:recorded-misuse>)
	allocspan_add_recorded_program(recorded-callers recorded-callers.c)
	allocspan_add_recorded_test(recorded-callers recorded-callers.sh $<TARGET_FILE:recorded-callers>)
endif()
