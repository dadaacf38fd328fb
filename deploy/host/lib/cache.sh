# shellcheck shell=bash
# What the JVM remembers of an earlier start of the servers (AOT caches, JEP 483): classes read, linked and verified. Made by
# `./kiln setup` and by nothing else, since it takes a minute. A start without them is slower and nothing else.

caches=$root/target/aot
app=$root/target/quarkus-app

# What the JVM would otherwise say on the terminal about the broker's native code, Unsafe and logging.
quiet_options=(
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager
)

# A small JVM: broker and database are to leave memory and processors to the jobs.
machine_options=(-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "${quiet_options[@]}")
machine_class_path="$app/app/*:$app/lib/main/*:$app/lib/boot/*:$root/target/embedded/*"

# The JVM, and every jar, that a cache was made with.
cache_stamp() {
  {
    printf '%s\n' "$jdk_home"
    cat "$jdk_home/release"
    stat -L -c '%s %Y' "$jdk_home/lib/server/libjvm.so"
    find "$app" "$root/target/embedded" -name '*.jar' -printf '%p %s %T@\n' | sort
  } 2>/dev/null | sha256sum
}

caches_fit() {
  find_jdk && [ "$(cache_stamp)" = "$(cat "$caches/stamp" 2>/dev/null)" ]
}

# The JVM compares jars and version itself, but trusts what else a cache holds: one damaged inside would be its crash.
cache_sound() { # NAME
  [ -s "$caches/$1.aot" ] && [ "$(cksum <"$caches/$1.aot")" = "$(cat "$caches/$1.sum" 2>/dev/null)" ]
}

# Prints where this cache is; nothing when there is no sound one for this JDK and these jars.
find_cache() { # NAME
  if caches_fit && cache_sound "$1"; then echo "$caches/$1.aot"; fi
}

# The JVM's options for a cache, one a line. It passes over one that does not fit its other options, and is not to talk of it.
cache_options() { # [FILE]
  if [ -n "$1" ]; then printf '%s\n' "-XX:AOTCache=$1" '-Xlog:aot*=off' '-Xlog:cds*=off'; fi
}

# The stamp also says that there are none because they could not be made: no reason to try at each set-up, nor to fail it.
caches_ready() {
  caches_fit || return 1
  if ! cache_sound server && ! cache_sound machine; then echo "could not be made: starts take longer"; fi
}

make_caches() {
  find_jdk || fail "$(jdk_sentence)"
  rm -rf "$caches"
  mkdir -p "$caches"
  train_machine || true
  local name
  for name in machine server; do
    if [ -s "$caches/$name.aot" ]; then cksum <"$caches/$name.aot" >"$caches/$name.sum"; fi
  done
  cache_stamp >"$caches/stamp"
}

# A Kiln of its own that runs one job; its server's JVM and that of its broker both write down what they loaded.
train_machine() {
  KILN_ROOT=$root KILN_JAVA=$jdk_home/bin/java KILN_SERVER_CACHE="" timeout --foreground --kill-after=30 300 \
    "$jdk_home/bin/java" "${machine_options[@]}" -XX:AOTCacheOutput="$caches/machine.aot" \
    -cp "$machine_class_path" dev.kiln.cli.Main train "$caches/server.aot"
}
