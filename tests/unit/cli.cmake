# Parts of the command `allocspan` alone, and what it answers by itself.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

function(allocspan_add_cli_test module)
	set(name test-${module})
	add_executable(${name} ${name}.c
		${PROJECT_SOURCE_DIR}/lib/cli/${module}.c ${PROJECT_SOURCE_DIR}/lib/cli/terminal.c)
	target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/lib/cli)
	target_link_libraries(${name} PRIVATE allocspan_warnings PkgConfig::CMOCKA PkgConfig::LTTNG_CTL)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

if(TARGET allocspan-cli)
	allocspan_add_cli_test(record-filter)
	allocspan_add_cli_test(record-context)
	allocspan_add_cli_test(record-memory)

	add_test(NAME unit/command_answers_help_version_and_slips
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check-cli.sh $<TARGET_FILE:allocspan-cli>)
	set_tests_properties(unit/command_answers_help_version_and_slips PROPERTIES LABELS unit TIMEOUT 300)
endif()
