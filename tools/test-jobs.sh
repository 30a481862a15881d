#!/usr/bin/env bash
# Runs every test of what is built, three jobs (TEST_JOBS) at a time: most of them wait for a good part of their time, for time-outs,
# sessions of the log and flushes, so three keep two cores busy. A job prints its output when it ends. Sourced by test, after jdk.sh.

# NAME MODULE [CLASS]: those that take longest first, so that nothing long is left for the end.
test_jobs="
run-script end-to-end-tests RunScriptTest
kills end-to-end-tests KillsTest
policy policy-service
delivery delivery-service
mail-log mail-log
certificate certificate-service
service-life end-to-end-tests ServiceLifeTest
power-cuts end-to-end-tests PowerCutsTest
mutations end-to-end-tests MutationsTest
durability end-to-end-tests DurabilityTest
judge certificate-judge
retry end-to-end-tests RetryTest
lab mail-lab
ingress ingress-service
stack local-stack"

# The same and what no line of it names: the other end-to-end tests, which share a stack, and the other modules.
all_test_jobs() {
  local classes modules
  classes=$(awk '$3 { printf ",!%s", $3 }' <<<"$test_jobs")
  modules=$(awk '$2 && !seen[$2]++ { printf ",!%s", $2 }' <<<"$test_jobs")
  echo "shared-stack end-to-end-tests ${classes#,}"
  sed 1d <<<"$test_jobs"
  echo "others ${modules#,}"
}

run_test_job() { # NAME MODULE [CLASS]
  local log=target/tests/$1.log began=$SECONDS code=0
  # Jobs of one module must not share the folder that Surefire removes at its end.
  "$MVN" -B -ntp surefire:test --fail-at-end -pl "$2" ${3:+"-Dtest=$3"} -DtempDir="surefire-$1" >"$log" 2>&1 || code=$?
  echo "===== $1: $((SECONDS - began)) s, exit code $code" >>"$log"
  cat "$log"
  return "$code"
}

run_test_jobs() {
  mkdir -p target/tests
  export -f run_test_job
  export MVN
  all_test_jobs | xargs -P "${TEST_JOBS:-3}" -L 1 bash -c 'run_test_job "$@"' job
}
