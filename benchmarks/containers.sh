#!/usr/bin/env bash
# Rate and CPU a message of Postern in containers, as docker-compose.yml starts it: containers.sh. The images are built before (make docker).
# Load, sink and revocation lists run inside the containers' own networks, at 127.0.0.1: nothing stands between that is not the product's.
# Root and cgroup v1; a project and volumes of its own, which are removed at the end. About 8 minutes. WARM: messages before, at 100 a session.
set -euo pipefail
. "$(dirname "$0")/common.sh"
export COMPOSE_PROJECT_NAME=postern-benchmark POSTERN_SMTP_PORTS=0 POSTERN_API_PORTS=0 POSTERN_CERTIFICATE_PORTS=0
export POSTERN_REVOCATION_ALLOW_PRIVATE_TARGETS=true POSTERN_DELIVERY_ALLOW_PRIVATE_TARGETS=true
compose() { docker compose -f "$here/../docker-compose.yml" "$@"; }
trap 'end; compose down --volumes --timeout 20 >/dev/null 2>&1 || true' EXIT
certificates

network_of() { # SERVICE
  echo "/proc/$(docker inspect --format '{{.State.Pid}}' "$(compose ps -q "$1")")/ns/net"
}
in_network_of() { nsenter "--net=$(network_of "$1")" "${@:2}"; } # SERVICE COMMAND...
received() { in_network_of delivery-service curl -s http://127.0.0.1:2527/totals | cut -d' ' -f1; }
load() { in_network_of ingress-service "$here/smtp" load --timeout 300 "$@"; }
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
compose exec -T certificate-service sh -c 'cat >/etc/postern/anchors/ca.pem' <"$certs/ca.pem" 2>/dev/null ||
  docker run --rm -i --user 1000:1000 -v postern-benchmark_anchors:/anchors --entrypoint sh postern/tools -c 'cat >/anchors/ca.pem' <"$certs/ca.pem"
sed -E '/^#/d' "$here/relay.yaml" | compose run --rm -T postern apply -
begin lists nsenter "--net=$(network_of certificate-service)" python3 -m http.server 2528 --bind 127.0.0.1 -d "$certs"
begin sink nsenter "--net=$(network_of delivery-service)" "$here/smtp" sink --control 2527 --certificate "$certs/sink.pem"
await sink '^ready'
for _ in $(seq 60); do load --connections 1 --messages 1 --size 1024 >/dev/null && break; sleep 1; done

measure() { # NAME MESSAGES ARGUMENTS
  local messages=$2 before=() after=() began earlier
  earlier=$(received)
  mapfile -t before < <(used)
  began=$(date +%s%N)
  load --messages "$messages" "${@:3}" || true
  for _ in $(seq 2000); do [ "$(received)" -lt $((earlier + messages)) ] || break; sleep 0.1; done
  local took=$((($(date +%s%N) - began) / 1000000)) got
  got=$(($(received) - earlier))
  sleep 2
  mapfile -t after < <(used)
  printf '%s: %d of %d, %d a second; CPU us a message: broker %d, ingress %d, policy %d, certificate %d, delivery %d, all %d\n' "$1" "$got" "$messages" \
    $((messages * 1000 / took)) $(for i in 0 1 2 3 4 5; do echo $(((after[i] - before[i]) / messages)); done)
}
measure warm "${WARM:-50000}" --connections 10 --per-session 100 --size 10240
measure warm1 $((${WARM:-50000} * 3 / 25)) --connections 10 --per-session 1 --size 10240
for _ in 1 2 3; do measure "10 KB, 100 a session, 10 connections" 5000 --connections 10 --per-session 100 --size 10240; done
for _ in 1 2; do measure "10 KB, 100 a session, 50 connections" 8000 --connections 50 --per-session 100 --size 10240; done
for _ in 1 2 3; do measure "10 KB, 1 a session, 10 connections" 2000 --connections 10 --per-session 1 --size 10240; done
for _ in 1 2 3; do measure "1 MB, 100 a session, 10 connections" 300 --connections 10 --per-session 100 --size 1048576; done
