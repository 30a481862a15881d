#!/usr/bin/env bash
# Starts Postern for peerbench, in the foreground and with all its processes as children: mail for 127.0.0.1 to the sink at
# 127.0.0.1:2526, whose certificate is validated against peerbench's CA, revocation included. A new state at each start.
# DIRECTORY: another one than relay.yaml. SCALE: replicas, such as delivery-service=2. PEERBENCH: the scratch folder of peerbench, with certs/ made by its gencerts.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=${PEERBENCH:?set PEERBENCH to the scratch folder of peerbench}/postern
rm -rf "$state"
# Not beside the measurement. COLD=1 measures without caches: remove */target/aot before.
[ -n "${COLD:-}" ] || "$here/../run" warm || true
exec "$here/../run" --state "$state" --smtp-port 2525 --size server --no-warm \
  --directory "${DIRECTORY:-$here/relay.yaml}" --anchors "$PEERBENCH/certs/ca.pem" ${SCALE:+--scale "$SCALE"}
