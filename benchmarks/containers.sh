#!/usr/bin/env bash
# Rate and CPU a message of Postern in containers, as docker-compose.yml starts it: containers.sh. The images are built before (make docker).
# Load, sink and revocation lists run inside the containers' own networks, at 127.0.0.1: nothing stands between that is not the product's.
# Root, cgroup v1, and what compare.sh needs; a project and volumes of its own, which are removed at the end. About 8 minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${PEERBENCH:?set PEERBENCH to the scratch folder of peerbench}/tools"
export COMPOSE_PROJECT_NAME=postern-benchmark POSTERN_SMTP_PORTS=0 POSTERN_API_PORTS=0 POSTERN_CERTIFICATE_PORTS=0
export POSTERN_REVOCATION_ALLOW_PRIVATE_TARGETS=true POSTERN_DELIVERY_ALLOW_PRIVATE_TARGETS=true
compose() { docker compose -f "$here/../docker-compose.yml" "$@"; }
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; compose down --volumes --timeout 20 >/dev/null 2>&1 || true' EXIT

in_network_of() { # SERVICE COMMAND...
  local pid
  pid=$(docker inspect --format '{{.State.Pid}}' "$(compose ps -q "$1")")
  nsenter "--net=/proc/$pid/ns/net" "${@:2}"
}
ctl() { in_network_of delivery-service ./sinkctl 2527 "$1"; }
received() { ctl STATSJSON | grep -oE '"unique":[0-9]+' | cut -d: -f2; }
load() { in_network_of ingress-service ./smtpload --port 2525 --tls starttls --timeout 300 "$@"; }
used() { # microseconds of CPU: of each service's container, then of all
  local id all=0 each
  for service in broker ingress-service policy-service certificate-service delivery-service; do
    id=$(compose ps -q $service)
    each=$(($(cat /sys/fs/cgroup/cpuacct/docker/"$id"/cpuacct.usage) / 1000))
    all=$((all + each))
    echo $each
  done
  echo $all
}

compose up -d --wait-timeout 300 broker ingress-service policy-service certificate-service delivery-service
for _ in $(seq 120); do compose ps --format '{{.Service}} {{.Health}}' | grep -c ' healthy' | grep -q '^[4-9]' && break; sleep 1; done
compose exec -T certificate-service sh -c 'cat >/etc/postern/anchors/ca.pem' <"$PEERBENCH/certs/ca.pem" 2>/dev/null ||
  docker run --rm -i --user 1000:1000 -v postern-benchmark_anchors:/anchors --entrypoint sh postern/tools -c 'cat >/anchors/ca.pem' <"$PEERBENCH/certs/ca.pem"
sed -E '/^#/d' "$here/relay.yaml" | compose run --rm -T postern apply -
in_network_of certificate-service python3 -m http.server 2528 --bind 127.0.0.1 -d "$PEERBENCH/certs" >/dev/null 2>&1 & children+=($!)
in_network_of delivery-service ./smtpsink --port 2526 --ctl 2527 --cert "$PEERBENCH/certs/sink-ec.pem" --key "$PEERBENCH/certs/sink-ec.key" --lifetime 1200 >/dev/null 2>&1 & children+=($!)
for _ in $(seq 60); do load --conns 1 --per-conn 1 --messages 1 --size 1024 --run-id "try$RANDOM" 2>&1 | grep -q 'accepted 1 of 1 ' && break; sleep 1; done

measure() { # NAME MESSAGES ARGUMENTS
  local messages=$2 before=() after=() began
  ctl RESET >/dev/null
  mapfile -t before < <(used)
  began=$(date +%s%N)
  load --messages "$messages" --run-id "r$RANDOM" "${@:3}" | sed -n '/^accept latency/p'
  for _ in $(seq 2000); do [ "$(received)" -lt "$messages" ] || break; sleep 0.1; done
  local took=$((($(date +%s%N) - began) / 1000000)) got
  got=$(received)
  sleep 2
  mapfile -t after < <(used)
  printf '%s: %d of %d, %d a second; CPU us a message: broker %d, ingress %d, policy %d, certificate %d, delivery %d, all %d\n' "$1" "$got" "$messages" \
    $((messages * 1000 / took)) $(for i in 0 1 2 3 4 5; do echo $(((after[i] - before[i]) / messages)); done)
}
measure warm "${WARM:-50000}" --conns 10 --per-conn 100 --size 10240
measure warm1 $((${WARM:-50000} * 3 / 25)) --conns 10 --per-conn 1 --size 10240
for _ in 1 2 3; do measure "10 KB, 100 a session, 10 connections" 5000 --conns 10 --per-conn 100 --size 10240; done
for _ in 1 2; do measure "10 KB, 100 a session, 50 connections" 8000 --conns 50 --per-conn 100 --size 10240; done
for _ in 1 2 3; do measure "10 KB, 1 a session, 10 connections" 2000 --conns 10 --per-conn 1 --size 10240; done
for _ in 1 2 3; do measure "1 MB, 100 a session, 10 connections" 300 --conns 10 --per-conn 100 --size 1048576; done
