# shellcheck shell=bash
# Finds a JDK. Read from the folder's `release` file and without a subshell where possible, since every `./kiln submit`
# passes here and starting a JVM only to ask its version would double its time.

jdk_wanted=25
jvm_folders=${KILN_JVM_FOLDERS:-/usr/lib/jvm /usr/java /opt/java}
jdk_home= # the JDK that was found
jdk_major=

jdk_sentence() {
  printf 'Kiln needs a JDK %s or newer: install one (Debian 13: apt-get install openjdk-%s-jdk-headless) and set JAVA_HOME to it.' \
    "$jdk_wanted" "$jdk_wanted"
}

# JAVA_HOME, then the java on PATH, then the system's folders.
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && accept_jdk "$JAVA_HOME"; then return 0; fi
  local java home
  if java=$(command -v java); then
    java=$(readlink -f "$java")
    if accept_jdk "${java%/bin/java}"; then return 0; fi
    # A version manager's shim is no JDK folder; the JVM behind it knows its own.
    if [ ! -x "${java%/bin/java}/bin/javac" ]; then
      home=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || true
      if [ -n "$home" ] && accept_jdk "$home"; then return 0; fi
    fi
  fi
  find_jdk_in_folders
}

# The lowest that will do: it is the release Kiln is built and tested on.
find_jdk_in_folders() {
  local folder home best="" best_major=""
  for folder in $jvm_folders; do
    for home in "$folder"/*; do
      if accept_jdk "$home" && [ "$jdk_major" -lt "${best_major:-999}" ]; then
        best=$home best_major=$jdk_major
      fi
    done
  done
  jdk_home=$best jdk_major=$best_major
  [ -n "$best" ]
}

accept_jdk() { # HOME: a JDK (a bare JRE cannot build) that is new enough?
  local key value
  jdk_home="" jdk_major=""
  if [ ! -x "$1/bin/java" ] || [ ! -x "$1/bin/javac" ]; then return 1; fi
  if [ -r "$1/release" ]; then
    while IFS='=' read -r key value; do
      if [ "$key" = JAVA_VERSION ]; then jdk_major=${value//\"/}; fi
    done <"$1/release"
  else
    jdk_major=$("$1/bin/javac" -version 2>&1) || return 1
    jdk_major=${jdk_major#javac }
  fi
  jdk_major=${jdk_major%%[!0-9]*}
  [ -n "$jdk_major" ] && [ "$jdk_major" -ge "$jdk_wanted" ] || return 1
  jdk_home=$1
}

jdk_ready() {
  find_jdk || return 1
  echo "$jdk_major in $jdk_home"
}

install_jdk() {
  local package=openjdk-$jdk_wanted-jdk-headless
  can_install || fail "$(jdk_sentence)"
  refresh_apt
  apt_has "$package" || fail "$(jdk_sentence)"
  apt_install "$package"
}
