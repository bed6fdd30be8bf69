# Whole runs of real programs with everything tracked and recorded; what is not installed is skipped aloud. The
# long form is tests/stress/real-programs.sh.
if(TARGET allocspan AND TARGET allocspan-preload)
	foreach(program git gcc clang python3 perl sqlite3 node redis nginx java ffmpeg imagemagick)
		add_test(NAME integration/real-programs/${program}
			# Ends all of its processes, should one of them wait for ever.
			COMMAND timeout --kill-after=10 540 ${CMAKE_CURRENT_SOURCE_DIR}/real-programs.sh ${program}
			$<TARGET_FILE:allocspan-preload> ${PROJECT_SOURCE_DIR})
		set_tests_properties(integration/real-programs/${program} PROPERTIES LABELS integration
			TIMEOUT 600 SKIP_RETURN_CODE 77)
	endforeach()
endif()
