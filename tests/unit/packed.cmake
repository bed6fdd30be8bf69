# The readers of the packed form (tp/packed-format.md).
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

foreach(module packed-decode packed-merge waiting-events)
	set(name test-${module})
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE allocspan-analysis allocspan_warnings
		PkgConfig::CMOCKA)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 600)
endforeach()

if(CLANG)
	allocspan_add_fuzz_test(packed-decode ${PROJECT_SOURCE_DIR}/lib/analysis/packed-decode.c
		${PROJECT_SOURCE_DIR}/lib/analysis/packed-fields.c)
endif()
