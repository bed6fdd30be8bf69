# `allocspan record` and `allocspan doctor`: each claim of record-*.sh is a test.

if(TARGET allocspan-cli AND TARGET allocspan-preload)
	add_executable(record-target record-target.c)
	target_link_libraries(record-target PRIVATE allocspan::allocspan allocspan_warnings)
	# callsite_leads_to_file_and_line reads it.
	target_compile_options(record-target PRIVATE -g -O0 -gdwarf-4)

	add_executable(record-churn record-churn.c)
	target_link_libraries(record-churn PRIVATE allocspan::allocspan Threads::Threads allocspan_warnings)

	add_executable(record-stack record-stack.c)
	target_link_libraries(record-stack PRIVATE allocspan::allocspan allocspan_warnings)
	# The calls must stay calls.
	target_compile_options(record-stack PRIVATE -O1 -fno-optimize-sibling-calls)

	add_executable(record-static record-static.c)
	target_link_libraries(record-static PRIVATE allocspan_warnings)
	target_link_options(record-static PRIVATE -static)

	add_executable(record-ledger record-ledger.c)
	target_include_directories(record-ledger PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit
		${PROJECT_SOURCE_DIR}/lib/ledger ${PROJECT_SOURCE_DIR}/tp)
	target_link_libraries(record-ledger PRIVATE allocspan_warnings)

	add_executable(record-untold record-untold.c)
	target_link_libraries(record-untold PRIVATE allocspan::allocspan Threads::Threads allocspan_warnings
		${CMAKE_DL_LIBS})
	target_compile_options(record-untold PRIVATE -fno-builtin)

	add_library(record-refuse MODULE record-refuse.c)
	target_link_libraries(record-refuse PRIVATE allocspan_warnings ${CMAKE_DL_LIBS})

	add_executable(record-allocator record-allocator.c)
	target_link_libraries(record-allocator PRIVATE allocspan_warnings)
	target_compile_options(record-allocator PRIVATE -fno-builtin)

	add_executable(record-ticker record-ticker.c)
	target_include_directories(record-ticker PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(record-ticker PRIVATE PkgConfig::LTTNG_UST)

	add_library(record-plugin MODULE record-plugin.c)
	target_link_libraries(record-plugin PRIVATE allocspan::allocspan allocspan_warnings)
	add_executable(record-plugin-host record-plugin-host.c)
	target_link_libraries(record-plugin-host PRIVATE Threads::Threads allocspan_warnings ${CMAKE_DL_LIBS})

	foreach(suite outcome daemon content stack signals why doctor ledgers processes plumbing background salvage isolation short untold)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/record-${suite}.sh)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		# A claim is a function; helpers begin with what they do for one.
		file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
		list(TRANSFORM claims REPLACE "\\(\\) {$" "")
		list(FILTER claims EXCLUDE REGEX "^(expect_.*|write_.*|sum_of_records|start|start_waiting|record_with_lttng|record_killed|facts|folders|allocations_with|a_terminal_sees_one_job|small_disk|flush|make_group|record_in_group|record_until|make_stubborn|cat_daemon|left_json|report)$")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/record_${suite}/${claim} COMMAND ${script} ${claim})
			set_tests_properties(integration/record_${suite}/${claim} PROPERTIES
				LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
				ENVIRONMENT "ALLOCSPAN=$<TARGET_FILE:allocspan-cli>;RECORD_TARGET=$<TARGET_FILE:record-target>;RECORD_STACK=$<TARGET_FILE:record-stack>;RECORD_STATIC=$<TARGET_FILE:record-static>;RECORD_ALLOCATOR=$<TARGET_FILE:record-allocator>;RECORD_TICKER=$<TARGET_FILE:record-ticker>;RECORD_LEDGER=$<TARGET_FILE:record-ledger>;RECORD_CHURN=$<TARGET_FILE:record-churn>;RECORD_UNTOLD=$<TARGET_FILE:record-untold>;RECORD_REFUSE=$<TARGET_FILE:record-refuse>;RECORD_PLUGIN=$<TARGET_FILE:record-plugin>;RECORD_PLUGIN_HOST=$<TARGET_FILE:record-plugin-host>")
		endforeach()
	endforeach()
endif()
