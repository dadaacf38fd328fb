# shellcheck shell=bash
# What a start of the worker loads and links, made once by a worker that comes up and is ended (JEP 483, 514). The JVM holds
# such a cache against itself, but not against the jars: with others it runs the old classes. So each is found by the hash of
# all that it was made of, and by its length, since bytes that are missing crash the JVM.

# As in the manifest of quarkus-run.jar. One flat class path: the cache holds only what the JVM's own loader loads.
aot_options=(
  --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.util.logging.manager=org.jboss.logmanager.LogManager
  -XX:+UseSerialGC -XX:TieredStopAtLevel=1
)

aot_jars() ( # APP: every jar, in the order of the class path
  shopt -s nullglob
  LC_ALL=C # of globs
  printf '%s\n' "$1"/quarkus/transformed*.jar "$1"/quarkus/generated*.jar "$1"/app/*.jar "$1"/lib/boot/*.jar "$1"/lib/main/*.jar
)

aot_path() { aot_jars "$1" | paste -sd :; }

aot_key() { # APP
  {
    aot_jars "$1" | tr '\n' '\0' | xargs -0 stat -c '%n %s %.9Y'
    cat "$jdk_home/release"
    printf '%s\n' "${aot_options[@]}"
  } 2>/dev/null | sha256sum | cut -c 1-16
}

aot_cache() { # APP FOLDER: the cache there of this program and this JDK, if there is one
  local file length
  for file in "$2/server-$(aot_key "$1")"-*.aot; do
    length=${file##*-}
    if [ "$(stat -c %s "$file" 2>/dev/null)" = "${length%.aot}" ]; then
      echo "$file"
      return
    fi
  done
  return 1
}

# make_aot_cache APP FOLDER [COMMAND...]: COMMAND becomes (exec) a program as whoever the worker will be. Without a database, which none
# but the worker's own would be; status 1 where even so no worker comes up, for instance without Docker Engine.
make_aot_cache() {
  local app=$1 folder=$2 key made length status=0
  key=$(aot_key "$app")
  shift 2
  made=$(mktemp -d)
  chmod 711 "$made"
  mkdir "$made/out"
  chmod 777 "$made/out"
  rehearse "$app" "$made" "$@" || status=$?
  # Whoever the worker is may have put something else there, which we would read as root: from here on nobody can.
  chmod 755 "$made/out"
  # The jars may have been built anew meanwhile.
  if [ "$status" -eq 0 ] && plain_file "$made/out/server.aot" && [ "$key" = "$(aot_key "$app")" ]; then
    mkdir -p "$folder"
    rm -f "$folder"/server-*.aot "$folder"/server-*.aot.new
    length=$(stat -c %s "$made/out/server.aot")
    cp "$made/out/server.aot" "$folder/server-$key.aot.new"
    chmod 644 "$folder/server-$key.aot.new"
    mv "$folder/server-$key.aot.new" "$folder/server-$key-$length.aot"
  else
    status=1
  fi
  rm -rf "$made"
  return "$status"
}

# Neither a link, nor another file's second name, nor empty.
plain_file() { [ ! -L "$1" ] && [ -f "$1" ] && [ -s "$1" ] && [ "$(stat -c %h "$1")" = 1 ]; }

# Nothing of this shell's environment: it may name a real database.
rehearse() { # APP MADE [COMMAND...]
  local app=$1 made=$2 worker port="" deadline=$((SECONDS + 90)) status=0
  shift 2
  "$@" env -i PATH="$PATH" LANG=C.UTF-8 KILN_HOME="$KILN_HOME" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} \
    KILN_ROLES=worker KILN_SCHEMA_AT_START=ignore KILN_LOG_FORMAT=text QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 \
    QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:1/kiln \
    "$jdk_home/bin/java" -Xmx512m "${aot_options[@]}" -XX:AOTCacheOutput="$made/out/server.aot" -cp "$(aot_path "$app")" dev.kiln.Main \
    >"$made/log" 2>&1 &
  worker=$!
  while [ -z "$port" ] && [ "$SECONDS" -lt "$deadline" ] && kill -0 "$worker" 2>/dev/null; do
    sleep 0.2
    port=$(sed -n 's|.*Listening on: http://127\.0\.0\.1:\([0-9]*\).*|\1|p' "$made/log" | head -n 1)
  done
  if [ -n "$port" ]; then ask_alive "$port" || status=1; else status=1; fi
  kill -TERM "$worker" 2>/dev/null || true
  end_late "$worker" $((SECONDS + 90))
  wait "$worker" || status=1
  cat "$made/log"
  return "$status"
}

ask_alive() { # PORT
  local answer
  exec 8<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&8
  IFS= read -r -t 20 answer <&8 || answer=
  exec 8>&-
  [[ $answer == "HTTP/1.1 200"* ]]
}

end_late() { # PID DEADLINE
  while kill -0 "$1" 2>/dev/null; do
    if [ "$SECONDS" -ge "$2" ]; then kill -KILL "$1"; fi
    sleep 0.2
  done
}

# --- for ./kiln serve, in the folder that the build has

aot_ready() {
  [ -e "$run_jar" ] && find_jdk || return 1
  aot_cache "$root/target/quarkus-app" "$root/target"
}

build_aot() {
  [ -e "$run_jar" ] || fail "Kiln is not built: run ./kiln setup first."
  find_jdk || fail "$(jdk_sentence)"
  make_aot_cache "$root/target/quarkus-app" "$root/target" \
    || fail "No worker came up to make the AOT cache of: run ./kiln setup, whose parts it needs, then try again."
}
