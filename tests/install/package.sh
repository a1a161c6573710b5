#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# package.sh BUILD CMAKE CC CXX SANITIZE: installs BUILD into a temporary folder; then what a user does there: starts the command, also from a moved prefix; builds and runs programs
# in C and C++ against it through CMake and pkg-config, with the shared library and with the archive; uninstalls. CXX may be empty.
set -eu
build=$1 cmake=$2 cc=$3 cxx=$4 sanitize=$5
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
strict="-Wall -Wextra -pedantic -Werror"
[ -z "$sanitize" ] || strict="$strict -fsanitize=$sanitize"

quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

expect() {
    got=$("$@")
    [ "$got" = "$wanted" ] || { echo "$*: '$got' instead of '$wanted'"; exit 1; }
}

quiet "$cmake" --install "$build" --prefix "$prefix"
lib=$(dirname "$(find "$prefix" -name libnnefcl.so)")
export PKG_CONFIG_PATH="$lib/pkgconfig"
version=$(pkg-config --modversion nnefcl)

# The command starts where it lies, and where the tree was moved to.
if [ -e "$prefix/bin/nnef-cl-run" ]; then
    wanted="nnef-cl-run $version"
    expect "$prefix/bin/nnef-cl-run" --version
    cp -a "$prefix" "$work/moved"
    expect "$work/moved/bin/nnef-cl-run" --version
    quiet "$prefix/bin/nnef-cl-run" "$here/../../examples/digits" --check
fi

# Man pages and completion are there.
for page in man/man1/nnef-cl-run.1 man/man3/libnnefcl.3 bash-completion/completions/nnef-cl-run zsh/site-functions/_nnef-cl-run fish/vendor_completions.d/nnef-cl-run.fish; do
    [ -s "$prefix/share/$page" ] || [ ! -e "$prefix/bin/nnef-cl-run" ] || { echo "$page is missing"; exit 1; }
done

# C and C++ of every standard, the program is both.
wanted="y 24 $version"
for standard in c99 c11 c++11 c++14 c++17 c++20; do
    compiler=$cc language=c
    case $standard in c++*) compiler=$cxx language=c++ ;; esac
    [ -n "$compiler" ] || continue
    # shellcheck disable=SC2046,SC2086
    quiet $compiler -std=$standard $strict -x $language "$here/program.c" -x none -o "$work/$standard" $(pkg-config --cflags --libs nnefcl OpenCL) "-Wl,-rpath,$lib"
    expect "$work/$standard"
done

# The same through CMake: all targets of the package.
quiet "$cmake" -G Ninja -S "$here/project" -B "$work/project" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$strict"
quiet "$cmake" --build "$work/project"
for target in shared opencl archive; do
    expect "$work/project/$target"
done

# The archive, though the shared library lies beside it.
# shellcheck disable=SC2046,SC2086
quiet "$cc" $strict -o "$work/archive" "$here/program.c" $(pkg-config --cflags --libs nnefcl-static)
expect "$work/archive"
! ldd "$work/archive" | grep libnnefcl || { echo "nnefcl-static links the shared library"; exit 1; }

# Only the archive is there.
mkdir "$work/shared"
mv "$lib"/libnnefcl.so* "$work/shared"
# shellcheck disable=SC2046,SC2086
quiet "$cc" $strict -o "$work/static" "$here/program.c" $(pkg-config --static --cflags --libs nnefcl)
mv "$work/shared"/* "$lib"
expect "$work/static"

# Nothing of the machine that built it is in what was installed. Sanitizers know places by themselves.
[ -n "$sanitize" ] || ! grep -rlF "$(cd "$here/../.." && pwd)/" "$prefix" || { echo "a path of the builder"; exit 1; }

quiet "$cmake" --build "$build" --target uninstall
left=$(find "$prefix" -type f -o -type l)
[ -z "$left" ] || { echo "left: $left"; exit 1; }
