#!/usr/bin/env bash
# How long mail to a quick host takes: alone, beside a slow host with as much traffic, beside 990 slow hosts: destinations.sh
# Needs what compare.sh needs. Talks to loopback alone; every part is bounded in count and time. About 7 minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${PEERBENCH:?set PEERBENCH to the scratch folder of peerbench}/tools"
children=()
trap 'kill "${children[@]}" 2>/dev/null || true' EXIT
certificate=(../certs/sink-ec.pem ../certs/sink-ec.key)

load() { ./smtpload --port 2525 --tls starttls --size 10240 --timeout 200 "$@"; }

quick() { # NAME RATE SECONDS: messages at a steady rate to the quick host
  ./sinkctl 2527 RESET >/dev/null
  echo "$1, $2 a second"
  load --conns 20 --per-conn 0 --rate "$2" --messages $(($2 * $3)) --run-id "q$RANDOM" --log "$PEERBENCH/quick.log" | sed -n 's/;.*//; /^accept latency/p'
  sleep 2
  ./sinkctl 2527 "REPORT $PEERBENCH/quick.log" | grep -oE '"(accepted|missing|delivered_twice|after_accept_p[0-9]+)":[0-9.]+' | paste -sd' '
}

# A directory with a slow host and 990 more; those stand at 127.1.x.y.
directory=$PEERBENCH/destinations.yaml
connector() { # NAME DOMAIN HOST
  printf '      - { name: %s, connectorType: partner, recipientDomains: ["%s"], useMXRecord: false, smartHosts: ["%s"], tlsSettings: domainValidation, tlsDomain: sink.test }\n' "$@"
}
{
  cat "$here/relay.yaml"
  connector Slow slow.example 127.0.0.1:2536
  for i in $(seq 0 989); do connector "S$i" "d$i.slow.example" "127.1.$((i / 250)).$((i % 250 + 1)):2537"; done
} >"$directory"

python3 -m http.server 2528 --bind 127.0.0.1 -d "$PEERBENCH/certs" >/dev/null 2>&1 & children+=($!)
./smtpsink --port 2526 --ctl 2527 --cert "${certificate[0]}" --key "${certificate[1]}" --lifetime 1200 >/dev/null 2>&1 & children+=($!)
DIRECTORY=$directory "$here/postern.sh" >"$PEERBENCH/postern.out" 2>&1 & children+=($!)
for _ in $(seq 600); do grep -q "mail is taken" "$PEERBENCH/postern.out" && break; sleep 1; done
load --conns 10 --per-conn 100 --messages "${WARM:-50000}" --run-id warm | sed -n 1p

quick "alone" 300 15
quick "alone" 600 15

./smtpsink --port 2536 --ctl 2538 --cert "${certificate[0]}" --key "${certificate[1]}" --delay-eod 2000 --lifetime 600 >/dev/null 2>&1 & children+=($!)
load --conns 20 --per-conn 0 --rate 300 --messages 9000 --rcpt-domain slow.example --run-id slow >/dev/null & slow=$!
sleep 5
quick "beside a host that takes 2 s a message and gets 300 a second" 300 20
wait $slow

mkfifo "$PEERBENCH/slowhosts" 2>/dev/null || true
python3 "$here/slowhosts.py" 990 30 "${certificate[@]}" 2537 <"$PEERBENCH/slowhosts" & slow=$!
exec 9>"$PEERBENCH/slowhosts"
sleep 3
python3 - <<'P'
import smtplib, ssl
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
session = smtplib.SMTP("127.0.0.1", 2525, local_hostname="load.test", timeout=60)
session.starttls(context=context)
for _ in range(4):
    for part in range(10):
        to = [f"u@d{i}.slow.example" for i in range(part * 99, part * 99 + 99)]
        session.sendmail("sender@load.test", to, "From: sender@load.test\r\nSubject: slow\r\n\r\n" + "x" * 2000 + "\r\n")
P
quick "beside 990 hosts that take 30 s a message and got four each" 300 60
exec 9>&-
wait $slow
