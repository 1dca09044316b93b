# Installs the Debian packages that are listed in .ci/packages*.txt. Sourced by `dev`, whose `fail`,
# `say` and ROOT it uses.
# shellcheck shell=bash

as_root() {
  if [ "$EUID" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@" # no terminal to type a password on: fail at once instead of waiting for one
  fi
}

# Names in the list files, one a line; what follows a name is the reason.
listed_packages() {
  local list
  for list in "$@"; do
    sed -e 's/#.*//' -e 's/[[:space:]].*//' -e '/^$/d' "$ROOT/.ci/$list"
  done
}

missing_packages() {
  local wanted installed
  wanted=$(listed_packages "$@")
  # shellcheck disable=SC2086  # one word a package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true)
  grep -vxF -f <(sed -n 's/^installed //p' <<<"$installed") <<<"$wanted" || true
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

print_reasons() {
  local package list
  for package in "$@"; do
    for list in "$ROOT"/.ci/packages*.txt; do
      sed -n "s/^\($package\)[[:space:]]\{1,\}/  \1: /p" "$list"
    done | head -n 1
  done
}

update_lists() {
  local try
  for try in 1 2 3 4 5 6 7 8 9 10; do
    as_root apt-get -q update && return
    say "could not update the package lists (try $try of 10; another apt may hold the lock)"
    sleep 6
  done
  fail "\`apt-get update\` does not succeed. Check /etc/apt/sources.list and the network."
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold install "$@" </dev/null
}

check_can_install() {
  command -v apt-get >/dev/null ||
    fail "apt-get is not here and these packages are missing: $*. rollmill is built on Debian 12."
  if [ "$EUID" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "not root and no sudo. As root, run: apt-get install $*"
  fi
}

# ensure_packages LIST...: installs what the lists name and the machine lacks.
ensure_packages() {
  local missing
  command -v dpkg-query >/dev/null || fail "dpkg is not here. rollmill is built on Debian 12."
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return
  check_can_install "${missing[@]}"
  say "installing ${#missing[@]} Debian packages (waits up to 10 minutes for another apt):"
  print_reasons "${missing[@]}"
  if [[ " ${missing[*]} " == *" libboost1.81-dev "* ]] && is_installed libboost1.74-dev; then
    say "apt takes libboost1.74-dev (and libboost-dev) out: it conflicts with libboost1.81-dev."
  fi
  apt-get -qq --simulate install "${missing[@]}" >/dev/null 2>&1 || update_lists
  if ! apt_install "${missing[@]}"; then
    say "that failed; the package lists may be old. Updating them and trying once more."
    update_lists
    apt_install "${missing[@]}" || fail "apt-get could not install: ${missing[*]} (reason above)."
  fi
}

# Like ensure_packages, but no service that comes with a package is started on this machine.
ensure_packages_without_services() {
  local policy=/usr/sbin/policy-rc.d
  [ -z "$(missing_packages "$@")" ] && return
  if [ -e "$policy" ]; then
    ensure_packages "$@"
    return
  fi
  # shellcheck disable=SC2064  # the path is meant as it is now
  trap "rm -f '$policy'" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  ensure_packages "$@"
  rm -f "$policy"
  trap - EXIT
}
