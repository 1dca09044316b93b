#!/bin/sh
# The same seeds give the same table from one process and from two.
# usage: same_in_two_jobs.sh PROGRAM
set -eu
table() { "$1" --seeds 1..40 --jobs "$2" | grep -v '^CPU seconds'; }
one=$(table "$1" 1)
two=$(table "$1" 2)
if [ "$one" != "$two" ]; then
  echo "one job:"; echo "$one"; echo "two jobs:"; echo "$two"
  exit 1
fi
