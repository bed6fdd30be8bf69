# The layers hold: by the include lines of every file, and by what every target links.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(links)
foreach(target allocspan-tp allocspan-ledger allocspan allocspan-preload allocspan-bind-spec allocspan-bind
		allocspan-analysis allocspan-report-formats babeltrace-plugin-allocspan allocspan-cli)
	if(TARGET ${target})
		get_target_property(libraries ${target} LINK_LIBRARIES)
		if(NOT libraries)
			set(libraries)
		endif()
		# Link features and linker flags are not libraries.
		list(FILTER libraries EXCLUDE REGEX "^(-|\\$<)")
		string(JOIN " " line ${target} ${libraries})
		string(APPEND links "${line}\n")
	endif()
endforeach()
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/layering-links.txt "${links}")

set(layering ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/layering.py)
add_test(NAME integration/layers_point_one_way
	COMMAND ${layering} ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/layering-links.txt)

# That the check can fail: a tree and links with one breach of each kind.
set(breaches ${CMAKE_CURRENT_BINARY_DIR}/layering-breaches)
file(WRITE ${breaches}/lib/core/core.h "#include \"up.h\"\n")
file(WRITE ${breaches}/lib/preload/up.h "")
file(WRITE ${breaches}/lib/analysis/model.c "#include <babeltrace2/babeltrace.h>\n")
file(WRITE ${breaches}/lib/cli/cli.c "#include <allocspan/token.h>\n")
file(WRITE ${breaches}/include/allocspan/token.h "")
file(WRITE ${breaches}/links.txt "allocspan PkgConfig::LTTNG_UST\n")
add_test(NAME integration/layer_breaches_are_found
	COMMAND sh -c "\"$@\" | cut -d : -f 1 | sort | tr '\\n' ' '" sh
		${layering} ${breaches} ${breaches}/links.txt)
set_tests_properties(integration/layer_breaches_are_found PROPERTIES PASS_REGULAR_EXPRESSION
	"^lib/analysis/model.c lib/cli/cli.c lib/core/core.h target allocspan [\n]*$")

set_tests_properties(integration/layers_point_one_way integration/layer_breaches_are_found PROPERTIES
	LABELS integration)
