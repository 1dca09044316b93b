#!/bin/sh
# The same seed gives the same trace, byte for byte, in two processes.
# usage: same_bytes.sh PROGRAM SEED...
set -eu
program=$1
shift
for seed in "$@"; do
  one=$("$program" --seed "$seed" --trace | cksum)
  other=$("$program" --seed "$seed" --trace | cksum)
  if [ "$one" != "$other" ]; then
    echo "seed $seed: the trace differs between two runs: $one and $other"
    exit 1
  fi
done
