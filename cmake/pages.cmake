# SPDX-License-Identifier: Apache-2.0
# Man pages and completion of shells, printed by the build: from the command's own table of options and from the public headers.
set(pages ${CMAKE_CURRENT_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages})
file(GLOB public_headers CONFIGURE_DEPENDS include/nnefcl/*.h)
add_custom_command(OUTPUT ${pages}/libnnefcl.3 VERBATIM
  COMMAND ${CMAKE_COMMAND} "-DHEADERS=${public_headers}" -DVERSION=${PROJECT_VERSION} -DOUT=${pages}/libnnefcl.3 -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/man_library.cmake
  DEPENDS ${public_headers} cmake/man_library.cmake)
set(printed ${pages}/libnnefcl.3)
install(FILES ${pages}/libnnefcl.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)

# topic of --help, file, where it is installed; what is built for another machine cannot print
function(print_page topic file folder)
  add_custom_command(OUTPUT ${pages}/${file} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DRUNNER=$<TARGET_FILE:nnef-cl-run> -DTOPIC=${topic} -DOUT=${pages}/${file} -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/print_page.cmake
    DEPENDS nnef-cl-run cmake/print_page.cmake)
  set(printed ${printed} ${pages}/${file} PARENT_SCOPE)
  install(FILES ${pages}/${file} DESTINATION ${folder})
endfunction()
if(TARGET nnef-cl-run AND NOT CMAKE_CROSSCOMPILING)
  print_page(man nnef-cl-run.1 ${CMAKE_INSTALL_MANDIR}/man1)
  print_page(bash nnef-cl-run ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  print_page(zsh _nnef-cl-run ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  print_page(fish nnef-cl-run.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
add_custom_target(pages ALL DEPENDS ${printed})
add_dependencies(installable pages)
