# Sourced by scripts/start and scripts/test: makes sure what falcod needs is there, says what it
# installs, and does nothing when all is there. Debian 12 or a relative of it, as root.

DENO_VERSION=2.9.6

say() { printf 'setup: %s\n' "$*" >&2; }

# missing_packages PACKAGE... : names those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
  done
}

can_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

# Whoever installs by hand wants one list, and no next message after each line of it.
told_all=

# tell_all PACKAGE... : where nothing can be installed, says all that is missing for falcod, and fails.
tell_all() {
  can_install && return 0
  local packages=("$@") missing=() deno=
  if [ "$(deno_version)" != "$DENO_VERSION" ]; then
    command -v npm >/dev/null || packages+=(nodejs npm)
    [ -w "$(npm prefix --global 2>/dev/null)" ] || deno=1
  fi
  probe_is_built || packages+=("${PROBE_PACKAGES[@]}")
  mapfile -t missing < <(missing_packages "${packages[@]}")
  [ ${#missing[@]} -eq 0 ] && [ -z "$deno" ] && return 0
  told_all=1
  say "these are missing; run as root, or install them yourself, as root:"
  [ ${#missing[@]} -eq 0 ] || say "  apt-get install ${missing[*]}"
  [ -z "$deno" ] || say "  npm install --global deno@$DENO_VERSION"
  command -v apt-get >/dev/null || say "apt-get is not here: packages of your system may be called otherwise"
  return 1
}

# need_packages PACKAGE... : installs the Debian packages that are missing.
need_packages() {
  local missing=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  [ -z "$told_all" ] || return 1
  command -v apt-get >/dev/null || { say "these are missing and apt-get is not here to install them: ${missing[*]}"; return 1; }
  [ "$(id -u)" -eq 0 ] || { say "these are missing; run as root, or install them yourself: apt-get install ${missing[*]}"; return 1; }
  say "installing Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null || return 1
  # no service of an installed package may start by itself on the user's machine
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; made=1; fi
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  local status=$?
  [ -n "$made" ] && rm -f "$policy"
  return $status
}

deno_version() {
  command -v deno >/dev/null || return 0
  deno --version | sed -n 's/^deno \([0-9.]*\).*/\1/p'
}

# Deno comes from npm; npm from Debian where there is none.
need_deno() {
  local have
  have=$(deno_version)
  [ "$have" = "$DENO_VERSION" ] && return 0
  command -v npm >/dev/null || need_packages nodejs npm || return 1
  [ -z "$told_all" ] || [ -w "$(npm prefix --global)" ] || return 1
  say "installing Deno $DENO_VERSION with npm${have:+ (found $have)}"
  npm install --global --no-fund --no-audit --loglevel=error "deno@$DENO_VERSION" >&2 || return 1
  hash -r
  have=$(deno_version)
  [ "$have" = "$DENO_VERSION" ] || { say "deno on PATH is '${have:-missing}', $DENO_VERSION is needed"; return 1; }
}

# npm packages of falcod, exactly as deno.lock has them.
need_modules() {
  deno install --frozen --quiet >&2
}

PROBE_PACKAGES=(clang llvm libbpf-dev linux-libc-dev)

probe_is_built() {
  local built=build/probe/falcod.bpf.o
  [ -e "$built" ] && [ -z "$(find ffi/probe -newer "$built" -print -quit)" ]
}

# The probe is built once, and again when its sources are newer.
need_probe() {
  probe_is_built && return 0
  need_packages "${PROBE_PACKAGES[@]}" || return 1
  say "building the probe"
  deno task --quiet probe >&2
}
