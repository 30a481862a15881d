#!/usr/bin/env bash
# What a second replica of delivery-service brings where CPU is scarce: replicas.sh [SHARE] (percent of a core for each, 20).
# Eight destinations, each a sink of its own; the stack is started with one replica, then with two, warmed without a bound, then each
# replica is held to its share (the kernel's cpu.cfs_quota_us, periods of 100 ms, as containers have them) and gets more than it can do. Root, cgroup v1.
# Needs what compare.sh needs. Talks to loopback alone; every part is bounded in count and time. About 8 minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${PEERBENCH:?set PEERBENCH to the scratch folder of peerbench}/tools"
share=${1:-20} messages=${MESSAGES:-2500} group=/sys/fs/cgroup/cpu/postern-replicas
children=() postern=
trap 'kill ${children[@]} $postern 2>/dev/null || true; sleep 1; rmdir $group/* $group 2>/dev/null || true' EXIT

directory=$PEERBENCH/replicas.yaml
{
  cat "$here/relay.yaml"
  for i in $(seq 0 7); do
    printf '      - { name: D%d, connectorType: partner, recipientDomains: ["d%d.example"], useMXRecord: false, smartHosts: ["127.0.0.1:26%d6"], tlsSettings: domainValidation, tlsDomain: sink.test }\n' $i $i $i
  done
} >"$directory"
python3 -m http.server 2528 --bind 127.0.0.1 -d "$PEERBENCH/certs" >/dev/null 2>&1 & children+=($!)
for i in $(seq 0 7); do
  ./smtpsink --port 26${i}6 --ctl 26${i}7 --cert ../certs/sink-ec.pem --key ../certs/sink-ec.key --lifetime 1200 >/dev/null 2>&1 & children+=($!)
done

load() { # NAME MESSAGES: to each of the eight, as fast as it is taken
  local senders=()
  for i in $(seq 0 7); do
    ./smtpload --port 2525 --tls starttls --size 10240 --timeout 200 --conns 2 --per-conn 100 --messages "$2" --rcpt-domain d$i.example --run-id "$1$i" >/dev/null & senders+=($!)
  done
  wait "${senders[@]}"
}
received() { for i in $(seq 0 7); do ./sinkctl 26${i}7 STATSJSON; done | grep -oE '"unique":[0-9]+' | cut -d: -f2 | paste -sd+ | bc; }
await() { for _ in $(seq 3000); do [ "$(received)" -lt "$1" ] || return 0; sleep 0.1; done; echo "only $(received) of $1"; return 1; }

for replicas in 1 2; do
  SCALE=delivery-service=$replicas DIRECTORY=$directory "$here/postern.sh" >"$PEERBENCH/replicas.out" 2>&1 </dev/null & postern=$!
  for _ in $(seq 600); do grep -q "mail is taken" "$PEERBENCH/replicas.out" && break; sleep 1; done
  for i in $(seq 0 7); do ./sinkctl 26${i}7 RESET >/dev/null; done
  load warm 5000
  await 40000
  number=0
  for pid in $(pgrep -P "$postern" -f delivery-service/target); do
    number=$((number + 1))
    mkdir -p $group/$number
    echo 100000 >$group/$number/cpu.cfs_period_us
    echo $((share * 1000)) >$group/$number/cpu.cfs_quota_us
    echo "$pid" >$group/$number/cgroup.procs
  done
  [ $number = "$replicas" ] || { echo "$number replicas were found, not $replicas"; exit 1; }
  for i in $(seq 0 7); do ./sinkctl 26${i}7 RESET >/dev/null; done
  began=$(date +%s%N)
  load held "$messages" & loading=$!
  last=0
  for _ in $(seq 400); do
    sleep 2
    now=$(received)
    printf '%s ' $(((now - last) / 2))
    last=$now
    [ "$now" -lt $((8 * messages)) ] || break
  done
  wait $loading
  echo
  echo "$replicas replicas at $share % each: $((8 * messages)) messages, $((8 * messages * 1000 / (($(date +%s%N) - began) / 1000000))) a second to the last one"
  kill $postern && wait $postern || true
  rmdir $group/* 2>/dev/null || true
done
