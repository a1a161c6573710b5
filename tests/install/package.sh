#!/bin/sh
# package.sh BUILD CMAKE CC SANITIZE: installs BUILD into a temporary folder, then builds and runs a program against it, once through CMake and once through pkg-config.
set -eu
build=$1 cmake=$2 cc=$3 sanitize=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cmake" --install "$build" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
flags=
[ -z "$sanitize" ] || flags="-fsanitize=$sanitize"

mkdir "$work/project"
cat >"$work/project/main.c" <<'C'
#include <nnefcl/nnefcl.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char graph[] = "version 1.0; graph g(x) -> (y) { x = external(shape = [2,3]); y = relu(x); }";
    nnefcl_error error = {0};
    nnefcl_model *model;
    if (nnefcl_model_open_memory(graph, sizeof graph - 1, NULL, &model, &error)) {
        puts(error.message);
        return 1;
    }
    nnefcl_tensor_info info;
    nnefcl_model_output(model, 0, &info);
    printf("%s %zu %s\n", info.name, info.bytes, nnefcl_version());
    nnefcl_model_free(model);
    return 0;
}
C
cat >"$work/project/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.18)
project(user LANGUAGES C)
find_package(nnefcl 0.1 REQUIRED)
add_executable(user main.c)
target_link_libraries(user PRIVATE nnefcl::nnefcl)
C
"$cmake" -G Ninja -S "$work/project" -B "$work/project/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" >"$work/log" 2>&1 &&
    "$cmake" --build "$work/project/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/project/build/user" | tee "$work/cmake.out"

pc=$(dirname "$(find "$work/prefix" -name nnefcl.pc)")
lib=$(dirname "$(find "$work/prefix" -name libnnefcl.so)")
# shellcheck disable=SC2046,SC2086
"$cc" $flags -o "$work/user" "$work/project/main.c" $(PKG_CONFIG_PATH="$pc" pkg-config --cflags --libs nnefcl) "-Wl,-rpath,$lib"
"$work/user" | tee "$work/pkg.out"
[ "$(cat "$work/cmake.out")" = "y 24 0.1.0" ]
[ "$(cat "$work/pkg.out")" = "y 24 0.1.0" ]
