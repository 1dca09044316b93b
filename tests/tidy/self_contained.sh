#!/bin/sh
# self_contained.sh PROGRAM: fails unless PROGRAM needs nothing but libc, libm and the loader, so
# that one file runs on this Debian and on later ones.
set -eu
needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ -n "$needed" ] || { echo "$1: readelf shows no needed library at all" >&2; exit 1; }
foreign=$(echo "$needed" | grep -vxE 'lib[cm]\.so\.6|ld-linux-.*' || true)
[ -z "$foreign" ] || { echo "$1 also needs:" "$foreign" >&2; exit 1; }
echo "$1 needs only:" "$needed"
