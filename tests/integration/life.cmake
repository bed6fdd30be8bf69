# What processes and threads go through, under the interposer: alone, re-entered, and while a session records.
if(TARGET allocspan AND TARGET allocspan-preload)
	foreach(source life-children.c life-threads.cpp life-jumps.cpp)
		get_filename_component(name ${source} NAME_WLE)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/${source})
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads
			${CMAKE_DL_LIBS})
		target_compile_options(${name} PRIVATE -fno-builtin)

		file(STRINGS ${script} claims REGEX "^\t\tCLAIM\\(")
		list(TRANSFORM claims REPLACE "^\t\tCLAIM\\((.*)\\),$" "\\1")
		set(module LIFE_MODULE=$<TARGET_FILE:preload-module>)
		set(preloaded LD_PRELOAD=$<TARGET_FILE:allocspan-preload>)
		foreach(claim IN LISTS claims)
			add_test(NAME integration/${name}/${claim} COMMAND ${name} ${claim})
			set_tests_properties(integration/${name}/${claim} PROPERTIES
				ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;${module};${preloaded}")
			add_test(NAME integration/${name}-reentered/${claim} COMMAND ${name} ${claim})
			set_tests_properties(integration/${name}-reentered/${claim} PROPERTIES ENVIRONMENT
				"LTTNG_UST_REGISTER_TIMEOUT=0;ALLOCSPAN_TEST_REENTER=tracker;${module};${preloaded}")
			add_test(NAME integration/${name}-recorded/${claim}
				COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/life-recorded.sh
				$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${name}> ${claim})
			set_tests_properties(integration/${name}-recorded/${claim} PROPERTIES ENVIRONMENT "${module}")
			set_tests_properties(integration/${name}/${claim} integration/${name}-reentered/${claim}
				integration/${name}-recorded/${claim} PROPERTIES LABELS integration TIMEOUT 600)
		endforeach()
	endforeach()
endif()
