# What malloc means is the same with and without the interposer, nothing tracked and everything tracked, over each
# allocator.
if(TARGET allocspan AND TARGET allocspan-preload)
	add_executable(meaning-malloc meaning-malloc.c)
	target_link_libraries(meaning-malloc PRIVATE allocspan_warnings ${CMAKE_DL_LIBS})
	# The compiler must not answer in the allocator's place.
	target_compile_options(meaning-malloc PRIVATE -fno-builtin -Wno-alloc-size-larger-than)

	function(allocspan_add_meaning_test name)
		add_test(NAME integration/${name} COMMAND
			${CMAKE_CURRENT_SOURCE_DIR}/preload-behaviour.sh 42 $<TARGET_FILE:allocspan-preload> ${ARGN})
		set_tests_properties(integration/${name} PROPERTIES LABELS integration TIMEOUT 600)
	endfunction()

	allocspan_add_meaning_test(meaning-of-malloc-glibc $<TARGET_FILE:meaning-malloc>)
	foreach(name jemalloc mimalloc tcmalloc)
		# Looked for, and missed aloud, in allocator.cmake.
		if(ALLOCSPAN_TEST_${name})
			allocspan_add_meaning_test(meaning-of-malloc-${name}-preloaded
				${CMAKE_CURRENT_SOURCE_DIR}/meaning-under.sh ${ALLOCSPAN_TEST_${name}}
				$<TARGET_FILE:meaning-malloc>)
		endif()
	endforeach()
endif()
