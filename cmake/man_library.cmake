# SPDX-License-Identifier: Apache-2.0
# libnnefcl(3) from the public headers: cmake -DHEADERS=... -DVERSION=... -DOUT=... -P man_library.cmake
# Each header gives its first sentences and the functions that it declares.
function(escape text out)
  string(REPLACE "\\" "\\e" text "${text}")
  string(REPLACE "-" "\\-" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(page ".TH LIBNNEFCL 3 \"\" \"nnefcl ${VERSION}\" \"Library Functions\"
.SH NAME
libnnefcl \\- neural networks in NNEF on OpenCL devices
.SH SYNOPSIS
.nf
.B #include <nnefcl/nnefcl.h>
.sp
.B cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs nnefcl)
.fi
.SH DESCRIPTION
A model is opened, a device too, a session of both runs it as often as one likes. Functions return a status; what went wrong is in a
.B nnefcl_error
of the caller's. The headers are the reference; what each is about:
")
foreach(header ${HEADERS})
  file(READ ${header} text)
  get_filename_component(name ${header} NAME)
  string(REGEX MATCH "/\\*([^*]|\\*[^/])*\\*/" about "${text}")
  if(about MATCHES "SPDX")
    string(FIND "${text}" "*/" end)
    math(EXPR end "${end} + 2")
    string(SUBSTRING "${text}" ${end} -1 rest)
    string(REGEX MATCH "/\\*([^*]|\\*[^/])*\\*/" about "${rest}")
  endif()
  string(REGEX REPLACE "\n \\*\n.*" "" about "${about}")
  string(REGEX REPLACE "^/\\* *|\\*/$|\n \\* *" " " about "${about}")
  string(REGEX REPLACE " +" " " about "${about}")
  string(STRIP "${about}" about)
  string(REGEX REPLACE "/\\*([^*]|\\*[^/])*\\*/" "" code "${text}")
  string(REGEX MATCHALL "NNEFCL_API[^;]*" declarations "${code}")
  set(functions)
  foreach(declaration ${declarations})
    if(declaration MATCHES "(nnefcl_[a-z_0-9]+)\\(")
      list(APPEND functions ".BR ${CMAKE_MATCH_1} ()")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES functions)
  string(REPLACE ";" ",\n" functions "${functions}")
  escape("${about}" about)
  string(APPEND page ".SS nnefcl/${name}\n${about}\n.PP\n${functions}\n")
endforeach()
string(APPEND page ".SH SEE ALSO\n.BR nnef\\-cl\\-run (1)\n")
file(WRITE ${OUT} "${page}")
