# shellcheck shell=bash
# The image of the engine beside a worker in a pod (deploy/k8s/engine), for the test that starts it. A site builds its own.

pod_release=trixie # whose gVisor has systrap
pod_base=debian:$pod_release-slim

pod_base_ready() {
  docker image inspect "$pod_base" >/dev/null 2>&1 || return 1
  echo "$pod_base"
}

provide_pod_base() (
  base_release=$pod_release default_base=$pod_base base_image=$pod_base
  unset KILN_BASE_IMAGE
  provide_base
)

pod_engine_image() { echo "kiln-engine:$(pom_value version)"; }

pod_engine_source() {
  {
    hash_of "$root/deploy/k8s/engine"
    hash_of "$KILN_HOME/runner/"
    docker image inspect --format '{{.Id}}' "$pod_base"
    for language in $(languages); do docker image inspect --format '{{.Id}}' "$(sandbox_image)"; done
  } | sha256sum | cut -c 1-32
}

pod_engine_ready() {
  local built
  built=$(docker image inspect --format '{{index .Config.Labels "dev.kiln.source"}}' "$(pod_engine_image)" 2>/dev/null) || return 1
  [ "$built" = "$(pod_engine_source)" ] || return 1
  pod_engine_image
}

build_pod_engine() {
  local -a proxies
  mapfile -t proxies < <(proxy_options)
  "$root/deploy/k8s/engine/build" "$(pod_engine_image)" --build-arg "BASE=$pod_base" "${proxies[@]}" --label "dev.kiln.source=$(pod_engine_source)" \
    || fail "The image $(pod_engine_image) could not be built from deploy/k8s/engine: check that containers reach the package mirror that $pod_base names, then try again."
}
