#!/usr/bin/env bash
# Installs a worker's service and runs it under a real systemd, in namespaces upon an overlay of this host's files: the host's
# own services, users and settings stay as they are, and nothing is left. By hand; no CI has what it needs everywhere.
#
#   deploy/host/test-service.sh [PORT]     as root, with a Docker Engine that runs and a build of Kiln; ports PORT (18471) and PORT+1

set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
. "$root/deploy/host/lib/report.sh"
. "$root/deploy/host/lib/jdk.sh"

refuse() {
  printf 'test-service: %s\n' "$1" >&2
  exit 2
}

port=${1:-18471}
[[ $port =~ ^[0-9]{4,5}$ ]] || refuse "the port is a number of four or five digits, not $port"
[ "$(id -u)" = 0 ] || refuse "only root can make the namespaces: run it as root"
[ -x /lib/systemd/systemd ] || refuse "there is no systemd on this host: deploy/host/setup systemd installs it"
docker info >/dev/null 2>&1 || refuse "no Docker Engine answers: deploy/host/setup engine starts one"
[ -e "$root/target/quarkus-app/quarkus-run.jar" ] || refuse "Kiln is not built: run deploy/host/setup maven build"
find_jdk || refuse "$(jdk_sentence)"

# Neither in /tmp nor in /home, which the unit hides from the worker; the engine sees the same folder.
home=$(mktemp -d /var/lib/kiln-service-XXXXXX)
chmod 755 "$home"
box=$home/box
group=kiln-service-$$
server=http://127.0.0.1:$port
mkdir -p "$box"/{upper,work,root}

end() {
  local status=$?
  set +e
  [ -z "${booted:-}" ] || kill -KILL "$booted"
  [ -z "${up:-}" ] || { kill -TERM "$up" && wait "$up"; }
  sleep 1
  for each in /sys/fs/cgroup/*/"$group"; do find "$each" -depth -type d -exec rmdir '{}' ';'; done 2>/dev/null
  if [ "$status" != 0 ]; then
    [ -z "${init:-}" ] || in_box journalctl --no-pager --unit=kiln-worker --lines=40 2>/dev/null
    tail -n 20 "$home"/*.log
  fi
  rm -rf "$home"
  exit "$status"
}
trap end EXIT

ok() { printf 'ok  %s\n' "$*"; }
wrong() {
  printf 'WRONG  %s\n' "$*" >&2
  exit 1
}

within() { # SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.2
  done
}

# What systemd needs to be the first process: mounts of its own, and groups whose root is where it was put.
boot() {
  local each
  for each in /sys/fs/cgroup/*/; do
    mkdir -p "$each$group"
    if [ -e "$each$group/cpuset.cpus" ]; then
      cat "${each}cpuset.cpus" >"$each$group/cpuset.cpus"
      cat "${each}cpuset.mems" >"$each$group/cpuset.mems"
    fi
    echo "$BASHPID" >"$each$group/cgroup.procs"
  done
  export root home box jdk_home
  # shellcheck disable=SC2016 # the shell inside is to expand it
  exec unshare --fork --pid --mount --uts --ipc --cgroup --kill-child "$BASH" -euc '
    mount --make-rprivate /
    mount -t overlay overlay -o "lowerdir=/,upperdir=$box/upper,workdir=$box/work" "$box/root"
    cd "$box/root"
    mount -t proc proc proc
    mount --rbind /sys sys
    mount --rbind /dev dev
    mount -t tmpfs tmpfs run
    mount -t tmpfs tmpfs tmp
    mkdir -p run/lock
    touch run/docker.sock
    mount --bind /run/docker.sock run/docker.sock
    for each in "$root" "$jdk_home" "$home"; do
      mkdir -p ".$each"
      mount --bind "$each" ".$each"
    done
    controllers=$(ls /sys/fs/cgroup)
    umount --lazy sys/fs/cgroup
    mount -t tmpfs tmpfs sys/fs/cgroup
    for each in $controllers; do
      case $each in
        systemd) option=none,name=systemd ;;
        unified) continue ;;
        *) option=$each ;;
      esac
      mkdir "sys/fs/cgroup/$each"
      mount -t cgroup -o "$option" cgroup "sys/fs/cgroup/$each"
    done
    printf "[Unit]\nDescription=What the test starts systemd with\n" >etc/systemd/system/kiln-test.target
    ln -sf /dev/null etc/systemd/system/docker.service
    ln -sf /dev/null etc/systemd/system/docker.socket
    export container=other
    exec chroot . /lib/systemd/systemd --system --unit=kiln-test.target --log-target=console
  '
}

in_box() { nsenter --target "$init" --all chroot "$box/root" "$@"; }
submit() { printf '%s\n' "$1" >"$home/program.py" && "$root/kiln" submit "$home/program.py" --server "$server" --wait "${@:2}"; }
of_unit() { in_box systemctl show --value --property="$1" kiln-worker; }
was_restarted() { [ "$(of_unit NRestarts)" != 0 ]; }
worker_is_ready() { curl -sf "http://127.0.0.1:$((port + 1))/q/health/ready"; }

KILN_HOME=$home KILN_ROLES=api,intake,relay "$root/kiln" up --port "$port" >"$home/up.log" 2>&1 &
up=$!
within 180 curl -sf "$server/q/health/ready" || wrong "the server did not start"
database=$({ grep -lz "^KILN_HOME=$home\$" /proc/[0-9]*/environ 2>/dev/null || true; } | while read -r each; do
  tr '\0' '\n' <"$each" | grep '^QUARKUS_DATASOURCE_' || true
done | sort -u)
[ -n "$database" ] || wrong "the server's database is not known"

boot >"$home/boot.log" 2>&1 &
booted=$!
within 30 pgrep --parent "$booted" || wrong "systemd did not start"
init=$(pgrep --parent "$booted")
within 30 in_box systemctl is-active kiln-test.target || wrong "systemd did not come up"
ok "$(in_box systemctl --version | head -n 1) runs, $(in_box ps --no-headers -e | wc -l) processes"

in_box env KILN_HOME="$home" JAVA_HOME="$jdk_home" "$root/deploy/host/setup" worker >"$home/setup.log" 2>&1 || wrong "set-up failed"
in_box systemctl is-enabled kiln-worker >/dev/null || wrong "the service is not enabled"
[ "$(of_unit ActiveState)" = inactive ] || wrong "a service that never ran was started"
again=$(in_box env KILN_HOME="$home" JAVA_HOME="$jdk_home" "$root/deploy/host/setup" worker 2>&1)
[[ $again == *"already there"* ]] || wrong "set-up is not done the second time: $again"
ok "set-up installed and enabled it, did not start it, and has nothing to do the second time"

printf '%s\nQUARKUS_HTTP_PORT=%s\nKILN_WORKER_SLOTS=2\n' "$database" "$((port + 1))" | in_box tee -a /etc/kiln/worker.env >/dev/null
in_box systemctl start kiln-worker
within 120 worker_is_ready || wrong "the worker is not ready"
pid=$(of_unit MainPID)
status=$(in_box cat "/proc/$pid/status")
for each in 'CapEff:\s0000000000000000' 'CapBnd:\s0000000000000000' 'NoNewPrivs:\s1' 'Seccomp:\s2'; do
  grep -Eq "^$each$" <<<"$status" || wrong "the worker's process is not held to $each"
done
[ "$(awk '/^Uid:/ { print $2 }' <<<"$status")" != 0 ] || wrong "the worker is root"
for each in /opt/kiln /etc; do
  if in_box touch "/proc/$pid/root$each/written" 2>/dev/null; then wrong "the worker's $each can be written to"; fi
done
ok "the worker is ready: not root, no capability, no new privileges, a filter of system calls, a file system to read"

[ "$(submit 'print(6 * 7)')" = 42 ] || wrong "a program did not run"
case=$(submit 'x = bytearray(1 << 30)' --memory 128m 2>&1 || true)
[[ $case == *"out of memory"* ]] || wrong "the end by memory is told as: $case"
case=$(submit 'while True: pass' --timeout 1 2>&1 || true)
[[ $case == *"timed out"* ]] || wrong "the end by time is told as: $case"
ok "programs run, and end by memory and by time"

in_box systemctl kill --signal=KILL kiln-worker
within 60 was_restarted || wrong "systemd did not start it again"
within 120 worker_is_ready || wrong "the worker did not come back"
[ "$(submit 'print("again")')" = again ] || wrong "a program did not run after the restart"
ok "killed, it is started again and goes on"

submit 'import time; time.sleep(4); print("to its end")' >"$home/long.log" 2>&1 &
long=$!
within 30 sh -c "'$root/kiln' list --state RUNNING --server '$server' | grep -q RUNNING" || wrong "the long program does not run"
in_box systemctl stop kiln-worker
wait "$long" || wrong "what ran when it was stopped did not end: $(cat "$home/long.log")"
grep -q 'to its end' "$home/long.log" || wrong "what ran when it was stopped has another output: $(cat "$home/long.log")"
[ "$(of_unit Result)" = success ] || wrong "the stop counts as $(of_unit Result), exit code $(of_unit ExecMainStatus)"
ok "stopped, it drains: a program ran to its end, and the service's result is success"
