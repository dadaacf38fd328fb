# shellcheck shell=bash
# gVisor's runsc: the one on PATH, else the newest that can be had.

runsc_folder=/usr/local/lib/kiln
gvisor_channel=https://storage.googleapis.com/gvisor/releases/release/latest

find_runsc() {
  runsc=$(command -v runsc) || runsc=$runsc_folder/runsc
  [ -x "$runsc" ] && runsc_version=$(timeout 10 "$runsc" --version 2>/dev/null) || return 1
  runsc_version=${runsc_version%%$'\n'*}
  runsc_version=${runsc_version#runsc version }
}

runsc_ready() {
  find_runsc || return 1
  echo "runsc $runsc_version in $runsc"
}

# A binary that does not run here (wrong architecture, cut off) is passed over for the next source.
install_runsc() {
  can_install || fail "gVisor's runsc is not installed on this host: put it on PATH (https://gvisor.dev/docs/user_guide/install), or run deploy/host/setup as root."
  mkdir -p "$runsc_folder" "$work/runsc"
  cd "$work/runsc"
  local source
  for source in from_gvisor_channel from_newer_debian from_own_release; do
    echo "--- $source"
    rm -rf runsc
    if "$source" && chmod 755 runsc && timeout 10 ./runsc --version; then
      mv runsc "$runsc_folder/runsc.new"
      mv "$runsc_folder/runsc.new" "$runsc_folder/runsc" # a rename, since running sandboxes may be executing the old one
      return
    fi
  done
  fail "gVisor's runsc could not be had from its release channel, from Debian 13 or from this host's packages: put it on PATH (https://gvisor.dev/docs/user_guide/install) and try again."
}

# 5 s decide whether the channel can be reached from here; only then is the large file fetched.
from_gvisor_channel() {
  local url
  url=$gvisor_channel/$(uname -m)
  if ! have curl; then apt_install curl ca-certificates; fi
  curl -fsS --connect-timeout 3 --max-time 5 -o runsc.sha512 "$url/runsc.sha512" || return 1
  curl -fsS --connect-timeout 3 --max-time 300 -o runsc "$url/runsc" || return 1
  sha512sum --check runsc.sha512
}

# Debian 12's own runsc is from 2022. Debian 13's is a static binary and runs on Debian 12 as it is.
from_newer_debian() {
  [ "$(about_host ID)" = debian ] && [ "$(about_host VERSION_ID)" -lt 13 ] || return 1
  refresh_apt
  download_from_release trixie runsc && take_runsc_out
}

from_own_release() {
  refresh_apt
  apt -o APT::Sandbox::User=root download runsc && take_runsc_out
}

take_runsc_out() { # of the package that lies here
  rm -rf unpacked
  dpkg-deb -x runsc_*.deb unpacked && mv unpacked/usr/bin/runsc runsc && rm -rf unpacked runsc_*.deb
}
