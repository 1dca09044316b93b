#!/bin/sh
# usage: has_points.sh ON|OFF PROGRAM...
# Crash points are in programs that are built for tests, and in no other.
wanted=$1
shift
[ $# -gt 0 ] || exit 2
for program in "$@"; do
  if grep -q ROLLMILL_CRASH_AT "$program"; then found=ON; else found=OFF; fi
  if [ "$found" != "$wanted" ]; then
    echo "crash points in $program: $found; wanted: $wanted" >&2
    exit 1
  fi
done
