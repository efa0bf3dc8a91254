#!/usr/bin/env bash
# Installs, with apt, the packages that are missing; quick and silent when none is.
#   scripts/deps.sh [--check] build|run|test|clang
# build: compile; run: also plot; test: also test and lint; clang: also the fuzzer and the thread sanitizer.
# --check installs nothing and says what is missing.
set -u
export LC_ALL=C # numbers with a point, sorting by bytes

# package, what shows that it is there. A missing "run" package costs the plots only.
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
groff-base command:groff"
clang="clang command:clang
libomp-dev clang-header:omp.h
llvm command:llvm-symbolizer"

present() {
    case $1 in
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

check=no
if [[ ${1-} == --check ]]; then
    check=yes
    shift
fi
case ${1-} in
build) needed=$build wished= ;;
run) needed=$build wished=$run ;;
test) needed=$build$'\n'$test wished=$run ;;
clang) needed=$build$'\n'$test$'\n'$clang wished=$run ;;
*)
    say "usage: scripts/deps.sh [--check] build|run|test|clang"
    exit 2
    ;;
esac

needs=$(missing "$needed")
wishes=$([[ -z $wished ]] || missing "$wished")
[[ -n $needs$wishes ]] || exit 0

if [[ $check == yes ]]; then
    [[ -z $wishes ]] || say "not installed: ${wishes% } (without them there are no plots)"
    [[ -n $needs ]] || exit 0
    say "not installed: ${needs% }; run 'make deps' or 'scripts/deps.sh $1'"
    exit 3
fi

# What is left missing ends the build only if it is more than the plots.
give_up() {
    say "$1"
    [[ -n $needs ]] && exit 3
    say "going on without ${wishes% }: there will be no plots"
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

say "missing: $needs$wishes- installing them with apt-get"
apt update || say "apt-get update failed; trying with the lists that are there"
# Twice: a wish that cannot be had must not keep back what is needed.
for packages in "$needs" "$wishes"; do
    [[ -n $packages ]] || continue
    # shellcheck disable=SC2086 # a list of packages, without blanks in them
    apt install --no-install-recommends $packages || say "apt-get install failed"
done
needs=$(missing "$needed")
wishes=$([[ -z $wished ]] || missing "$wished")
[[ -z $needs$wishes ]] || give_up "still missing: $needs$wishes"
