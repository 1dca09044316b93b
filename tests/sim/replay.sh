#!/bin/sh
# Replays every journal of a controller that earlier versions wrote; one of an agent holds no
# upgrade and must be refused.
# usage: replay.sh PROGRAM FOLDER
set -eu
for journal in "$2"/*.db; do
  echo "$journal"
  case $journal in
    *-agent.db) if "$1" --replay "$journal"; then exit 1; fi ;;
    *) "$1" --replay "$journal" ;;
  esac
done
