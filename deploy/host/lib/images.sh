# shellcheck shell=bash
# The images jobs run in, one for each folder of docker/sandbox, and the one they are built on.

probe_image=kiln/python:latest # trusted: what is registered with the engine is tried in it
base_release=bookworm
default_base=debian:$base_release-slim # which the versions in docker/sandbox are of
base_image=${KILN_BASE_IMAGE:-$default_base}

base_ready() {
  docker image inspect "$base_image" >/dev/null 2>&1 || return 1
  echo "$base_image"
}

# From the registry, or where none can be reached out of the host's own packages under the same name.
provide_base() {
  if timeout 90 docker pull "$base_image"; then return; fi
  if [ -n "${KILN_BASE_IMAGE:-}" ]; then fail "The base image $base_image could not be pulled: check KILN_BASE_IMAGE and the registry."; fi
  can_install || fail "The base image $base_image could not be pulled: docker load it, name another Debian image in KILN_BASE_IMAGE, or run deploy/host/setup as root."
  bootstrap_base \
    || fail "The base image $base_image could neither be pulled nor be made from this host's packages: docker load it, or name another Debian image in KILN_BASE_IMAGE."
}

# Makes a root file system with a working apt. Its sources are the host's, so that builds on it find packages too.
bootstrap_base() {
  local sources=$work/base-sources.list option path
  local -a options=()
  if ! have mmdebstrap; then apt_install mmdebstrap; fi
  refresh_apt
  derived_sources "$base_release" >"$sources"
  if [ ! -s "$sources" ]; then
    echo "this host's apt has no Debian repository to take packages from"
    return 1
  fi
  while read -r option; do options+=("--aptopt=$option"); done < <(host_apt_options)
  for path in doc man info locale; do options+=("--dpkgopt=path-exclude=/usr/share/$path/*"); done
  options+=(--dpkgopt=force-unsafe-io) # an image that a crash leaves half made is simply made again
  if grep -q https: "$sources"; then options+=(--include=ca-certificates); fi
  # Through a file: what is cut off half way must not become an image that looks whole.
  mmdebstrap --variant=apt --format=tar "${options[@]}" "$base_release" "$work/base.tar" "$sources" \
    && docker import --change 'CMD ["bash"]' "$work/base.tar" "$base_image"
}

hash_of() { # FOLDER [TEXT]: one hash over names and contents
  (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum && echo "${2:-}") | sha256sum | cut -c 1-32
}

languages() { # the names of all sandbox images
  local file
  for file in "$root"/docker/sandbox/*/Dockerfile; do basename "$(dirname "$file")"; done
}

# Steps take no arguments, so the image in question is $language.
sandbox_image() { echo "kiln/$language:latest"; }

sandbox_source() { # the hash of everything the image is built from
  hash_of "$root/docker/sandbox/$language" "$base_image"
}

image_ready() {
  local built
  built=$(docker image inspect --format '{{index .Config.Labels "dev.kiln.source"}}' "$(sandbox_image)" 2>/dev/null) || return 1
  [ "$built" = "$(sandbox_source)" ] || return 1
  sandbox_image
}

# Whoever names another base wants the versions that it has.
version_options() { # FOLDER
  local name
  if [ "$base_image" = "$default_base" ]; then return; fi
  while read -r name; do printf '%s\n' --build-arg "$name=*"; done < <(sed -n 's/^ARG \([A-Z_]*\)=.*[*]$/\1/p' "$1/Dockerfile")
}

build_sandbox_image() {
  local folder=$root/docker/sandbox/$language
  local -a versions
  mapfile -t versions < <(version_options "$folder")
  build_image "$(sandbox_image)" "$folder" "${versions[@]}" --label "dev.kiln.source=$(sandbox_source)" \
    || fail "The sandbox image $(sandbox_image) could not be built from docker/sandbox/$language: check that containers reach the package mirror that $base_image names, then try again."
}

build_image() { # TAG FOLDER OPTION...
  local tag=$1 folder=$2
  local -a options
  shift 2
  mapfile -t options < <(proxy_options)
  docker build --build-arg "BASE=$base_image" "${options[@]}" "$@" --tag "$tag" "$folder"
}

# Known to every Dockerfile without being declared, and never kept in the image.
proxy_options() {
  local name
  for name in http_proxy https_proxy no_proxy; do
    if [ -n "${!name:-}" ]; then printf '%s\n' --build-arg "$name"; fi
  done
}
