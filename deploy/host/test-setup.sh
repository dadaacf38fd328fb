#!/usr/bin/env bash
# Tests of set-up and of ./kiln itself: no engine, no network, a few seconds. One line a check; exit 1 when one fails.

# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2317 # checks replace functions of set-up, which only set-up then calls
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$here/../.." && pwd)
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
export KILN_HOME=$box/home
root=$repo work=$box/work
mkdir -p "$KILN_HOME" "$work"
. "$here/lib/report.sh"
. "$here/lib/apt.sh"
. "$here/lib/jdk.sh"
. "$here/lib/engine.sh"
. "$here/lib/images.sh"
. "$here/lib/runner.sh"
. "$here/lib/gvisor.sh"
. "$here/lib/runtimes.sh"
. "$here/lib/network.sh"
. "$here/lib/build.sh"
. "$here/lib/aot.sh"
. "$here/lib/worker.sh"
. "$here/lib/stack.sh"
step_log_dir=$box/log

if ! have jq; then
  can_install || fail "jq is not installed on this host, and set-up is tested with it: install it (Debian: apt-get install jq) and try again."
  apt_install jq >"$box/apt.log" 2>&1
fi

checks=0 failures=0
check() { # WHAT COMMAND...: the command must succeed, in a shell of its own
  local what=$1 output status
  shift
  checks=$((checks + 1))
  # Not inside an `if`: there `set -e` would mean nothing, and only the last line of a check would count.
  set +e
  output=$( (set -e; "$@") 2>&1)
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    echo "ok      $what"
  else
    failures=$((failures + 1))
    echo "FAILED  $what: $* said: $output"
  fi
}

same() { # EXPECTED ACTUAL
  if [ "$1" != "$2" ]; then
    echo "expected <$1>, was <$2>"
    return 1
  fi
}

contains() { # TEXT PART
  if [[ $1 != *"$2"* ]]; then
    echo "expected <$2> in <$1>"
    return 1
  fi
}

# ends STATUS PART COMMAND...: exits with STATUS after exactly one sentence that holds PART.
ends() {
  local wanted=$1 part=$2 status said
  shift 2
  set +e
  said=$( (set -e; "$@") 2>&1 >/dev/null)
  status=$?
  set -e
  same "$wanted" "$status"
  same 1 "$(wc -l <<<"$said")"
  contains "$said" "$part"
}

no() { # COMMAND...: must fail
  if "$@"; then
    echo "expected to fail: $*"
    return 1
  fi
}

script() { # FILE: a command made of stdin
  mkdir -p "$(dirname "$1")"
  { echo '#!/bin/bash' && cat; } >"$1"
  chmod 755 "$1"
}

# --- JDK

jdk() { # FOLDER VERSION: looks like a JDK
  script "$1/bin/java" </dev/null
  script "$1/bin/javac" <<<"echo javac $2"
  printf 'IMPLEMENTOR="x"\nJAVA_VERSION="%s"\nOS_NAME="Linux"\n' "$2" >"$1/release"
}
jdk "$box/jvm/jdk-17" 17.0.12
jdk "$box/jvm/jdk-27" 27-ea
jdk "$box/jvm/jdk-25" 25.0.1
jdk "$box/jdk-26" 26
jdk "$box/jdk-8" 1.8.0_402
jdk "$box/unnamed" 25 && rm "$box/unnamed/release"
jdk "$box/jre" 25 && rm "$box/jre/bin/javac"
script "$box/shim/bin/java" <<<"echo '    java.home = $box/jdk-26'"

finds() { # EXPECTED JAVA_HOME FOLDER-ON-PATH
  JAVA_HOME=$2 PATH=$3:$PATH jvm_folders=$box/jvm
  find_jdk
  same "$1" "$jdk_home"
}
check "JAVA_HOME comes first" finds "$box/jdk-26" "$box/jdk-26" "$box/jvm/jdk-27/bin"
check "an older JAVA_HOME gives way to the java on PATH" finds "$box/jdk-26" "$box/jvm/jdk-17" "$box/jdk-26/bin"
check "1.8 is not newer than 25" finds "$box/jdk-26" "$box/jdk-8" "$box/jdk-26/bin"
check "where both are older the lowest in the folders that will do" finds "$box/jvm/jdk-25" "$box/jvm/jdk-17" "$box/jvm/jdk-17/bin"
check "a JRE cannot build and is passed over" finds "$box/jdk-26" "$box/jre" "$box/jdk-26/bin"
check "a JDK without a release file is asked" finds "$box/unnamed" "$box/unnamed" /nowhere
check "behind a version manager's shim the JVM's own home is taken" finds "$box/jdk-26" "" "$box/shim/bin"

no_jdk() {
  JAVA_HOME=$box/jvm/jdk-17 PATH=$box/jvm/jdk-17/bin:$PATH jvm_folders=$box/none
  is_root() { false; }
  ends 3 "Kiln needs a JDK 25 or newer: install one" install_jdk
}
check "without a JDK one sentence says what to install" no_jdk
check "./kiln and a plain mvn refuse an old JDK in the same words" grep -qF "$(jdk_sentence | sed 's/\.$//')" "$repo/pom.xml"

# --- Docker Engine

mkdir -p "$box/tools"
for tool in bash cat dirname flock getent grep id mkdir mktemp readlink rm sed sleep tail timeout tr wc; do
  if tool_path=$(command -v "$tool"); then ln -s "$tool_path" "$box/tools/$tool"; fi
done

with_docker() { # reads what `docker` is to do from stdin
  rm -rf "$box/fake"
  script "$box/fake/docker"
  only_path "$box/fake"
}

only_path() { # FOLDER...: with the few tools that set-up needs
  # shellcheck disable=SC2123
  PATH=$box/tools
  local folder
  for folder in "$@"; do PATH+=:$folder; done
}

fake_engine_checks() {
  is_root() { false; }
  case "$1" in
    missing)
      only_path
      ends 3 "Docker Engine is not installed on this host" provide_engine
      ;;
    client-only)
      with_docker <<<'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?" >&2; exit 1'
      ends 3 "Docker Engine is not installed on this host" provide_engine
      ;;
    stopped)
      script "$box/engine/dockerd" </dev/null
      with_docker <<<'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?" >&2; exit 1'
      only_path "$box/fake" "$box/engine"
      ends 3 "Docker Engine does not answer at unix:///var/run/docker.sock: start it" provide_engine
      ;;
    forbidden)
      with_docker <<<'echo "Got permission denied while trying to connect to the Docker daemon socket" >&2; exit 1'
      ends 3 "may not use unix:///var/run/docker.sock" engine_ready
      ;;
    old)
      with_docker <<<'echo 19.03.15'
      ends 3 "Docker Engine 19.03.15 is too old" engine_ready
      ;;
    remote)
      DOCKER_HOST=tcp://10.0.0.1:2375
      ends 3 "DOCKER_HOST is tcp://10.0.0.1:2375" engine_ready
      ;;
    running)
      with_docker <<<'echo "WARNING: No swap limit support" >&2; echo 28.1.0'
      same 28.1.0 "$(engine_ready)"
      ;;
  esac
}
DOCKER_HOST=$default_socket
check "no Docker at all" fake_engine_checks missing
check "a Docker client without an engine" fake_engine_checks client-only
check "an engine that is not running" fake_engine_checks stopped
check "a socket this user may not use" fake_engine_checks forbidden
check "an engine that is too old" fake_engine_checks old
check "an engine on another host" fake_engine_checks remote
check "a running engine is left alone, whatever it warns of" fake_engine_checks running

pid_files() {
  local file=$box/engine.pid
  echo 999999999 >"$file" && forget_dead "$file" dockerd && no test -e "$file"
  echo $$ >"$file" && forget_dead "$file" dockerd && no test -e "$file" # a stranger has that number now
  echo $$ >"$file" && forget_dead "$file" "$(cat /proc/$$/comm)" && test -e "$file"
}
check "the pid file of a dead engine is forgotten, that of a living one stays" pid_files

whole_setup_says_one_sentence() {
  with_docker <<<'echo "permission denied" >&2; exit 1'
  ends 3 "kiln: Docker Engine runs, but user" "$here/setup" engine
}
check "set-up as a whole ends with that sentence and nothing else" whole_setup_says_one_sentence

# --- daemon.json

# Another engine's file may not be touched by a test: everything below works on one in the box.
daemon_json=$box/docker/daemon.json

daemon() { # what the file holds before; sets up a fresh folder
  rm -rf "$box/docker"
  mkdir "$box/docker"
  if [ $# -gt 0 ]; then printf '%s' "$1" >"$daemon_json"; fi
}

value() { jq -c "$1" "$daemon_json"; }

creates_daemon_json() {
  daemon
  merge_runtime kiln-gvisor /opt/runsc --network=none --oci-seccomp
  same '{"runtimes":{"kiln-gvisor":{"path":"/opt/runsc","runtimeArgs":["--network=none","--oci-seccomp"]}}}' "$(value .)"
}
check "a missing daemon.json is made" creates_daemon_json

keeps_other_keys() {
  daemon '{"log-opts": {"max-size": "10m"}, "runtimes": {"mine": {"path": "/bin/mine"}}, "debug": false}'
  chmod 640 "$daemon_json"
  merge_runtime kiln-gvisor /opt/runsc --network=none
  same '["log-opts","runtimes","debug"]' "$(value keys_unsorted)"
  same '{"max-size":"10m"}' "$(value '."log-opts"')"
  same '["mine","kiln-gvisor"]' "$(value '.runtimes | keys_unsorted')"
  same 640 "$(stat -c %a "$daemon_json")"
  same '["mine"]' "$(jq -c '.runtimes | keys' "$daemon_json.before-kiln")"
}
check "other keys, other runtimes, their order and the mode stay, and a copy is kept" keeps_other_keys

merges_once() {
  daemon '{"debug":true}'
  merge_runtime kiln-gvisor /opt/runsc --network=none
  local first
  first=$(stat -c '%i %y' "$daemon_json")
  merge_runtime kiln-gvisor /opt/runsc --network=none
  same "$first" "$(stat -c '%i %y' "$daemon_json")"
  merge_runtime kiln-gvisor /opt/runsc --network=host
  same '["--network=host"]' "$(value '.runtimes."kiln-gvisor".runtimeArgs')"
  same '{"debug":true}' "$(jq -c . "$daemon_json.before-kiln")"
}
check "merging again changes nothing, other flags replace the old" merges_once

refuses() { # CONTENT
  daemon "$1"
  ends 3 "is not a JSON object that Docker Engine would accept" merge_runtime kiln-gvisor /opt/runsc --network=none
  same "$1" "$(cat "$daemon_json")"
  same daemon.json "$(ls "$box/docker")"
}
check "a daemon.json that is no JSON is refused and stays as it is" refuses '{"debug": true,}'
check "a list is refused" refuses '[]'
check "two documents in one file are refused" refuses '{} {}'
check "runtimes that are no object are refused" refuses '{"runtimes": "runsc"}'

follows_link() {
  daemon
  mkdir "$box/docker/elsewhere"
  echo '{"debug":true}' >"$box/docker/elsewhere/real.json"
  ln -s elsewhere/real.json "$daemon_json"
  merge_runtime kiln-gvisor /opt/runsc --network=none
  [ -L "$daemon_json" ]
  same true "$(value .debug)"
  same '"/opt/runsc"' "$(value '.runtimes."kiln-gvisor".path')"
}
check "a daemon.json that is a link stays one" follows_link

takes_back() {
  daemon '{"debug":true}'
  reload_engine() { echo reloaded >>"$box/reloads"; }
  merge_runtime kiln-gvisor /opt/runsc --network=none
  ends 3 "it did not start" give_up kiln-gvisor "it did not start"
  same '{"debug":true,"runtimes":{}}' "$(value .)"
  same reloaded "$(cat "$box/reloads")"
}
check "a runtime that failed its trial does not stay registered" takes_back

# --- gVisor

next_source() {
  runsc_folder=$box/runsc
  can_install() { true; }
  from_gvisor_channel() { return 1; }
  from_newer_debian() { echo 'not for this machine' >runsc; }
  from_own_release() { script runsc <<<'echo runsc version 7'; }
  install_runsc
  same "runsc version 7" "$("$box/runsc/runsc" --version)"
}
check "a source of runsc that fails, or whose binary does not run, is passed over" next_source

no_runsc() {
  can_install() { false; }
  ends 3 "gVisor's runsc is not installed on this host" install_runsc
}
check "without runsc and without the right to install it one sentence" no_runsc

platform() { # EXPECTED PLATFORM-THAT-WORKS
  script "$box/platform/runsc" <<<"[[ \"\$*\" == *--platform=$2* ]]"
  runsc=$box/platform/runsc
  same "$1" "$(usable_platform)"
}
check "systrap where it works" platform systrap systrap
check "ptrace where runsc is too old for systrap" platform ptrace ptrace
no_platform() {
  script "$box/platform/runsc" <<<'exit 128'
  runsc=$box/platform/runsc runsc_version=0
  ends 3 "neither with the platform systrap nor with ptrace" usable_platform
}
check "kvm is never tried" no_platform

other_release() {
  about_host() { echo bookworm; }
  apt-get() {
    printf '%s\n' 'http://deb.example/debian/ bookworm main Debian' 'http://deb.example/debian/ bookworm-updates main Debian' \
      'http://sec.example/debian-security/ bookworm-security main Debian' 'http://deb.example/debian/ bookworm contrib Debian' \
      'https://other.example/ bookworm main Other' 'cdrom://disc/ bookworm main Debian'
  }
  same 'http://deb.example/debian/ trixie main
http://deb.example/debian/ trixie-updates main
http://sec.example/debian-security/ trixie-security main' "$(derived_sources trixie | cut -d ' ' -f 3-)"
}
check "another release's packages come from the host's own Debian mirrors" other_release

# --- images

fake_images() { # an engine with nothing but the labels of what it built
  root=$box/languages
  rm -rf "$root" "$box/built"
  mkdir -p "$root/docker/sandbox/lisp" "$root/docker/sandbox/apl" "$root/docker/sandbox/notes" "$box/built"
  echo 'FROM scratch' | tee "$root/docker/sandbox/lisp/Dockerfile" >"$root/docker/sandbox/apl/Dockerfile"
  docker() {
    case "$1" in
      image) cat "$box/built/${!#//[:\/]/-}" 2>/dev/null ;;
      build) printf '%s\n' "$@" | sed -n 's/^dev.kiln.source=//p' >"$box/built/kiln-$language-latest" ;;
    esac
  }
}

images_by_folder() {
  fake_images
  same 'apl
lisp' "$(languages)"
  for language in $(languages); do
    no image_ready
    build_sandbox_image
    same "kiln/$language:latest" "$(image_ready)"
  done
}
check "every folder with a Dockerfile is an image" images_by_folder

image_again() {
  fake_images
  for language in $(languages); do build_sandbox_image; done
  echo 'USER 1000' >>"$root/docker/sandbox/apl/Dockerfile"
  language=apl no image_ready
  language=lisp image_ready
  base_image=debian:next
  language=lisp no image_ready
}
check "an image is built again after a change of its own folder, and all after one of the base" image_again

image_fails() {
  fake_images
  docker() { return 1; }
  language=lisp ends 3 "could not be built from docker/sandbox/lisp: check that containers reach" build_sandbox_image
}
check "an image that cannot be built is named with its folder" image_fails

# --- the stack of docker-compose.yml

image_of_registry() {
  with_docker <<<'echo "<no value>"'
  same "postgres:18" "$(named_ready postgres:18 any-source)"
}
check "an image of the registry is taken as it is" image_of_registry

image_made_here() {
  docker() { echo source-1; }
  same "postgres:18, made here" "$(named_ready postgres:18 source-1)"
  no named_ready postgres:18 source-2
  docker() { return 1; }
  no named_ready postgres:18 source-1
}
check "an image made here is made again when its sources have changed" image_made_here

image_of_ones_own() {
  with_docker <<<'exit 1'
  ends 3 "The image mine:1 could not be pulled: check POSTGRES_IMAGE and the registry" provide_named mine:1 postgres:18 POSTGRES_IMAGE true
}
check "nothing stands in for an image that somebody named" image_of_ones_own

image_without_build() {
  run_jar=$box/nowhere.jar
  ends 3 "There is no build to make an image of: run ./kiln setup first" build_kiln_image
}
check "without a build there is no image of Kiln" image_without_build

asks_for_settings() {
  rm -rf "$box/compose" && mkdir "$box/compose"
  script "$box/fake/docker" <<<'echo "{}"'
  PATH=$box/fake:$PATH
  ends 3 "This host is not set up to run jobs" "$repo/deploy/compose/init" "$box/compose/env"
  no test -e "$box/compose/env"
  script "$box/fake/docker" <<<'echo "{\"kiln-gvisor\":{\"path\":\"/opt/runsc\",\"runtimeArgs\":[]}}"'
  mkdir -p "$KILN_HOME/runner"
  "$repo/deploy/compose/init" "$box/compose/env"
  contains "$(cat "$box/compose/env")" "KILN_RUNSC=/opt/runsc"
  same 400 "$(stat -c %a "$box/compose/env.admin-key")"
  local password
  password=$(sed -n 's/^KILN_DATABASE_PASSWORD=//p' "$box/compose/env")
  same 48 "${#password}"
  "$repo/deploy/compose/init" "$box/compose/env"
  same "KILN_DATABASE_PASSWORD=$password" "$(grep PASSWORD "$box/compose/env")"
  rm -rf "$KILN_HOME/runner"
}
check "passwords are made on a host that can run jobs, and only once" asks_for_settings

# --- network

fake_nft() { # keeps what it is told to load as what the kernel has
  rm -rf "$box/fake" "$box/kernel" "$KILN_HOME/network"
  script "$box/fake/nft" <<FAKE
if [ "\$1" = --file ]; then cp "\$2" "$box/kernel"; else cat "$box/kernel"; fi
FAKE
  PATH=$box/fake:$PATH
  is_root() { true; }
  uses_systemd() { false; }
}

firewall_once() {
  fake_nft
  no firewall_ready
  raise_firewall
  firewall_ready
  contains "$(cat "$box/kernel")" 'iifname "kiln0" jump leaving'
}
check "the firewall is loaded, and then it is there" firewall_once

firewall_lost() {
  fake_nft
  raise_firewall
  rm "$box/kernel"
  no firewall_ready
  raise_firewall
  echo 'accept' >>"$box/kernel"
  no firewall_ready
}
check "rules that were flushed or changed are loaded again" firewall_lost

firewall_at_boot() {
  fake_nft
  uses_systemd() { true; }
  systemctl() { echo "$*" >>"$box/systemctl"; }
  network_unit=$box/kiln-firewall.service
  rm -f "$network_unit" "$box/systemctl"
  raise_firewall
  firewall_ready
  contains "$(cat "$network_unit")" "Before=docker.service"
  contains "$(cat "$network_unit")" "ExecStart=$box/fake/nft --file $KILN_HOME/network/firewall.nft"
  same $'daemon-reload\nenable --now kiln-firewall.service' "$(cat "$box/systemctl")"
}
check "under systemd the rules come back before the engine does" firewall_at_boot

firewall_refused() {
  fake_nft
  script "$box/fake/nft" <<<'exit 1'
  ends 3 "did not take the firewall's rules" raise_firewall
}
check "a kernel that does not take the rules is one sentence" firewall_refused

strange_network() {
  with_docker <<<'echo "bridge true kiln0 false"'
  no network_ready
  ends 3 "another network kiln, which is not Kiln's" make_network
}
check "a network of that name that is another's is left alone" strange_network

network_without_root() {
  is_root() { false; }
  ends 3 "can only be looked at by root" firewall_ready
}
check "the network without root is one sentence" network_without_root

# --- runner and build

switches_runner() {
  mkdir -p "$box/made/python"
  echo old >"$box/made/kiln-runner"
  install_runner "$box/made" "$KILN_HOME/runner-1"
  exec 8<"$KILN_HOME/runner/kiln-runner"
  local mounted
  mounted=$(readlink -f "$KILN_HOME/runner")
  echo new >"$box/made/kiln-runner"
  install_runner "$box/made" "$KILN_HOME/runner-2"
  same new "$(cat "$KILN_HOME/runner/kiln-runner")"
  same old "$(cat "$mounted/kiln-runner")"
  same runner-2 "$(readlink "$KILN_HOME/runner")"
}
check "a new runner does not reach a sandbox that mounted the old one" switches_runner

hash_sees() {
  mkdir -p "$box/hashed"
  echo a >"$box/hashed/a"
  local before
  before=$(hash_of "$box/hashed")
  mv "$box/hashed/a" "$box/hashed/b"
  [ "$before" != "$(hash_of "$box/hashed")" ]
  [ "$(hash_of "$box/hashed" x)" != "$(hash_of "$box/hashed" y)" ]
}
check "the hash of build inputs sees a rename and the base image" hash_sees

build_state() {
  root=$box/project run_jar=$box/project/target/quarkus-app/quarkus-run.jar build_stamp=$box/project/target/.kiln-source
  mkdir -p "$root/src/main" "$root/target/quarkus-app"
  echo '<project/>' >"$root/pom.xml"
  no build_ready
  stamp_build
  no build_ready
  sleep 0.02
  touch "$run_jar"
  build_ready
  echo 'class A {}' >"$root/src/main/A.java"
  no build_ready
  stamp_build # a build that starts and fails leaves the old jar
  no build_ready
}
check "the build is done again after a change, and after a failure" build_state

# --- worker

fake_worker_host() { # where everything that is installed lies in the box, and this user is the worker's
  worker_app=$box/worker/quarkus-app worker_root=$box/worker/opt worker_settings=$box/worker/etc/worker.env worker_unit=$box/worker/units/kiln-worker.service
  KILN_HOME=$box/worker/home
  rm -rf "$box/worker" "$box/systemctl"
  mkdir -p "$worker_app/lib" "$KILN_HOME"
  echo one >"$worker_app/quarkus-run.jar"
  jdk "$box/jdk-29" 29
  JAVA_HOME=$box/jdk-29
  worker_owner() { id -un; }
  as_worker() { exec "$@"; }
  worker_user_ready() { true; }
  is_root() { true; }
  id() { if [ "$1" = kiln ]; then return 0; else command id "$@"; fi; }
  getent() { true; }
  uses_systemd() { true; }
  systemctl() { echo "$*" >>"$box/systemctl"; }
}

installs_worker() {
  fake_worker_host
  no worker_ready
  install_worker
  same "$worker_root/current" "$(worker_ready)"
  same one "$(cat "$worker_root/current/quarkus-run.jar")"
  same 640 "$(stat -c %a "$worker_settings")"
  same "700 700" "$(stat -c %a "$KILN_HOME/jobs" "$KILN_HOME/workers" | paste -sd ' ')"
  contains "$(cat "$worker_unit")" "ExecStart=$box/jdk-29/bin/java "
  contains "$(cat "$worker_unit")" " @$worker_root/current/server.args"
  same "-jar $(readlink -f "$worker_root/current")/quarkus-run.jar" "$(paste -sd ' ' "$worker_root/current/server.args")" # no worker came up
  contains "$(cat "$worker_unit")" "ReadWritePaths=$KILN_HOME/jobs "
  no grep -E '@[A-Z]+@' "$worker_unit"
  same $'daemon-reload\nenable kiln-worker.service\ntry-restart --no-block kiln-worker.service' "$(cat "$box/systemctl")"
}
check "a worker is installed with its unit, and not started without settings" installs_worker

worker_again() {
  fake_worker_host
  install_worker
  local before
  before=$(readlink -f "$worker_root/current")
  echo MINE=1 >"$worker_settings"
  echo two >"$worker_app/quarkus-run.jar"
  no worker_ready
  install_worker
  worker_ready
  same two "$(cat "$worker_root/current/quarkus-run.jar")"
  same one "$(cat "$before/quarkus-run.jar")"
  same MINE=1 "$(cat "$worker_settings")"
  echo "# changed by hand" >>"$worker_unit"
  no worker_ready
}
check "a new version lies beside the old one, and settings stay" worker_again

worker_without_jar() {
  fake_worker_host
  rm "$worker_app/quarkus-run.jar"
  ends 3 "Kiln is not built in $worker_app: run deploy/host/setup maven build" install_worker
  is_root() { false; }
  ends 3 "can only be installed by root" install_worker
}
check "a worker without a program, or without root, is one sentence" worker_without_jar

# --- AOT cache

fake_rehearsal() { # a host whose java is a worker that comes up, and writes its cache when it is ended
  fake_worker_host
  mkdir -p "$worker_app/app" "$worker_app/lib/main"
  echo one | tee "$worker_app/app/kiln.jar" >"$worker_app/lib/main/other.jar"
  # shellcheck disable=SC2016
  script "$box/jdk-29/bin/java" <<'JAVA'
for option in "$@"; do case "$option" in -XX:AOTCacheOutput=*) cache=${option#*=} ;; esac; done
trap 'echo "$*" >"$cache"; exit 0' TERM
echo "Listening on: http://127.0.0.1:1"
while true; do sleep 0.05; done
JAVA
  ask_alive() { same 1 "$1"; }
}

aot_by_key() {
  fake_rehearsal
  find_jdk
  make_aot_cache "$worker_app" "$box/worker/aot"
  local cache
  cache=$(aot_cache "$worker_app" "$box/worker/aot")
  contains "$(cat "$cache")" "-cp $worker_app/app/kiln.jar:$worker_app/lib/main/other.jar dev.kiln.Main"
  same "$cache" "$(echo "$box/worker/aot"/*)"
  touch -d yesterday "$worker_app/lib/main/other.jar"
  no aot_cache "$worker_app" "$box/worker/aot"
  make_aot_cache "$worker_app" "$box/worker/aot"
  cache=$(aot_cache "$worker_app" "$box/worker/aot")
  same "$cache" "$(echo "$box/worker/aot"/*)" # the old one is gone
  echo 'JAVA_VERSION="29.0.1"' >>"$box/jdk-29/release"
  no aot_cache "$worker_app" "$box/worker/aot"
  sed -i '$d' "$box/jdk-29/release"
  aot_cache "$worker_app" "$box/worker/aot"
  truncate -s -1 "$cache"
  no aot_cache "$worker_app" "$box/worker/aot"
}
check "a cache is used by no other jars, no other JDK, and not in part" aot_by_key

aot_of_nothing() {
  fake_rehearsal
  find_jdk
  ask_alive() { return 1; }
  no make_aot_cache "$worker_app" "$box/worker/aot"
  no test -e "$box/worker/aot"
}
check "of a worker that does not answer no cache is made" aot_of_nothing

aot_planted() { # LN...: a worker's user who leaves another's file in place of the cache
  fake_rehearsal
  find_jdk
  echo secret >"$box/secret"
  sed -i "s|echo \"\$\*\" >|$* '$box/secret' |" "$box/jdk-29/bin/java"
  contains "$(cat "$box/jdk-29/bin/java")" "'$box/secret' \"\$cache\""
  no make_aot_cache "$worker_app" "$box/worker/aot"
  no test -e "$box/worker/aot"
}
check "what the worker's user put in the cache's place by a link is not read as root" aot_planted ln -s
check "nor what is another file's second name" aot_planted ln

worker_with_aot() {
  fake_rehearsal
  install_worker
  worker_ready
  local folder arguments
  folder=$(readlink -f "$worker_root/current")
  arguments=$(cat "$folder/server.args")
  contains "$arguments" "-XX:AOTCache=$folder/server-"
  contains "$arguments" "\"$folder/app/kiln.jar:$folder/lib/main/other.jar\""
  echo 'SOURCE="another"' >>"$box/jdk-29/release"
  no worker_ready
  install_worker
  worker_ready
  no same "$arguments" "$(cat "$folder/server.args")"
}
check "a worker's service starts with the cache of its version, made again for another JDK" worker_with_aot

# --- how steps talk

quiet_step() {
  ready() { [ -e "$box/ready" ] && echo found; }
  make() { echo noise && touch "$box/ready"; }
  contains "$(step Thing ready make 2>&1)" "Thing (found) … done in 0."
  same "Thing (found) … already there" "$(step Thing ready make 2>&1)"
  same noise "$(cat "$box/log/thing.log")"
}
check "a step says what it found, and its noise goes to its log" quiet_step

failing_step() {
  ready() { false; }
  make() { echo 'the cause' && fail "It cannot be done: do this."; }
  ends 3 "kiln: It cannot be done: do this. The log is $box/log/thing.log" step Thing ready make
  make_alone() { echo 'the cause'; cat /nowhere/at/all; echo never; }
  ends 3 "kiln: Thing failed with status 1: cat: /nowhere/at/all" step Thing ready make_alone
  make() { true; }
  ends 3 "still it is not usable" step Thing ready make
}
check "a step that fails, dies or changes nothing ends with one sentence and its log" failing_step

ends_children() {
  ready() { false; }
  make() { sleep 300 & echo $! >"$box/child"; wait; }
  ( trap 'end_running_step; exit 143' TERM; step Long ready make ) 2>/dev/null &
  local shell=$! tries=0
  until [ -s "$box/child" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
  kill -TERM "$shell"
  wait "$shell" || true
  for tries in 1 2 3 4 5 6 7 8 9 10; do
    # A zombie is dead, whoever has yet to notice.
    if ! grep -qsv 'State:.*Z' <(grep State: "/proc/$(cat "$box/child")/status"); then return; fi
    sleep 0.1
  done
  echo "the step's child outlived set-up"
  return 1
}
check "ending set-up ends what the step started" ends_children

# --- ./kiln

refuses_command() { # PART ARGUMENT...
  local part=$1 status=0 said
  shift
  said=$("$repo/kiln" "$@" 2>&1 >/dev/null) || status=$?
  same 2 "$status"
  contains "$said" "kiln: $part"
  contains "$said" "usage: ./kiln COMMAND"
}
check "no command is a usage error" refuses_command "a command is missing"
check "an unknown command is named" refuses_command "there is no command frobnicate" frobnicate
check "an unknown option of test is named" refuses_command "test has no option --slow" test --slow

lists_commands() {
  local help command
  help=$("$repo/kiln" help)
  for command in demo up serve migrate submit batch result bench test setup help; do contains "$help" "  $command "; done
}
check "help lists every command" lists_commands

fake_checkout() { # a checkout that is built, and a JDK that prints what it is given
  rm -rf "$box/checkout"
  mkdir -p "$box/checkout/deploy" "$box/checkout/target/quarkus-app"
  cp -R "$here" "$box/checkout/deploy/host"
  cp "$repo/kiln" "$box/checkout/kiln"
  touch "$box/checkout/target/quarkus-app/quarkus-run.jar"
  jdk "$box/jdk-29" 29
  # shellcheck disable=SC2016
  script "$box/jdk-29/bin/java" <<<'printf "<%s>" "$@"; printf " %s %s %s" "$KILN_JAVA" "$KILN_ROOT" "$KILN_HOME"; exit 7'
}

hands_over() {
  fake_checkout
  local said status=0
  said=$(cd / && JAVA_HOME=$box/jdk-29 "$box/checkout/kiln" submit 'a file.py' --wait) || status=$?
  same 7 "$status"
  contains "$said" "<dev.kiln.cli.Main><submit><a file.py><--wait> $box/jdk-29/bin/java $box/checkout $KILN_HOME"
}
check "arguments, environment and exit code pass through to Java and back" hands_over

serves() { # ROLES
  fake_checkout
  local said status=0
  said=$(cd / && JAVA_HOME=$box/jdk-29 KILN_ROLES=$1 "$box/checkout/kiln" serve) || status=$?
  same 7 "$status"
  contains "$said" "<-jar><$box/checkout/target/quarkus-app/quarkus-run.jar>"
  if [ "$1" = worker ]; then contains "$said" "<-XX:+UseSerialGC>"; else [[ $said != *UseSerialGC* ]]; fi
}
check "a worker is served by a small JVM" serves worker

serves_from_cache() {
  fake_checkout
  local jdk_home=$box/jdk-29 key said
  key=$(aot_key "$box/checkout/target/quarkus-app")
  echo cache >"$box/checkout/target/server-$key-6.aot"
  said=$(cd / && JAVA_HOME=$jdk_home KILN_ROLES=worker "$box/checkout/kiln" serve) || true
  contains "$said" "<-XX:AOTCache=$box/checkout/target/server-$key-6.aot>"
  contains "$said" "<dev.kiln.Main>"
  said=$(cd / && JAVA_HOME=$jdk_home KILN_ROLES=intake "$box/checkout/kiln" serve) || true
  contains "$said" "<-jar>"
}
check "a worker is served from the cache of its build, other roles are not" serves_from_cache
check "a server with other roles has the JVM's own choices" serves intake,relay
migrates() {
  fake_checkout
  # shellcheck disable=SC2016
  script "$box/jdk-29/bin/java" <<<'echo "$KILN_SCHEMA_AT_START"'
  same only "$(cd / && JAVA_HOME=$box/jdk-29 "$box/checkout/kiln" migrate)"
}
check "migrate is a server that only migrates" migrates
check "an option of serve is a usage error" refuses_command "serve has no option --port" serve --port 1

client_without_jdk() {
  fake_checkout
  script "$box/checkout/deploy/host/setup" <<<'exit 0'
  JAVA_HOME="" PATH=$box/tools KILN_JVM_FOLDERS=$box/none ends 2 "Kiln needs a JDK 25" "$box/checkout/kiln" result x
}
check "a client without a JDK ends with the sentence and 2" client_without_jdk

unknown_part() {
  local status=0
  "$here/setup" everything 2>/dev/null || status=$?
  same 2 "$status"
}
check "an unknown part of set-up is a usage error" unknown_part

echo "$checks checks of set-up, $failures failed"
[ "$failures" -eq 0 ]
