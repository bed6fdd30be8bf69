# Other allocators underneath the interposer, preloaded and linked. Where Debian's package is missing, the test says
# so by its name: it is added all the same, and skipped.
if(TARGET allocspan AND TARGET allocspan-preload)
	set(allocators
		jemalloc:libjemalloc.so.2
		mimalloc:libmimalloc.so.2.0
		tcmalloc:libtcmalloc_minimal.so.4)

	function(allocspan_add_allocator_program name source)
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE allocspan_warnings Threads::Threads ${ARGN})
		target_compile_options(${name} PRIVATE -fno-builtin -Wno-alloc-size-larger-than)
	endfunction()

	function(allocspan_add_allocator_test name environment)
		add_test(NAME integration/${name} COMMAND ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 600
			SKIP_RETURN_CODE 77 ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;${environment}")
	endfunction()

	# Not what operator new does without memory: mimalloc, which is C, ends the program there.
	function(allocspan_add_allocator_new_tests name environment program)
		foreach(claim each_new_and_each_delete_counts_once delete_of_null_counts_nothing
				new_expressions_count_their_objects containers_are_counted)
			allocspan_add_allocator_test(allocator-new-${name}/${claim} "${environment}"
				${program} ${claim})
		endforeach()
	endfunction()

	set(interposer $<TARGET_FILE:allocspan-preload>)
	allocspan_add_allocator_program(allocator-counts allocator-counts.c allocspan::allocspan)
	# The claims hold for the C library's own, too.
	allocspan_add_allocator_test(allocator-counts-glibc "LD_PRELOAD=${interposer}" allocator-counts)

	foreach(allocator IN LISTS allocators)
		string(REGEX REPLACE ":.*" "" name ${allocator})
		string(REGEX REPLACE ".*:" "" file ${allocator})
		find_library(ALLOCSPAN_TEST_${name} NAMES ${file})
		set(library ${ALLOCSPAN_TEST_${name}})
		if(NOT library)
			message(WARNING "${file} is missing: the tests with ${name} are skipped")
			allocspan_add_allocator_test(allocator-${name}-preloaded ""
				sh -c "echo 'SKIP ${name}: ${file} is not installed'; exit 77")
			continue()
		endif()
		set(expected ALLOCSPAN_TEST_ALLOCATOR=${file})
		foreach(reenter none tracker timer)
			allocspan_add_allocator_test(allocator-counts-${name}-preloaded-reentered-by-${reenter}
				"${expected};LD_PRELOAD=${interposer}:${library};ALLOCSPAN_TEST_REENTER=${reenter}"
				allocator-counts)
		endforeach()
		allocspan_add_allocator_new_tests(${name}-preloaded "LD_PRELOAD=${interposer}:${library}"
			preload-new)

		# Linked: the allocator by the program, the interposer preloaded or linked before it.
		allocspan_add_allocator_program(allocator-counts-${name} allocator-counts.c
			allocspan::allocspan -Wl,--no-as-needed ${library})
		allocspan_add_allocator_test(allocator-counts-${name}-linked
			"${expected};LD_PRELOAD=${interposer}" allocator-counts-${name})
		allocspan_add_allocator_program(allocator-counts-${name}-all-linked allocator-counts.c
			-Wl,--no-as-needed allocspan::preload allocspan::allocspan ${library})
		allocspan_add_allocator_test(allocator-counts-${name}-all-linked "${expected}"
			allocator-counts-${name}-all-linked)
		allocspan_add_allocator_program(allocator-new-${name} preload-new.cpp
			allocspan::allocspan -Wl,--no-as-needed ${library})
		allocspan_add_allocator_new_tests(${name}-linked "LD_PRELOAD=${interposer}"
			allocator-new-${name})

		allocspan_add_allocator_test(allocator-above-${name} ""
			${CMAKE_CURRENT_SOURCE_DIR}/allocator-above.sh ${interposer} ${library}
			$<TARGET_FILE:meaning-malloc>)
	endforeach()

	allocspan_add_allocator_program(allocator-own allocator-own.c)
	allocspan_add_allocator_test(allocator-own-keeps-its-blocks ""
		${CMAKE_CURRENT_SOURCE_DIR}/preload-behaviour.sh 42 ${interposer} $<TARGET_FILE:allocator-own>)
endif()
