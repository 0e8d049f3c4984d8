#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# conftest.sh OUT TRY.c... -- COMPILER FLAGS...
# Writes OUT: SKSTAT_HAVE_<TRY> 1 or 0 for each file, by whether it compiles against this kernel, and
# SKSTAT_HAVE_<enumerator> 1 for each SNMP counter that this kernel's <linux/snmp.h> knows.
set -eu

out=$1
shift
tries=
while [ "$1" != -- ]; do
	tries="$tries $1"
	shift
done
shift

compiles() {
	"$@" -Werror=implicit-function-declaration -fsyntax-only >"$out.log" 2>&1
}

# Flags that let nothing compile would say that every API is missing: compare with what is known.
if ! compiles "$@" -include linux/tcp.h -x c /dev/null; then
	echo "skstat: the try-compiles for this kernel cannot work; the compiler said:" >&2
	cat "$out.log" >&2
	exit 1
fi
if echo 'int try(void) { return skstat_no_such_function(); }' | compiles "$@" -x c -; then
	echo "skstat: the try-compiles for this kernel cannot work: what does not exist compiles" >&2
	exit 1
fi

{
	echo "/* SPDX-License-Identifier: GPL-2.0 */"
	echo "/* Made by compat/conftest.sh for the kernel that is built against. */"
	for try in $tries; do
		name=$(basename "$try" .c | tr 'a-z' 'A-Z')
		compiles "$@" "$try" && have=1 || have=0
		echo "#define SKSTAT_HAVE_$name $have"
	done
	printf '#include <linux/snmp.h>\n' | "$@" -E -P -x c - |
		grep -oE '\b(TCP|LINUX|IPSTATS)_MIB_[A-Z0-9_]+\b' | sort -u |
		sed 's/.*/#define SKSTAT_HAVE_& 1/'
} >"$out.new"
rm -f "$out.log"
mv "$out.new" "$out"
