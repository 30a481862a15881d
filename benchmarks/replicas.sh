#!/usr/bin/env bash
# What a second replica of delivery-service brings where CPU is scarce: replicas.sh [SHARE] (percent of a core for each, 20).
# Eight destinations; the stack is started with one replica, then with two, warmed without a bound, then each replica is held to its share
# (the kernel's cpu.cfs_quota_us, periods of 100 ms, as containers have them) and gets more than it can do. Root, cgroup v1.
# Talks to loopback alone; every part is bounded in count and time. About 8 minutes. MESSAGES: of each measured run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
share=${1:-20} messages=${MESSAGES:-20000} group=/sys/fs/cgroup/cpu/postern-replicas
trap 'end; rmdir $group/* $group 2>/dev/null || true' EXIT
[ -e "$here/../testing/stack/target/built" ] || "$here/../run" warm
certificates

directory=$scratch/replicas.yaml
{
  cat "$here/relay.yaml"
  for i in $(seq 0 7); do
    printf '      - { name: D%d, connectorType: partner, recipientDomains: ["d%d.example"], useMXRecord: false, smartHosts: ["127.0.0.1:26%d6"], tlsSettings: domainValidation, tlsDomain: sink.test }\n' $i $i $i
  done
} >"$directory"
domains=$(seq -s, -f 'd%g.example' 0 7)

load=("$here/smtp" load --connections 16 --timeout 300 --recipient-domains "$domains")
received() { curl -s http://127.0.0.1:2527/totals | cut -d' ' -f1; }
await_received() { for _ in $(seq 3000); do [ "$(received)" -lt "$1" ] || return 0; sleep 0.1; done; echo "only $(received) of $1"; return 1; }

export DIRECTORY=$directory
for replicas in 1 2; do
  revocation_lists
  sink sink --port "$(seq -s, -f '26%g6' 0 7)" --control 2527
  export SCALE=delivery-service=$replicas
  relay postern
  postern=$begun
  "${load[@]}" --messages 40000
  await_received 40000
  number=0
  for pid in $(pgrep -P "$postern" -f delivery-service/target); do
    number=$((number + 1))
    mkdir -p $group/$number
    echo 100000 >$group/$number/cpu.cfs_period_us
    echo $((share * 1000)) >$group/$number/cpu.cfs_quota_us
    echo "$pid" >$group/$number/cgroup.procs
  done
  [ $number = "$replicas" ] || { echo "$number replicas were found, not $replicas"; exit 1; }
  began=$(date +%s%N)
  begin held "${load[@]}" --messages "$messages"
  last=40000
  for _ in $(seq 400); do
    sleep 2
    now=$(received)
    printf '%s ' $(((now - last) / 2))
    last=$now
    [ "$now" -lt $((40000 + messages)) ] || break
  done
  echo
  echo "$replicas replicas at $share % each: $messages messages, $((messages * 1000 / (($(date +%s%N) - began) / 1000000))) a second to the last one"
  end
  rmdir $group/* 2>/dev/null || true
done
