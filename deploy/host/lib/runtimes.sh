# shellcheck shell=bash
# The two runtimes Kiln asks the engine for: kiln-gvisor for jobs without network, kiln-gvisor-net for jobs with it.

: "${daemon_json:=/etc/docker/daemon.json}"

# What is registered was tried when it was registered, so that a listed runtime whose binary still exists will do.
runtimes_ready() {
  local name path
  for name in kiln-gvisor kiln-gvisor-net; do
    path=$(docker info --format "{{with index .Runtimes \"$name\"}}{{.Path}}{{end}}") || return 1
    [ -n "$path" ] && [ -x "$path" ] || return 1
  done
  docker info --format '{{with index .Runtimes "kiln-gvisor-net"}}{{join .Args " "}}{{end}}'
}

register_runtimes() {
  is_root || fail "Kiln's gVisor runtimes are not registered with Docker Engine: run deploy/host/setup as root."
  find_runsc || fail "gVisor's runsc is not installed on this host: run deploy/host/setup as root."
  if ! have jq; then apt_install jq; fi
  local -a common
  local network
  common=(--oci-seccomp "--platform=$(usable_platform)")
  # With the systemd driver runsc silently enforces no limit at all unless it is told.
  if [ "$(docker info --format '{{.CgroupDriver}}')" = systemd ]; then common+=(--systemd-cgroup); fi

  register kiln-gvisor --network=none "${common[@]}"
  starts_under kiln-gvisor none \
    || fail "gVisor is registered with Docker Engine but cannot start a container with $runsc $runsc_version."
  # Some kernels make runsc refuse its own network stack; it then uses that of the namespace Docker gave the container.
  for network in sandbox host; do
    register kiln-gvisor-net "--network=$network" "${common[@]}"
    if starts_under kiln-gvisor-net bridge; then return; fi
  done
  fail "gVisor cannot start a container with a network, neither with --network=sandbox nor with --network=host."
}

# systrap is several times faster; runsc of 2022 has only ptrace. kvm is not tried: where virtualisation is nested it can
# hang for ever at full speed.
usable_platform() {
  local platform
  for platform in systrap ptrace; do
    if timeout -k 1 20 "$runsc" --network=none --oci-seccomp --ignore-cgroups "--platform=$platform" 'do' true >&2; then
      echo "$platform"
      return
    fi
  done
  fail "gVisor's $runsc $runsc_version starts no sandbox on this kernel, neither with the platform systrap nor with ptrace."
}

# The guest's kernel log says whose kernel it is; a container that merely starts would also do so under runc.
starts_under() { # RUNTIME NETWORK
  timeout -k 1 60 docker run --rm --runtime "$1" --network "$2" --user 1000:1000 "$python_image" dmesg 2>&1 | tee /dev/stderr | grep -q gVisor
}

register() { # NAME RUNSC-FLAG...: merges the runtime into daemon.json and has the engine read it
  local name=$1
  shift
  merge_runtime "$name" "$runsc" "$@"
  reload_engine
  local deadline=$((SECONDS + 20))
  until docker info --format '{{json .Runtimes}}' | jq -e --arg name "$name" --args '.[$name].runtimeArgs == $ARGS.positional' "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      fail "Docker Engine did not take the runtime $name from $daemon_json: see its log, for instance whether a start option names the same key."
    fi
    sleep 0.2
  done
}

# merge_runtime NAME PATH FLAG...: every other key stays as it is, a file that is no JSON object stays untouched, and the
# file that was there is kept beside it.
merge_runtime() {
  local name=$1 path=$2 file merged
  shift 2
  file=$(readlink -m "$daemon_json")
  merged=$file.kiln-new
  mkdir -p "$(dirname "$file")"
  if [ ! -s "$file" ]; then echo '{}' >"$file"; fi
  jq -e 'type == "object" and ((.runtimes // {}) | type == "object")' "$file" >/dev/null 2>&1 \
    || fail "$daemon_json is not a JSON object that Docker Engine would accept: mend it, then try again; nothing was changed."
  cp -p "$file" "$merged" # for its owner and mode
  jq --indent 4 --arg name "$name" --arg path "$path" '.runtimes[$name] = {path: $path, runtimeArgs: $ARGS.positional}' \
    "$file" --args "$@" >"$merged"
  if [ "$(jq -S . "$file")" = "$(jq -S . "$merged")" ]; then
    rm "$merged"
    return
  fi
  if [ ! -e "$file.before-kiln" ]; then cp -p "$file" "$file.before-kiln"; fi
  mv "$merged" "$file"
}

reload_engine() {
  if uses_systemd && systemctl is-active --quiet docker; then
    systemctl reload docker
  else
    kill -HUP "$(pidof dockerd)" || fail "Docker Engine's process was not found to make it read $daemon_json: restart the engine, then try again."
  fi
}
