#!/usr/bin/env bash
# Starts Postern for a benchmark, in the foreground and with all its processes as children: mail for 127.0.0.1 to the sink at
# 127.0.0.1:2526, whose certificate is validated against the benchmarks' CA, revocation included. A new state at each start.
# DIRECTORY: another one than relay.yaml. SCALE: replicas, such as delivery-service=2. BROKERS: 3. POSTERN_LOG_PARTITIONS: of the mail topics.
# PEERBENCH: the folder with certs/ca.pem, in which the state is kept too (default: target/benchmarks, where a CA is made).
set -euo pipefail
. "$(dirname "$0")/common.sh"
state=$scratch/postern
rm -rf "$state"
# Not beside the measurement. COLD=1 measures without caches: remove */target/aot before.
[ -n "${COLD:-}" ] || "$here/../run" warm || true
certificates
exec "$here/../run" --state "$state" --smtp-port 2525 --size server --no-warm \
  --directory "${DIRECTORY:-$here/relay.yaml}" --anchors "$certs/ca.pem" ${SCALE:+--scale "$SCALE"} ${BROKERS:+--brokers "$BROKERS"}
