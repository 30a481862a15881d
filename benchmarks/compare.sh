#!/usr/bin/env bash
# Postern beside Postfix, tuned as peerbench tunes it, in one run: compare.sh [postern|postfix ...] (default: both).
# Needs peerbench's tools in $PEERBENCH/tools (built), its certificates in $PEERBENCH/certs, and Postfix installed.
# Talks to 127.0.0.1 alone; every part is bounded in count and time. Figures go to $PEERBENCH/results.jsonl too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${PEERBENCH:?set PEERBENCH to the scratch folder of peerbench}/tools
cd "$tools"
python3 -m http.server 2528 --bind 127.0.0.1 -d "$PEERBENCH/certs" >/dev/null 2>&1 &
crl=$!
trap 'kill $crl 2>/dev/null || true' EXIT

bench() { # NAME ARGUMENTS
  python3 bench.py --name "$1" --sizes "${SIZES:-10240,102400,1048576}" --ks "${KS:-100,1}" --conns "${CONNS:-10}" \
    --reps "${REPS:-3}" --secs "${SECS:-4}" --quiet 3 --budget 900 "${@:2}"
}

# Compilers are not done before: 50,000 messages at 100 a session and 6,000 at 1 a session, to a sink of its own.
warm() {
  local many=${WARM:-50000} few
  few=$((many * 3 / 25))
  ./smtpsink --port 2526 --ctl 2527 --cert ../certs/sink-ec.pem --key ../certs/sink-ec.key --lifetime 600 >/dev/null 2>&1 &
  local sink=$!
  ./smtpload --port 2525 --tls starttls --conns 10 --messages $many --per-conn 100 --size 10240 --run-id warm --timeout 300
  ./smtpload --port 2525 --tls starttls --conns 10 --messages $few --per-conn 1 --size 10240 --run-id warm1 --timeout 300
  for _ in $(seq 30); do
    [ "$(./sinkctl 2527 STATSJSON | grep -oE '"unique":[0-9]+' | cut -d: -f2)" -lt $((many + few)) ] || break
    sleep 1
  done
  kill $sink
}

for relay in ${@:-postern postfix}; do
  case $relay in
    postern)
      # Its port answers before its directory is in force: the load must not begin then.
      bash "$here/postern.sh" >"$PEERBENCH/postern.out" 2>&1 </dev/null &
      postern=$!
      trap 'kill $crl $postern 2>/dev/null || true' EXIT
      for _ in $(seq 180); do grep -q "mail is taken" "$PEERBENCH/postern.out" && break; sleep 1; done
      warm
      bench postern --pid $postern
      kill $postern && wait $postern || true ;;
    postfix)
      TLS=encrypt REUSE=yes MAXUSE=1000 sut/postfix-setup.sh
      bench postfix --start sut/postfix-start.sh --stop sut/postfix-stop.sh ;;
    *) echo "compare.sh: postern or postfix, not $relay" >&2; exit 2 ;;
  esac
done
