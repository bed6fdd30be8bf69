# The formats of reports for tools, from reports made by hand.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

if(TARGET allocspan-report-formats)
	# Packages that were found in another folder are not known here.
	pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
	find_package(ZLIB REQUIRED)

	add_executable(test-report-formats test-report-formats.c)
	# What protoc-c makes of profile.proto lies in the writers' build folder.
	target_include_directories(test-report-formats PRIVATE ${PROJECT_BINARY_DIR}/lib/bt2-plugin)
	target_link_libraries(test-report-formats PRIVATE allocspan-report-formats allocspan_warnings
		PkgConfig::CMOCKA PkgConfig::JSON_C PkgConfig::PROTOBUF_C ZLIB::ZLIB)
	add_executable(test-report-perfetto test-report-perfetto.c)
	target_link_libraries(test-report-perfetto PRIVATE allocspan-report-formats allocspan_warnings
		PkgConfig::CMOCKA PkgConfig::JSON_C)
	add_test(NAME unit/test-report-perfetto COMMAND test-report-perfetto)
	set_tests_properties(unit/test-report-perfetto PROPERTIES LABELS unit TIMEOUT 300)
	add_test(NAME unit/test-report-formats COMMAND test-report-formats)
	set_tests_properties(unit/test-report-formats PROPERTIES LABELS unit TIMEOUT 300)
endif()

# The rules of `allocspan check`, and what a report decides of them.
if(TARGET allocspan-cli)
	set(cli ${PROJECT_SOURCE_DIR}/lib/cli)
	add_executable(test-check-rule test-check-rule.c
		${cli}/check-limit.c ${cli}/check-reader.c ${cli}/check-rule.c ${cli}/check-value.c ${cli}/near-word.c
		${cli}/json-report.c)
	target_include_directories(test-check-rule PRIVATE ${cli})
	target_link_libraries(test-check-rule PRIVATE allocspan-analysis allocspan_warnings
		PkgConfig::CMOCKA PkgConfig::JSON_C)
	add_test(NAME unit/test-check-rule COMMAND test-check-rule)
	set_tests_properties(unit/test-check-rule PROPERTIES LABELS unit TIMEOUT 300)
endif()
