#!/usr/bin/env bash
# Installs, with apt, the packages that are missing; quick and silent when none is. Of a package that would start a
# service only the one program is unpacked, into build/tools.
#   scripts/deps.sh [--check] build|run|test|clang
# build: compile; run: also plot; test: also test and lint; clang: also the fuzzer and the thread sanitizer.
# --check installs nothing and says what is missing.
set -u
export LC_ALL=C # numbers with a point, sorting by bytes

# package, what shows that it is there. A missing "run" package costs the plots only, a missing "check" the checks of
# one format.
build="make command:make
gcc command:gcc
libc6-dev header:stdio.h
libgsl-dev header:gsl/gsl_rng.h
libcsv-dev header:csv.h
libyaml-dev header:yaml.h"
run="gnuplot-nox command:gnuplot
fonts-dejavu-core file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
test="libcunit1-dev header:CUnit/CUnit.h
jq command:jq
libxml2-utils command:xmllint
cppcheck command:cppcheck
shellcheck command:shellcheck
groff-base command:groff
cmark-gfm command:cmark-gfm"
check="prometheus unpacked:promtool"
clang="clang command:clang
libomp-dev clang-header:omp.h
llvm command:llvm-symbolizer"

tools=$(dirname "$0")/../build/tools

present() {
    case $1 in
    unpacked:*) command -v "${1#*:}" >/dev/null || [[ -x $tools/${1#*:} ]] ;;
    command:*) command -v "${1#*:}" >/dev/null ;;
    file:*) [[ -e ${1#*:} ]] ;;
    header:*) echo "#include <${1#*:}>" | gcc -E -x c - >/dev/null 2>&1 ;;
    clang-header:*) echo "#include <${1#*:}>" | clang -fopenmp -E -x c - >/dev/null 2>&1 ;;
    esac
}

# The packages of a list that are missing, on one line.
missing() {
    local package probe
    while read -r package probe; do
        present "$probe" || printf '%s ' "$package"
    done <<<"$1"
}

say() {
    echo "deps: $*" >&2
}

only_check=no
if [[ ${1-} == --check ]]; then
    only_check=yes
    shift
fi
without="what needs them is left out, such as the plots"
case ${1-} in
build) needed=$build wished= ;;
run) needed=$build wished=$run ;;
test) needed=$build$'\n'$test wished=$run$'\n'$check ;;
clang) needed=$build$'\n'$test$'\n'$clang wished=$run$'\n'$check ;;
*)
    say "usage: scripts/deps.sh [--check] build|run|test|clang"
    exit 2
    ;;
esac

needs=$(missing "$needed")
wishes=$([[ -z $wished ]] || missing "$wished")
[[ -n $needs$wishes ]] || exit 0

if [[ $only_check == yes ]]; then
    [[ -z $wishes ]] || say "not installed: ${wishes% } ($without)"
    [[ -n $needs ]] || exit 0
    say "not installed: ${needs% }; run 'make deps' or 'scripts/deps.sh $1'"
    exit 3
fi

# What is left missing ends the build only if it is needed.
give_up() {
    say "$1"
    [[ -n $needs ]] && exit 3
    say "going on without ${wishes% }: $without"
    exit 0
}

command -v apt-get >/dev/null || give_up "this system has no apt-get; install by hand what Debian calls $needs$wishes"
as_root=
if [[ $(id -u) != 0 ]]; then
    as_root=sudo
    command -v sudo >/dev/null || give_up "neither root nor sudo; ask for: apt-get install $needs$wishes"
fi

# apt-get, unattended, waiting for others who use it.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

# Takes one program out of a package that is not installed.
unpack() {
    local package=$1 program=$2 folder
    folder=$(mktemp -d) && mkdir -p "$tools" || return
    (cd "$folder" && apt-get -q -o APT::Sandbox::User=root download "$package" </dev/null >&2) &&
        dpkg-deb --fsys-tarfile "$folder"/*.deb | tar -x -C "$folder" "./usr/bin/$program" &&
        mv "$folder/usr/bin/$program" "$tools/"
    rm -rf "$folder"
    present "unpacked:$program" || say "$package could not be unpacked"
}

# Installs what is missing of a list.
install() {
    local package probe packages=
    while read -r package probe; do
        if present "$probe"; then
            continue
        elif [[ $probe == unpacked:* ]]; then
            unpack "$package" "${probe#*:}"
        else
            packages+="$package "
        fi
    done <<<"$1"
    # shellcheck disable=SC2086 # a list of packages, without blanks in them
    [[ -z $packages ]] || apt install --no-install-recommends $packages || say "apt-get install failed"
}

say "missing: $needs$wishes- installing them with apt-get"
apt update || say "apt-get update failed; trying with the lists that are there"
# Twice: a wish that cannot be had must not keep back what is needed.
install "$needed"
[[ -z $wishes ]] || install "$wished"
needs=$(missing "$needed")
wishes=$([[ -z $wished ]] || missing "$wished")
[[ -z $needs$wishes ]] || give_up "still missing: $needs$wishes"
