# Programs under the interposer; no session daemon.
if(TARGET allocspan AND TARGET allocspan-preload)
	# What a test does with memory must not be left out by the compiler, nor refused by it.
	function(allocspan_add_preload_program name source)
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan_warnings Threads::Threads ${CMAKE_DL_LIBS}
			${ARGN})
		target_compile_options(${name} PRIVATE -fno-builtin -Wno-alloc-size-larger-than)
	endfunction()

	# No session daemon is asked: these programs do not wait for one that somebody else runs.
	function(allocspan_add_preload_test name environment)
		add_test(NAME integration/${name} COMMAND ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 600
			ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;${environment}")
	endfunction()

	set(preloaded LD_PRELOAD=$<TARGET_FILE:allocspan-preload>)

	# Each claim also holds re-entered, and with the interposer linked instead of preloaded.
	foreach(program preload-counts.c preload-new.cpp)
		get_filename_component(name ${program} NAME_WLE)
		allocspan_add_preload_program(${name} ${program} allocspan::allocspan)
		allocspan_add_preload_test(${name} "${preloaded}" ${name})
		foreach(reentering tracker timer)
			allocspan_add_preload_test(${name}-reentered-by-${reentering}
				"${preloaded};ALLOCSPAN_TEST_REENTER=${reentering}" ${name})
		endforeach()
		allocspan_add_preload_program(${name}-linked ${program} allocspan::preload allocspan::allocspan)
		allocspan_add_preload_test(${name}-linked "" ${name}-linked)
	endforeach()

	allocspan_add_preload_program(preload-behaviour preload-behaviour.c)
	add_library(preload-module MODULE preload-module.c)
	target_link_libraries(preload-module PRIVATE allocspan_warnings)
	allocspan_add_preload_test(preload-behaviour "" ${CMAKE_CURRENT_SOURCE_DIR}/preload-behaviour.sh 42
		$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:preload-behaviour> $<TARGET_FILE:preload-module>)

	add_library(preload-threads-library SHARED preload-threads-library.c)
	set_target_properties(preload-threads-library PROPERTIES OUTPUT_NAME lttng-ust-imitation)
	target_compile_options(preload-threads-library PRIVATE -fno-builtin)
	target_link_libraries(preload-threads-library PRIVATE allocspan_warnings Threads::Threads)
	allocspan_add_preload_program(preload-threads preload-threads.c allocspan::allocspan
		preload-threads-library)
	allocspan_add_preload_test(preload-threads "${preloaded}" preload-threads)

	# With liblttng-ust-fork, which keeps LTTng in order inside of our fork(), and without.
	allocspan_add_preload_program(preload-new-user preload-new-user.c allocspan::allocspan)
	allocspan_add_preload_test(preload-new-user "${preloaded};LTTNG_UST_REGISTER_TIMEOUT=0" preload-new-user)
	set(with_fork_library "LD_PRELOAD=$<TARGET_FILE:allocspan-preload>:liblttng-ust-fork.so.1")
	allocspan_add_preload_test(preload-new-user-handled "${with_fork_library};LTTNG_UST_REGISTER_TIMEOUT=0"
		preload-new-user)
	set_tests_properties(integration/preload-new-user integration/preload-new-user-handled PROPERTIES
		SKIP_RETURN_CODE 77)

	# The allocator underneath raises signals; it comes first of all, to take keys of threads.
	add_library(preload-first-contact-next SHARED preload-first-contact-next.c)
	target_link_libraries(preload-first-contact-next PRIVATE allocspan_warnings Threads::Threads)
	target_compile_options(preload-first-contact-next PRIVATE -fno-builtin)
	target_link_options(preload-first-contact-next PRIVATE -Wl,-z,initfirst)
	allocspan_add_preload_program(preload-first-contact preload-first-contact.c
		preload-first-contact-next allocspan::allocspan)
	set(over_it "LD_PRELOAD=$<TARGET_FILE:allocspan-preload>:$<TARGET_FILE:preload-first-contact-next>")
	set(module FIRST_CONTACT_MODULE=$<TARGET_FILE:preload-module>)
	allocspan_add_preload_test(preload-first-contact "${over_it};${module}" preload-first-contact)
	add_test(NAME integration/preload-first-contact-recorded
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/preload-first-contact.sh $<TARGET_FILE:allocspan-preload>
			$<TARGET_FILE:preload-first-contact-next> $<TARGET_FILE:preload-first-contact>)
	set_tests_properties(integration/preload-first-contact-recorded PROPERTIES LABELS integration
		TIMEOUT 600 ENVIRONMENT "${module}")

	foreach(program sort python compiler perl)
		allocspan_add_preload_test(preload-program-${program} ""
			${CMAKE_CURRENT_SOURCE_DIR}/preload-behaviour.sh 0 $<TARGET_FILE:allocspan-preload>
			${CMAKE_CURRENT_SOURCE_DIR}/preload-program.sh ${program})
	endforeach()

	if(TARGET allocspan-bind)
		add_test(NAME integration/libraries_export_what_they_should
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check-exports.sh $<TARGET_FILE:allocspan>
				$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:allocspan-tp>
				$<TARGET_FILE:allocspan-bind> ${PROJECT_SOURCE_DIR}/include)
		set_tests_properties(integration/libraries_export_what_they_should PROPERTIES LABELS integration
			TIMEOUT 300)
	endif()
endif()
