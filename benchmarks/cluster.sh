#!/usr/bin/env bash
# One broker and three, plain and with mutual TLS, and more replicas, all on this machine, one after the other: cluster.sh [BROKERS:LINK:REPLICAS ...]
# (default: the six below). The load's sessions go to the replicas of ingress in turn. With three brokers and one
# replica each, a minute of steady load follows, and another in which the first broker is killed after 20 s; it comes back by itself.
# WARM: seconds of load of each kind before the first run, RUNS of SECONDS_EACH, RATE of the steady load (messages a second).
# Talks to 127.0.0.1 alone; every part is bounded in time. About 6 minutes for each, 8 with the steady load; needs `make build`.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$here/../tools/jdk.sh"
java=$(find_jdk)/bin/java
tests=$here/../testing/end-to-end/target
[ -e "$tests/test.classpath" ] || { echo "cluster.sh: run make build" >&2; exit 3; }
certificates
revocation_lists
sink sink --control 2527
load=("$here/smtp" load --sink 2527 --table)
[ $# -gt 0 ] || set -- 1:plain:1 1:tls:1 3:plain:1 3:tls:1 3:tls:2 3:tls:4
for each in "$@"; do
  IFS=: read -r brokers link replicas <<<"$each"
  state=$scratch/cluster
  rm -rf "$state"
  begin cluster "$java" -Xmx256m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$tests/test-classes:$(cat "$tests/test.classpath")" io.postern.e2e.MeasuredClusterMain \
    "$here/.." "$state" "${DIRECTORY:-$here/relay.yaml}" "$certs/ca.pem" "$brokers" "$link" "$replicas"
  cluster=$begun
  await cluster 'mail is taken at'
  ports=$(sed -n 's/^mail is taken at //p' "$scratch/cluster.out")
  first=$(sed -n 's/^brokers \([0-9]*\).*/\1/p' "$scratch/cluster.out")
  echo "## $brokers brokers, $link, $replicas of each service"
  "${load[@]}" --port "$ports" --cpu-of "$cluster" --warm-up "${WARM:-110}" --runs "${RUNS:-3}" --seconds "${SECONDS_EACH:-4}" \
    --size 10240 --per-session 100,1 --connections 10 || true
  if [ "$brokers:$replicas" = 3:1 ]; then
    steady=("${load[@]}" --port "$ports" --rate "${RATE:-100}" --seconds 60 --size 10240 --per-session 10 --connections 10)
    echo "steady load"
    "${steady[@]}" || true
    echo "steady load, a broker killed after 20 s"
    (sleep 20; kill -9 "$first") &
    children+=($!)
    "${steady[@]}" || true
  fi
  kill "$cluster" && wait "$cluster" || true
done
