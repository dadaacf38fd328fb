# shellcheck shell=bash
# A worker as a service of this host: program, user, settings, unit. A version of the program is never changed in place: each
# has a folder of its own and `current` is a link, so that a worker which still drains keeps what it started with.

worker_app=${KILN_APP:-$root/target/quarkus-app}
worker_root=${KILN_INSTALL:-/opt/kiln}
worker_settings=${KILN_SETTINGS:-/etc/kiln}/worker.env
worker_unit=${KILN_UNIT_FOLDER:-/etc/systemd/system}/kiln-worker.service
worker_templates=$root/deploy/host/systemd

worker_version() { hash_of "$worker_app" | cut -c 1-12; }

# The unit for this host.
render_worker_unit() {
  local java=$jdk_home/bin/java
  sed -e "s|@JAVA@|$java|g" -e "s|@HOME@|$KILN_HOME|g" -e "s|@APP@|$worker_root/current|g" "$worker_templates/kiln-worker.service"
}

# What the JVM reads in the version's folder, by names that stay when `current` goes on.
render_worker_arguments() { # FOLDER
  local cache
  if cache=$(aot_cache "$1" "$1"); then
    printf '%s\n' "${aot_options[@]}" "-XX:AOTCache=$cache" "-Xlog:aot*=off" -cp "\"$(aot_path "$1")\"" dev.kiln.Main
  else
    printf '%s\n' -jar "$1/quarkus-run.jar"
  fi
}

worker_ready() {
  [ -e "$worker_app/quarkus-run.jar" ] && find_jdk || return 1
  worker_user_ready && [ -e "$worker_settings" ] || return 1
  [ "$(readlink "$worker_root/current")" = "app-$(worker_version)" ] && [ -e "$worker_root/current/quarkus-run.jar" ] || return 1
  [ "$(render_worker_arguments "$worker_root/app-$(worker_version)")" = "$(cat "$worker_root/current/server.args" 2>/dev/null)" ] || return 1
  [ "$(render_worker_unit)" = "$(cat "$worker_unit" 2>/dev/null)" ] || return 1
  for folder in jobs workers; do [ "$(stat -c '%U %a' "$KILN_HOME/$folder" 2>/dev/null)" = "$(worker_owner) 700" ] || return 1; done
  echo "$worker_root/current"
}

worker_owner() { echo kiln; }
as_worker() { # COMMAND...: becomes it, as the unit runs it
  exec setpriv --reuid=kiln --regid=kiln --groups="$(getent group docker | cut -d : -f 3)" "$@"
}
worker_user_ready() { id kiln >/dev/null 2>&1 && getent group docker >/dev/null; }

install_worker() {
  is_root || fail "A worker can only be installed by root: run deploy/host/setup worker as root."
  [ -e "$worker_app/quarkus-run.jar" ] \
    || fail "Kiln is not built in $worker_app: run deploy/host/setup maven build, or set KILN_APP to a folder quarkus-app that was built elsewhere."
  find_jdk || fail "$(jdk_sentence)"
  getent group docker >/dev/null || fail "There is no group docker, whose the engine's socket is: run deploy/host/setup engine, then try again."
  if ! id kiln >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir "$KILN_HOME" --shell /usr/sbin/nologin kiln
  fi
  install_worker_files
  if uses_systemd; then
    systemctl daemon-reload
    systemctl enable kiln-worker.service
    # One that runs drains and comes back with the new version; one that never ran waits for its settings.
    systemctl try-restart --no-block kiln-worker.service
  fi
}

install_worker_files() {
  local version owner previous
  version=app-$(worker_version)
  owner=$(worker_owner)
  mkdir -p "$worker_root" "$(dirname "$worker_settings")" "$(dirname "$worker_unit")"
  if [ ! -e "$worker_root/$version" ]; then
    rm -rf "$worker_root/$version.new"
    cp -R "$worker_app" "$worker_root/$version.new"
    chmod -R u=rwX,go=rX "$worker_root/$version.new"
    mv "$worker_root/$version.new" "$worker_root/$version"
  fi
  # All that the worker may write. The rest of its home is root's: the runner, which jobs execute, and the firewall's rules.
  install -d -m 700 -o "$owner" -g "$owner" "$KILN_HOME/jobs" "$KILN_HOME/workers"
  mkdir -p "$KILN_HOME/network"
  if [ ! -e "$KILN_HOME/network/resolv.conf" ]; then touch "$KILN_HOME/network/resolv.conf"; fi
  chown "$owner:$owner" "$KILN_HOME/network/resolv.conf"
  # Without one it starts as well, only later: no engine that answers is no reason to have no worker.
  if ! aot_cache "$worker_root/$version" "$worker_root/$version" >/dev/null; then
    make_aot_cache "$worker_root/$version" "$worker_root/$version" as_worker || true
  fi
  render_worker_arguments "$worker_root/$version" >"$worker_root/$version/server.args.new"
  chmod 644 "$worker_root/$version/server.args.new"
  mv "$worker_root/$version/server.args.new" "$worker_root/$version/server.args"
  # The version that the running worker still loads classes from: its week begins now.
  previous=$(readlink "$worker_root/current" 2>/dev/null || true)
  if [ -n "$previous" ] && [ -d "$worker_root/$previous" ]; then touch "$worker_root/$previous"; fi
  ln -sfn "$version" "$worker_root/current.new"
  mv -T "$worker_root/current.new" "$worker_root/current"
  # The settings are the site's from then on.
  if [ ! -e "$worker_settings" ]; then
    install -m 640 -g "$owner" "$worker_templates/worker.env" "$worker_settings"
  fi
  render_worker_unit >"$worker_unit.new"
  chmod 644 "$worker_unit.new"
  mv "$worker_unit.new" "$worker_unit"
  # Versions that no worker of this week can still be using.
  find "$worker_root" -maxdepth 1 -name 'app-*' -mtime +7 ! -name "$version" -exec rm -rf '{}' +
}
