# shellcheck shell=bash
# Where Kiln keeps what it makes on this host; the Java side reads the same variable.

if [ -z "${KILN_HOME:-}" ]; then
  if [ "$(id -u)" -eq 0 ]; then KILN_HOME=/var/lib/kiln; else KILN_HOME=${XDG_DATA_HOME:-$HOME/.local/share}/kiln; fi
fi
export KILN_HOME
