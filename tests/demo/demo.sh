#!/usr/bin/env bash
# The demo: a whole upgrade of a stand-in Ironic on loopback addresses. `./dev demo` runs it.
set -euo pipefail

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
readonly HERE
readonly TARGET=39.0

help() {
  cat <<'TEXT'
usage: ./dev demo [--rollback] [--keep] [--world DIR]
       ./dev demo --stop [--world DIR]

Two conductors, two APIs and a load balancer, all small stand-ins, serve 18 machines on loopback
addresses. A real controller and five real agents take them from release 35.0 to 39.0 while clients
keep asking. Needs no Ironic, no root and no network.

  --rollback    change your mind just before the point of no return: everything goes back to 35.0
  --keep        leave everything running at the end, to look around
  --stop        stop what --keep left
  --world DIR   where the demo lives (default: demo, next to the programs)
TEXT
}
fail() {
  printf 'demo: error: %s\n' "$*" >&2
  exit 1
}

keep=no
stop=no
rollback=no
world=${ROLLMILL_DEMO:-}
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --stop) stop=yes ;;
    --rollback) rollback=yes ;;
    --world)
      [ $# -ge 2 ] || fail "--world needs a folder"
      world=$2
      shift
      ;;
    -h | --help)
      help
      exit 0
      ;;
    *)
      help >&2
      exit 2
      ;;
  esac
  shift
done

bin=${ROLLMILL_BIN:-}
[ -n "$bin" ] || fail "ROLLMILL_BIN must name the folder of the programs; ./dev demo sets it"
for program in rollmilld rollmill-agent rollmill; do
  [ -x "$bin/$program" ] || fail "$bin/$program is missing: run ./dev build"
done
bin=$(cd -- "$bin" && pwd -P)
world=${world:-$(dirname -- "$bin")/demo}

fleet() { /usr/bin/python3 -B "$HERE/demo_fleet.py" --world "$world" --bin "$bin" "$@"; }

if [ "$stop" = yes ]; then
  fleet down
  exit
fi

finish() {
  local status=$?
  trap - EXIT INT TERM
  if [ "$keep" = no ] || [ "$status" -ne 0 ]; then
    fleet down || status=1
    [ "$status" -eq 0 ] || printf 'demo: the logs are in %s/rollmill\n' "$world" >&2
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'demo: starting 2 conductors, 2 APIs, a balancer, a controller and 5 agents\n'
address=$(fleet up)
cli() { "$bin/rollmill" --controller "$address" "$@"; }

if [ "$rollback" = yes ]; then
  cli upgrade start "$TARGET" --yes --detach --reason "the demo"
  cli upgrade watch || [ $? -eq 3 ] # ends where the approval of unpin is missing
  printf '\n$ rollmill upgrade rollback --reason "clients complain"\n'
  cli upgrade rollback --reason "clients complain"
  cli upgrade watch || [ $? -eq 4 ]
  cli upgrade wait --for state=ROLLED_BACK
else
  cli upgrade start "$TARGET" --yes --approve unpin --reason "the demo"
fi
printf '\n'
cli upgrade report

printf '\nThree commands to try next'
if [ "$keep" = yes ]; then
  printf ' (everything is still running; ./dev demo --stop ends it):\n'
else
  printf ' (after ./dev demo --keep, which leaves everything running):\n'
fi
printf '  %s\n' "$bin/rollmill --controller $address events" \
  "$bin/rollmill --controller $address hosts" \
  "$bin/rollmill --controller $address logs"
