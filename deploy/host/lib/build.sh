# shellcheck shell=bash
# Kiln itself, by Maven on the JDK that was found.

run_jar=$root/target/quarkus-app/quarkus-run.jar
build_stamp=$root/target/.kiln-source

maven_ready() {
  command -v mvn
}

install_maven() {
  can_install || fail "Maven is not installed on this host: install it (Debian: apt-get install maven) and try again."
  apt_install maven
}

build_source() {
  (cd "$root" && { find pom.xml .mvn src/main -type f -print0 || true; } | sort -z | xargs -0 sha256sum) 2>/dev/null | sha256sum
}

# The stamp is written before a build and holds the hash of the sources it started from; a jar younger than the stamp was
# made from them, also when a later phase, like a test, has failed.
stamp_build() {
  mkdir -p "$root/target"
  build_source >"$build_stamp"
}

build_ready() {
  [ "$run_jar" -nt "$build_stamp" ] && [ "$(build_source)" = "$(cat "$build_stamp" 2>/dev/null)" ]
}

build_project() {
  find_jdk || fail "$(jdk_sentence)"
  stamp_build
  cd "$root"
  JAVA_HOME=$jdk_home mvn -B package -Dmaven.test.skip=true \
    || fail "Maven could not build Kiln: check that Maven reaches its repository, or mend what the compiler names, then try again."
}
