# Sourced by the benchmarks: their scratch folder, their certificates, and what they start and end. Everything is on loopback.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=${PEERBENCH:-$here/../target/benchmarks}
mkdir -p "$scratch"
scratch=$(cd "$scratch" && pwd)
certs=$scratch/certs

# An authority of the benchmarks' own, unless the folder has one; certificates last 90 days.
certificates() {
  if [ ! -e "$certs/ca.pem" ] || [ -n "$(find "$certs/sink.pem" -mtime +60 2>/dev/null)" ]; then
    "$here/smtp" certificates "$certs"
  fi
}

children=()
end() { # all that was begun
  local pid
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
  children=()
}
trap end EXIT

begin() { # NAME COMMAND...: in the background, with its output in NAME.out; its pid is in $begun
  "${@:2}" >"$scratch/$1.out" 2>&1 </dev/null &
  begun=$!
  children+=("$begun")
}

await() { # NAME PATTERN: until its output has it
  local i
  for i in $(seq 600); do
    if grep -qE "$2" "$scratch/$1.out"; then return 0; fi
    kill -0 "$begun" 2>/dev/null || break
    sleep 0.5
  done
  echo "$1 does not say \"$2\": $scratch/$1.out" >&2
  return 1
}

revocation_lists() { # the certificates name them at 127.0.0.1:2528
  begin lists python3 -m http.server 2528 --bind 127.0.0.1 -d "$certs"
}

sink() { # NAME OPTIONS: with TLS, for an hour at most
  begin "$1" "$here/smtp" sink --certificate "$certs/sink.pem" "${@:2}"
  await "$1" '^ready'
}

relay() { # postern|postfix
  begin "$1" "$here/$1.sh"
  await "$1" 'mail is taken|daemon started'
}
