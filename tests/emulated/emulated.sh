#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# emulated.sh s390x|armhf ROOT BUILD: the suites that need no device on a big-endian machine of 64 bits, or on one of 32
# bits, emulated (qemu-user). Libraries of that machine are Debian's, unpacked beside the build; compilers are this
# machine's (gcc-s390x-linux-gnu, gcc-arm-linux-gnueabihf).
set -eu
arch=$1 root=$2 build=$3 wide=
case $arch in
s390x) triple=s390x-linux-gnu qemu=qemu-s390x-static ;;
armhf) triple=arm-linux-gnueabihf qemu=qemu-arm-static wide='^plan/test_long_index$' ;;
*) echo "emulated.sh: s390x or armhf, not $arch" >&2 && exit 2 ;;
esac
system=$build/system
packages='check libarchive-dev libarchive13 zlib1g-dev zlib1g libprotobuf-c-dev libprotobuf-c1 ocl-icd-opencl-dev ocl-icd-libopencl1
    libacl1 libbz2-1.0 liblz4-1 liblzma5 libnettle8 libxml2 libzstd1 libgmp10 libicu72 libstdc++6 libgcc-s1 libsubunit-dev libsubunit0'

if [ ! -e "$system/done" ]; then
    mkdir -p "$system/packages"
    dpkg --print-foreign-architectures | grep -qx "$arch" || dpkg --add-architecture "$arch"
    # An index that its mirror lacks may be one that is not needed: the download tells.
    apt-cache show "check:$arch" >/dev/null 2>&1 || apt-get update -qq || true
    # shellcheck disable=SC2046,SC2086
    (cd "$system/packages" && apt-get download -qq $(printf "%s:$arch " $packages))
    for package in "$system"/packages/*.deb; do
        dpkg-deb -x "$package" "$system"
    done
    ln -sfn /usr/include/CL "$system/usr/include/CL" # the same everywhere
    touch "$system/done"
fi

folders='base nnef front import pass plan model documents'
targets=nnefcl
for folder in $folders; do
    for suite in "$root/tests/$folder"/test_*.c; do
        targets="$targets ${folder}_$(basename "$suite" .c)"
    done
done
libraries=$system/usr/lib/$triple:$system/lib/$triple
export PKG_CONFIG_LIBDIR="$system/usr/lib/$triple/pkgconfig:$system/usr/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$system"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$arch" -DCMAKE_C_COMPILER="$triple-gcc" \
    "-DCMAKE_CROSSCOMPILING_EMULATOR=$(command -v "$qemu");-L;/usr/$triple;-E;LD_LIBRARY_PATH=$libraries" \
    "-DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath-link,$system/usr/lib/$triple:$system/lib/$triple" \
    -DNNEFCL_BUILD_TOOLS=OFF -DNNEFCL_BUILD_EXAMPLES=OFF -DNNEFCL_CLBLAST=OFF >/dev/null
# shellcheck disable=SC2086
cmake --build "$build" --target $targets >"$build/build.log" || { cat "$build/build.log" && exit 1; }
# test_long_index has tensors of more bytes than 32 bits count, and is about those.
ctest --test-dir "$build" --output-on-failure --no-tests=error -R "^($(echo "$folders" | tr ' ' '|'))/test_" \
    ${wide:+-E "$wide"}
