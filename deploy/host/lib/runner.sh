# shellcheck shell=bash
# The runner: PID 1 of every sandbox. Sandboxes mount $KILN_HOME/runner, so that a version is never changed in place: each
# has a folder of its own and `runner` is a link, which is switched in one step. A sandbox keeps the version it started with.

runner_image=kiln/runner:latest

runner_version() { hash_of "$root/docker/runner" "$base_image" | cut -c 1-12; }

runner_ready() {
  [ "$(readlink "$KILN_HOME/runner")" = "runner-$(runner_version)" ] && [ -x "$KILN_HOME/runner/kiln-runner" ] || return 1
  echo "$KILN_HOME/runner/kiln-runner"
}

build_runner() {
  local version folder
  version=$(runner_version)
  folder=$KILN_HOME/runner-$version
  build_image "$runner_image" "$root/docker/runner" || fail "The runner could not be built from docker/runner: check that containers reach the package mirror that $base_image names, then try again."
  rm -rf "$work/runner"
  mkdir "$work/runner"
  take_file_out "$runner_image" /kiln-runner "$work/runner/kiln-runner"
  cp -R "$root/docker/runner/python" "$work/runner/python"
  # Jobs run as uid 1000 and read these; nobody but the owner may change them, whatever the checkout's modes are.
  chmod -R u=rwX,go=rX "$work/runner"
  chmod 755 "$work/runner/kiln-runner"
  install_runner "$work/runner" "$folder"
}

take_file_out() { # IMAGE PATH FILE
  local container
  container=$(docker create "$1" "$2")
  docker cp "$container:$2" "$3"
  docker rm "$container"
}

install_runner() { # FROM FOLDER
  local previous
  rm -rf "$2"
  cp -R "$1" "$2.new"
  mv "$2.new" "$2"
  if [ -d "$KILN_HOME/runner" ] && [ ! -L "$KILN_HOME/runner" ]; then rm -rf "$KILN_HOME/runner"; fi
  # The version that containers have mounted: its week begins now.
  previous=$(readlink "$KILN_HOME/runner" 2>/dev/null || true)
  if [ -n "$previous" ] && [ -d "$KILN_HOME/$previous" ]; then touch "$KILN_HOME/$previous"; fi
  ln -sfn "$(basename "$2")" "$KILN_HOME/runner.new"
  mv -T "$KILN_HOME/runner.new" "$KILN_HOME/runner"
  # Versions that no sandbox of this week can still be using.
  find "$KILN_HOME" -maxdepth 1 -name 'runner-*' -mtime +7 ! -name "$(basename "$2")" -exec rm -rf '{}' +
}
