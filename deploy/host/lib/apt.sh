# shellcheck shell=bash
# Packages, always from where the host's own apt configuration says; that configuration is read and never changed.

is_root() { [ "$(id -u)" -eq 0 ]; }

have() { command -v "$1" >/dev/null 2>&1; }

# May packages be installed here at all? A step asks first, so that its failure names the thing and not the tool.
can_install() { is_root && have apt-get; }

apt() { # apt-get without questions, patient with another apt that holds the lock, impatient with a dead mirror
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 \
    -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -y "$@"
}

# Once per set-up: a fresh host has no lists, an old one has lists whose packages are gone.
refresh_apt() {
  if [ -e "$work/apt-refreshed" ]; then return; fi
  apt update || fail "The host's package lists could not be fetched: check the network and /etc/apt, then try again."
  touch "$work/apt-refreshed"
}

apt_has() { # PACKAGE: can it be installed from here?
  [ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ]
}

apt_install() {
  refresh_apt
  apt install --no-install-recommends "$@" \
    || fail "apt-get install $* failed: install it by hand, then try again."
}

about_host() { # FIELD of os-release
  # shellcheck source=/dev/null
  (. /etc/os-release && printf '%s' "${!1:-}")
}

# derived_sources CODENAME: the host's own Debian repositories, for another release, as sources.list lines.
derived_sources() {
  local wanted=$1 host uri release keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  host=$(about_host VERSION_CODENAME)
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' | sort -u \
    | while read -r uri release component origin; do
      case "$component $origin $release $uri" in
        "main Debian $host"*" http"*) ;;
        *) continue ;;
      esac
      printf 'deb [signed-by=%s] %s %s%s main\n' "$keyring" "$uri" "$wanted" "${release#"$host"}"
    done
}

# Options of the host's apt that a derived apt needs as well: a proxy, and the dates of a snapshot.
host_apt_options() {
  apt-config dump | grep -E '^Acquire::(https?::([^ ]*::)?[Pp]roxy|Check-Valid-Until|Check-Date)' || true
}

download_from_release() { # CODENAME PACKAGE: leaves the .deb in the current folder, touching nothing of the host's apt
  local root=$PWD/apt-$1
  mkdir -p "$root/lists/partial" "$root/cache"
  # Only the release itself: updates and security would triple the indexes for a package that never had one.
  derived_sources "$1" | grep " $1 main$" >"$root/sources.list" || return 1
  local -a options=(-o "Dir::State::lists=$root/lists" -o "Dir::Cache=$root/cache" -o "Dir::Etc::sourcelist=$root/sources.list"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null -o APT::Sandbox::User=root)
  apt "${options[@]}" update && apt "${options[@]}" download "$2"
}
