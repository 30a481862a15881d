#!/usr/bin/env bash
# CPU a message with DANE and without it, and their ratio: dane.sh [SECONDS] (of each of sixteen runs, 12; about 5 minutes in all).
# One stack, one mail host, two domains with signed zones and TLSA records, which delivery-service validates and caches; a connector sets DANE aside
# for the one. Runs with and without follow each other in turn. Talks to loopback alone; ends by itself after six minutes.
set -euo pipefail
exec timeout 360 "$(dirname "$0")/program" testing/end-to-end io.postern.e2e.DaneCost "${1:-12}"
