#!/usr/bin/env bash
# Postern beside a tuned Postfix, one after the other: compare.sh [postern|postfix ...] (default: both). Root and an installed Postfix for the latter.
# SIZES, PER_SESSION, CONNECTIONS: what is measured, each with each. RUNS of SECONDS_EACH, of which the median counts. WARM: seconds of load before.
# Talks to 127.0.0.1 alone; every part is bounded in time. About 15 minutes.
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ -e "$here/../testing/stack/target/built" ] || "$here/../run" warm
certificates
revocation_lists
sink sink --control 2527
for relay in ${@:-postern postfix}; do
  relay "$relay"
  measured=$begun
  echo "## $relay"
  "$here/smtp" load --sink 2527 --cpu-of "$measured" --table --warm-up "${WARM:-40}" --runs "${RUNS:-3}" --seconds "${SECONDS_EACH:-4}" \
    --size "${SIZES:-10240,102400,1048576}" --per-session "${PER_SESSION:-100,1}" --connections "${CONNECTIONS:-10}" || true
  kill "$measured" && wait "$measured" || true
done
