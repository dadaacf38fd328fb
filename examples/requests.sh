# Which pages did visitors ask for in vain?
set -euo pipefail
awk '$2 == 404 { print $1 }' data/requests.log | sort | uniq -c | sort -rn |
    while read -r count page; do echo "$page: $count times"; done
