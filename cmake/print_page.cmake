# SPDX-License-Identifier: Apache-2.0
# cmake -DRUNNER=... -DTOPIC=... -DOUT=... -P print_page.cmake: one form of the command's help, into a file.
execute_process(COMMAND ${RUNNER} --help ${TOPIC} OUTPUT_FILE ${OUT} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${RUNNER} --help ${TOPIC}: ${failed}")
endif()
