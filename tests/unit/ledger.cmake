# Tests of lib/ledger.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

foreach(module file)
	set(name test-ledger-${module})
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE allocspan-ledger allocspan_warnings PkgConfig::CMOCKA)
	target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tp)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 120)
endforeach()
