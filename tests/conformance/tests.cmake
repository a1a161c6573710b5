# SPDX-License-Identifier: Apache-2.0
# The conformance run itself, and its reports.
if(TARGET nnef-cl-run)
  add_test(NAME conformance/quick COMMAND nnef-cl-run --conformance --quick)
  set_tests_properties(conformance/quick PROPERTIES TIMEOUT 900 COST 110)
  add_test(NAME conformance/reports
    COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/conformance/reports.py $<TARGET_FILE:nnef-cl-run>)
  set_tests_properties(conformance/reports PROPERTIES TIMEOUT 900)
endif()
