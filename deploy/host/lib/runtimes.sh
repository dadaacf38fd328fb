# shellcheck shell=bash
# The two runtimes Kiln asks the engine for: kiln-gvisor for jobs without network, kiln-gvisor-net for jobs with it.

daemon_json=${KILN_DAEMON_JSON:-/etc/docker/daemon.json}

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
  local network platform
  platform=$(usable_platform)
  common=(--oci-seccomp "--platform=$platform")
  # With the systemd driver runsc silently enforces no limit at all unless it is told.
  if [ "$(docker info --format '{{.CgroupDriver}}')" = systemd ]; then common+=(--systemd-cgroup); fi

  register kiln-gvisor --network=none "${common[@]}"
  starts_under kiln-gvisor none \
    || give_up kiln-gvisor "Docker Engine cannot start a container under gVisor with $runsc $runsc_version: put another release of runsc on PATH (https://gvisor.dev/docs/user_guide/install) and try again."
  # Some kernels make runsc refuse its own network stack; it then uses that of the namespace Docker gave the container.
  for network in sandbox host; do
    register kiln-gvisor-net "--network=$network" "${common[@]}"
    if starts_under kiln-gvisor-net bridge; then return; fi
  done
  give_up kiln-gvisor-net "Docker Engine cannot start a container with a network under gVisor, neither with --network=sandbox nor with --network=host: check that the engine has its bridge network, or put another release of runsc on PATH and try again."
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
  fail "gVisor's $runsc $runsc_version starts no sandbox on this kernel, neither with the platform systrap nor with ptrace: put another release of runsc on PATH (https://gvisor.dev/docs/user_guide/install) and try again."
}

# The guest's kernel log says whose kernel it is; a container that merely starts would also do so under runc. Docker's
# seccomp profile, which applies inside, lets only CAP_SYSLOG read it.
starts_under() { # RUNTIME NETWORK
  local container status=0
  container=$(docker create --runtime "$1" --network "$2" --user 0:0 --cap-drop ALL --cap-add SYSLOG "$probe_image" dmesg) || return 1
  timeout -k 1 60 docker start --attach "$container" | grep 'Starting gVisor' || status=$?
  delete_orphan "$container"
  docker rm --force "$container" || true
  return "$status"
}

# A start that fails half way can leave a living sandbox, and the shim above it, that the engine has already forgotten. The
# shim goes last: it is the one that buries the sandbox.
delete_orphan() { # CONTAINER
  local argument process
  for argument in $(arguments_with "$1" 'runsc-' | grep -o -- '--root=[^ ]*' | sort -u); do
    timeout 15 "$runsc" "$argument" delete --force "$1" || true
  done
  for process in $(arguments_with "$1" '[^ ]*containerd-shim' | cut -d ' ' -f 1); do
    kill -KILL "$process" || true
  done
}

arguments_with() { # CONTAINER PROGRAM: pid and arguments of the processes of that program that name the container
  local process
  for process in /proc/[0-9]*; do
    echo "${process#/proc/} $(tr '\0' ' ' 2>/dev/null <"$process/cmdline")"
  done | grep -E "^[0-9]+ $2.*$1" || true
}

# What is registered counts as tried, so what failed must not stay.
give_up() { # RUNTIME SENTENCE
  replace_file "$(readlink -m "$daemon_json")" "$(jq --indent 4 --arg name "$1" 'del(.runtimes[$name])' "$daemon_json")"
  reload_engine
  fail "$2"
}

register() { # NAME RUNSC-FLAG...: merges the runtime into daemon.json and has the engine read it
  local name=$1 deadline=$((SECONDS + 20))
  shift
  merge_runtime "$name" "$runsc" "$@"
  reload_engine
  until docker info --format '{{json .Runtimes}}' | jq -e --arg name "$name" --argjson flags "$(json_list "$@")" '.[$name].runtimeArgs == $flags'; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      fail "Docker Engine did not take the runtime $name from $daemon_json: see its log, for instance whether a start option names the same key."
    fi
    sleep 0.2
  done
}

# merge_runtime NAME PATH FLAG...: every other key stays as it is, and a file that is no JSON object stays untouched.
merge_runtime() {
  local name=$1 path=$2 file before='{}' merged
  shift 2
  file=$(readlink -m "$daemon_json")
  if [ -s "$file" ]; then before=$(<"$file"); fi
  jq -es 'length == 1 and (.[0] | type == "object" and (.runtimes // {} | type == "object"))' <<<"$before" >/dev/null 2>&1 \
    || fail "$daemon_json is not a JSON object that Docker Engine would accept: mend it, then try again; nothing was changed."
  merged=$(jq --indent 4 --arg name "$name" --arg path "$path" --argjson flags "$(json_list "$@")" \
    '.runtimes[$name] = {path: $path, runtimeArgs: $flags}' <<<"$before")
  if [ "$(jq -S . <<<"$before")" = "$(jq -S . <<<"$merged")" ]; then return; fi
  replace_file "$file" "$merged"
}

json_list() { # STRING...: jq 1.6 takes a string that begins with a dash for an option of its own
  printf '%s\n' "$@" | jq -R . | jq -s .
}

replace_file() { # FILE CONTENT: by a rename, with the owner and mode it had; what was there before Kiln is kept beside it
  mkdir -p "$(dirname "$1")"
  if [ -e "$1" ]; then
    cp -p "$1" "$1.kiln-new"
    grep -q kiln-gvisor "$1" || cp -p "$1" "$1.before-kiln"
  fi
  printf '%s\n' "$2" >"$1.kiln-new"
  mv "$1.kiln-new" "$1"
}

reload_engine() {
  if uses_systemd && systemctl is-active --quiet docker; then
    systemctl reload docker
  else
    # By its own note of itself: an engine inside a container can be seen from here too.
    kill -HUP "$(cat /var/run/docker.pid)" || fail "Docker Engine's process was not found to make it read $daemon_json: restart the engine, then try again."
  fi
}
