# shellcheck shell=bash
# What the JVM remembers of earlier starts (an AOT cache, JEP 483): classes read, linked and verified. Made for this checkout,
# this jar and this JDK. A start without, or with one that no longer fits, is slower and nothing else: the JVM compares jars and
# version itself, and is told not to talk about it.

export KILN_AOT=$KILN_HOME/aot/${root//\//-} # the Java side reads it too
app=$root/target/quarkus-app

# Short-lived JVMs: no effort spent on code that runs once.
client_options=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable)

# What the JVM would otherwise say on the terminal about the broker's native code, Unsafe and logging.
quiet_options=(
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager
)

# A small JVM: broker and database are to leave memory and processors to the jobs.
machine_options=(-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 '-Xlog:aot*=off' '-Xlog:cds*=off' "${quiet_options[@]}")
machine_class_path="$app/app/*:$app/lib/main/*:$app/lib/boot/*:$root/target/embedded/*"

# All jars, since a list of those that Docker's client draws in would soon be wrong.
local_options=("${client_options[@]}" "${quiet_options[@]}")
local_class_path="$app/app/*:$app/quarkus/generated-bytecode.jar:$app/lib/main/*:$app/lib/boot/*"

# Sets client_class_path: few jars.
find_client_class_path() {
  local jar
  client_class_path=""
  for jar in "$app"/app/*.jar "$app"/lib/main/info.picocli.picocli-*.jar "$app"/lib/main/com.fasterxml.jackson.*.jar; do
    client_class_path+=${client_class_path:+:}$jar
  done
}

cache_stamp() {
  {
    cat "$jdk_home/release" || true
    find "$app" "$root/target/embedded" -name '*.jar' -printf '%p %s %T@\n' | sort
  } 2>/dev/null | sha256sum
}

cache_ready() { # NAME
  find_jdk && [ "$(cache_stamp)" = "$(cat "$KILN_AOT/$1.stamp" 2>/dev/null)" ]
}

# The stamp also says that there is none because it could not be made: that is no reason to try again at each start.
make_cache() { # NAME COMMAND...
  local name=$1
  shift
  find_jdk || fail "$(jdk_sentence)"
  mkdir -p "$KILN_AOT"
  rm -f "$KILN_AOT/$name.aot"
  "$@" || true
  cache_stamp >"$KILN_AOT/$name.stamp"
}

client_cache_ready() { cache_ready client; }
make_client_cache() { make_cache client train_client; }

train_client() {
  find_client_class_path
  "$jdk_home/bin/java" "${client_options[@]}" -XX:AOTCacheOutput="$KILN_AOT/client.aot" -cp "$client_class_path" \
    dev.kiln.cli.Main train
}

server_cache_ready() { cache_ready server; }
make_server_cache() {
  make_cache local train_local
  make_cache server train_machine
}

# A Kiln of its own, whose server and whose broker's JVM are both trained.
train_machine() {
  rm -f "$KILN_AOT/machine.aot"
  KILN_ROOT=$root KILN_JAVA=$jdk_home/bin/java "$jdk_home/bin/java" "${machine_options[@]}" \
    -XX:AOTCacheOutput="$KILN_AOT/machine.aot" -cp "$machine_class_path" dev.kiln.cli.Main train "$KILN_AOT/server.aot"
}

train_local() {
  echo 'print("trained")' | KILN_ROOT=$root "$jdk_home/bin/java" "${local_options[@]}" \
    -XX:AOTCacheOutput="$KILN_AOT/local.aot" -cp "$local_class_path" dev.kiln.cli.Main run --language python -
}
