# The recording side under many threads and under signals. Some read the library's own structs.
if(TARGET allocspan)
	allocspan_add_unit_test(test-races test-races.c)
	allocspan_add_unit_test(test-group-life test-group-life.c)
	allocspan_add_unit_test(test-model-reclaim test-model-reclaim.c)

	allocspan_add_unit_test(test-model-signal-steps test-model-signal-steps.c)
	target_include_directories(test-model-signal-steps PRIVATE ${PROJECT_SOURCE_DIR}/lib/core ${PROJECT_SOURCE_DIR}/lib/ledger)
	# What is bound lazily would be stepped through in the dynamic linker.
	target_link_options(test-model-signal-steps PRIVATE -Wl,-z,now)
	set_tests_properties(unit/test-model-signal-steps PROPERTIES TIMEOUT 600)
endif()
