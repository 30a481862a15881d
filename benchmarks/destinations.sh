#!/usr/bin/env bash
# How long mail to a quick host takes: alone, beside a slow host with as much traffic, beside 990 slow hosts: destinations.sh
# The time that counts is "after accept". Talks to loopback alone; every part is bounded in count and time. About 7 minutes. WARM: seconds of load before.
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ -e "$here/../testing/stack/target/built" ] || "$here/../run" warm
certificates

quick() { # NAME RATE SECONDS: messages at a steady rate to the quick host
  echo "$1, $2 a second"
  "$here/smtp" load --sink 2527 --connections 20 --per-session 0 --rate "$2" --messages $(($2 * $3)) || true
}

# A directory with a slow host and 990 more; those are at 127.1.x.y.
directory=$scratch/destinations.yaml
connector() { # NAME DOMAIN HOST
  printf '      - { name: %s, connectorType: partner, recipientDomains: ["%s"], useMXRecord: false, smartHosts: ["%s"], tlsSettings: domainValidation, tlsDomain: sink.test }\n' "$@"
}
{
  cat "$here/relay.yaml"
  connector Slow slow.example 127.0.0.1:2536
  for i in $(seq 0 989); do connector "S$i" "d$i.slow.example" "127.1.$((i / 250)).$((i % 250 + 1)):2537"; done
} >"$directory"

revocation_lists
sink quick --port 2526 --control 2527
export DIRECTORY=$directory
relay postern
"$here/smtp" load --sink 2527 --seconds "${WARM:-40}"

quick "alone" 300 15
quick "alone" 600 15

sink slow --port 2536 --delay 2000
begin slow-load "$here/smtp" load --connections 20 --per-session 0 --rate 300 --messages 9000 --recipient-domains slow.example
sleep 5
quick "beside a host that takes 2 s a message and gets 300 a second" 300 20
wait "$begun" || true

sink slow-hosts --port 2537 --hosts 990 --delay 30000
"$here/smtp" load --messages 3960 --size 2048 --recipient-domains "$(seq -s, -f 'd%g.slow.example' 0 989)"
quick "beside 990 hosts that take 30 s a message and got four each" 300 60
end
tail -1 "$scratch/slow-hosts.out"
