# Sourced by every script of the tests: where things are, and how to speak.
# shellcheck shell=bash

top=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

# What is slow to get (kernels, compilers, the debug kernel) outlives
# `make clean`; what is made from our own source does not.
cache=$(realpath -m "${SKSTAT_CACHE:-$top/.cache}")
# shellcheck disable=SC2034 # for those who source this
build=$top/build

# The kernels that the module must work on, oldest first.
kernels="5.10 6.1 6.12 7.2"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
usage() { printf '%s\n' "$*" >&2; exit 2; }

# suite KERNEL: the Debian suite which ships this kernel.
suite()
{
	case $1 in
	5.10) echo bullseye ;;
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	7.2) echo sid ;;
	*) usage "unknown kernel $1: one of $kernels" ;;
	esac
}

# only_one NAME: wait until no other process does NAME; lasts until exit.
# Two make targets may want the same kernel at the same time.
only_one()
{
	mkdir -p "$cache/lock"
	exec 9>"$cache/lock/$1"
	flock 9
}
