#!/bin/bash
# kafka-run-class.sh CLASS ARGUMENT...
set -euo pipefail
read -ra heap <<<"${KAFKA_HEAP_OPTS:--Xmx512m}"
exec java "${heap[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "/opt/kafka/config:/opt/kafka/libs/*" "$@"
