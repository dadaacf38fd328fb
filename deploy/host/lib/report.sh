# shellcheck shell=bash
# How set-up talks: one line a step with its time, a moving line while a long step runs, one sentence when it cannot go on.
# Everything goes to stderr, so that `./kiln submit --json` keeps a clean stdout even when it has to build first.

failed=3       # how a part of set-up says that it has explained itself; a plain 1 from a check only means "not yet"
step_log_dir=${TMPDIR:-/tmp}
step_log=      # the log of the step that is running
step_sentence= # where a step, which runs in a subshell, leaves the sentence it failed with
step_group=    # the running step's process group

say() { printf '%s\n' "$*" >&2; }

# One sentence: what was tried and what to do. Inside a step it is kept for the parent, which adds where the log is.
fail() {
  if [ -n "$step_sentence" ]; then
    printf '%s' "$*" >"$step_sentence"
  else
    say "kiln: $*"
  fi
  exit "$failed"
}

seconds_since() { # MICROSECONDS: prints "1.2 s"
  local tenths=$(((${EPOCHREALTIME/[.,]/} - $1) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# step NAME CHECK MAKE: CHECK answers whether there is nothing to do, and prints what it found; MAKE does it. CHECK is asked
# again afterwards, so that "done" is what was seen and not what was hoped.
step() {
  local name=$1 check=$2 make=$3 started=${EPOCHREALTIME/[.,]/} found status=0
  found=$("$check") || status=$?
  case "$status" in
    0) say "$name${found:+ ($found)} … already there" && return ;;
    "$failed") exit "$failed" ;; # it has said why nothing can help
  esac
  run_logged "$name" "$make" "$started"
  found=$("$check") || fail "$name: every command succeeded, and still it is not usable. The log is $step_log"
  say "$name${found:+ ($found)} … done in $(seconds_since "$started")"
}

# The step runs in a process group of its own: Ctrl-C then ends everything below it, also what ignores a lost parent.
run_logged() { # NAME FUNCTION STARTED
  local status=0
  mkdir -p "$step_log_dir"
  step_log=$step_log_dir/$(tr -cs 'A-Za-z0-9\n' '-' <<<"${1,,}").log
  step_sentence=$step_log.sentence
  rm -f "$step_sentence"
  set -m
  (
    set +m -e
    "$2"
  ) >"$step_log" 2>&1 </dev/null &
  step_group=$!
  set +m
  show_progress "$1" "$3"
  wait "$step_group" || status=$?
  step_group=
  if [ "$status" -ne 0 ]; then explain_failure "$1" "$status"; fi
  rm -f "$step_sentence"
  step_sentence=
}

explain_failure() { # NAME STATUS
  local sentence
  sentence="$1 failed with status $2: $(last_line "$step_log")."
  if [ -s "$step_sentence" ]; then sentence=$(<"$step_sentence"); fi
  rm -f "$step_sentence"
  step_sentence=
  fail "$sentence The log is $step_log"
}

last_line() { # FILE: its last line that says something, without control characters
  local line
  line=$(tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1) || true
  printf '%s' "${line//[^[:print:]]/}"
}

# On a terminal the line is rewritten in place; in a log file a line every 15 s is enough to see that it lives.
show_progress() { # NAME STARTED
  local elapsed shown=0 width=80 text
  if [ -t 2 ]; then width=$(tput cols 2>/dev/null || echo 80); fi
  while kill -0 "$step_group" 2>/dev/null; do
    elapsed=$(((${EPOCHREALTIME/[.,]/} - $2) / 1000000))
    if [ -t 2 ] && [ "$elapsed" -gt 0 ]; then
      text="$1 … $elapsed s  $(last_line "$step_log")"
      printf '\r\033[K%s' "${text:0:width-1}" >&2
    elif [ $((elapsed - shown)) -ge 15 ]; then
      shown=$elapsed
      say "$1 … $elapsed s so far"
    fi
    sleep 0.2
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

end_running_step() {
  if [ -n "$step_group" ]; then kill -TERM -- "-$step_group" 2>/dev/null || true; fi
}
