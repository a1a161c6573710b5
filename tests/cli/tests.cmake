# The command from outside: each .case file is a test.
if(TARGET nnef-cl-run)
  file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.case)
  foreach(case ${cases})
    get_filename_component(name ${case} NAME_WE)
    add_test(NAME cli/${name} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/cli/cli.py $<TARGET_FILE:nnef-cl-run> ${case})
    set_tests_properties(cli/${name} PROPERTIES TIMEOUT 900)
  endforeach()
endif()
