# shellcheck shell=bash
# The Docker Engine: a running one is left alone, a stopped one is started, a missing one is installed.

default_socket=unix:///var/run/docker.sock
# Kiln talks to DOCKER_HOST or to the default socket; without this the client's current "context" could name another engine.
export DOCKER_HOST=${DOCKER_HOST:-$default_socket}
engine_log=/var/log/kiln-dockerd.log

# How the engine answers: ready, missing, stopped, forbidden, silent or old. `engine_version` is set with ready and old.
ask_engine() {
  local answer status=0
  engine_version=
  if ! have docker; then
    engine_state=missing
    return
  fi
  answer=$(timeout 15 docker info --format '{{.ServerVersion}}' 2>&1) || status=$?
  if [ "$status" -eq 124 ]; then
    engine_state=silent
  elif [ "$status" -eq 0 ] && [[ ${answer##*$'\n'} =~ ^[0-9]+\. ]]; then
    engine_version=${answer##*$'\n'} engine_state=ready
    if [ "${engine_version%%.*}" -lt 20 ]; then engine_state=old; fi
  elif [[ ${answer,,} == *"permission denied"* ]]; then
    engine_state=forbidden
  elif have dockerd || [ "$DOCKER_HOST" != "$default_socket" ]; then
    engine_state=stopped
  else
    engine_state=missing # a client alone, as many hosts have it
  fi
}

engine_sentence() { # the sentence for the state that ask_engine left
  case "$engine_state" in
    missing) echo "Docker Engine is not installed on this host: install it (Debian: apt-get install docker.io), or run deploy/host/setup as root." ;;
    stopped) echo "Docker Engine does not answer at $DOCKER_HOST: start it (systemctl start docker), or run deploy/host/setup as root." ;;
    forbidden) echo "Docker Engine runs, but user $(id -un) may not use $DOCKER_HOST: run as root, or add the user to the group docker and log in again." ;;
    silent) echo "Docker Engine at $DOCKER_HOST accepted the connection but did not answer within 15 s: restart it, then try again." ;;
    old) echo "Docker Engine $engine_version is too old: Kiln needs 20.10 or newer." ;;
  esac
}

engine_ready() {
  case "$DOCKER_HOST" in
    unix://*) ;;
    *) fail "DOCKER_HOST is $DOCKER_HOST, but sandboxes mount files of this host: unset it, or point it at this host's engine." ;;
  esac
  ask_engine
  case "$engine_state" in
    ready) echo "$engine_version" ;;
    missing | stopped) return 1 ;;
    *) fail "$(engine_sentence)" ;;
  esac
}

provide_engine() {
  ask_engine
  if ! is_root || [ "$DOCKER_HOST" != "$default_socket" ]; then fail "$(engine_sentence)"; fi
  if [ "$engine_state" = missing ]; then
    can_install || fail "$(engine_sentence)"
    install_engine
    ask_engine # the package may have started it
  fi
  if [ "$engine_state" = stopped ]; then start_engine; fi
}

install_engine() {
  apt_install docker.io iptables ca-certificates
  # From Debian 13 on the client is a package of its own.
  if ! have docker; then apt_install docker-cli; fi
}

start_engine() {
  if uses_systemd; then
    systemctl start docker || fail "systemctl start docker failed: see journalctl -u docker."
    await_engine "see journalctl -u docker"
  else
    # A session of its own and a log of its own: the engine outlives this script and its terminal, whatever ends them.
    forget_dead /var/run/docker.pid dockerd
    forget_dead /var/run/docker/containerd/containerd.pid containerd
    setsid dockerd >>"$engine_log" 2>&1 </dev/null 9>&- &
    await_engine "see $engine_log" $!
  fi
}

# An engine that was killed leaves its pid file behind, and a new one refuses to start as long as anything has that number:
# another program by now, or the engine's own zombie where PID 1 does not reap.
forget_dead() { # PID-FILE NAME
  local pid name="" state=""
  if [ ! -e "$1" ]; then return; fi
  pid=$(cat "$1")
  if [ -r "/proc/$pid/status" ]; then
    name=$(sed -n 's/^Name:[[:space:]]*//p' "/proc/$pid/status")
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status")
  fi
  if [ "$name" != "$2" ] || [ "$state" = Z ]; then rm -f "$1"; fi
}

uses_systemd() { [ -d /run/systemd/system ]; }

await_engine() { # WHERE-TO-LOOK [PID]
  local deadline=$((SECONDS + 60))
  while [ "$SECONDS" -lt "$deadline" ]; do
    ask_engine
    if [ "$engine_state" = ready ]; then return; fi
    if [ -n "${2:-}" ] && ! kill -0 "$2" 2>/dev/null; then fail "Docker Engine was started but ended at once: $1."; fi
    sleep 0.3
  done
  fail "Docker Engine was started but did not answer within 60 s: $1."
}
