#!/usr/bin/env bash
# Builds an older release from this repository's history and runs its processes and this build's beside each other, on one
# database that this build migrates: the rolling upgrade of docs/OPERATIONS.md, for real.
#
#   deploy/host/test-upgrade.sh COMMIT     a tag or a commit, such as HEAD~1; this build's target/ must be there (mvn package)

set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)

refuse() {
  printf 'test-upgrade: %s\n' "$1" >&2
  exit 2
}

[ $# = 1 ] || refuse "name one commit or tag: deploy/host/test-upgrade.sh COMMIT"
commit=$(git -C "$root" rev-parse --verify --quiet "$1^{commit}") || refuse "there is no commit $1 in this history"
[ -e "$root/target/quarkus-app/quarkus-run.jar" ] || refuse "this build is not there: run mvn package -DskipTests first"

older=$(mktemp -d "${TMPDIR:-/tmp}/kiln-older-XXXXXX")
end() {
  git -C "$root" worktree remove --force "$older/source" 2>/dev/null || true
  rm -rf "$older"
}
trap end EXIT

git -C "$root" worktree add --quiet --detach "$older/source" "$commit"
(cd "$older/source" && mvn -B -ntp -q package -Dmaven.test.skip=true)
cd "$root"
mvn -B -ntp failsafe:integration-test failsafe:verify -Dit.test=RollingUpgradeIT -Dkiln.previous.build="$older/source/target"
