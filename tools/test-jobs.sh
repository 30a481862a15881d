#!/usr/bin/env bash
# Runs every test of what is built, three jobs (TEST_JOBS) at a time: most of them wait for a good part of their time, for time-outs,
# sessions of the log and flushes, so three keep two cores busy. A job prints its output when it ends. Sourced by test, after jdk.sh.

# NAME MODULE [CLASS]: what takes longest first, so that nothing long is left for the end, and jobs that start a stack of services
# between those that do not: three stacks that start at once are slower than some of the product's time-outs.
test_jobs="
run-script end-to-end-tests RunScriptTest
policy policy-service
certificate certificate-service
kills end-to-end-tests KillsTest
links end-to-end-tests LinkThatHasEndedTest
delivery delivery-service
service-life end-to-end-tests ServiceLifeTest
mail-log mail-log
power-cuts end-to-end-tests PowerCutsTest
judge certificate-judge
http end-to-end-tests ServiceHttpTest
mutations end-to-end-tests MutationsTest
lab mail-lab
durability end-to-end-tests DurabilityTest
ingress ingress-service
retry end-to-end-tests RetryTest
operator operator
stack local-stack"

# The same and what no line of it names: the other end-to-end tests, which share a stack, and the other modules.
all_test_jobs() {
  local classes modules
  classes=$(awk '$3 { printf ",!%s", $3 }' <<<"$test_jobs")
  modules=$(awk '$2 && !seen[$2]++ { printf ",!%s", $2 }' <<<"$test_jobs")
  sed 1d <<<"$test_jobs" | sed "/^mail-log /a shared-stack end-to-end-tests ${classes#,}"
  echo "others ${modules#,}"
}

run_test_job() { # NAME MODULE [CLASS]
  local log=target/tests/$1.log code=0 used TIMEFORMAT='%0R s, CPU %0U and %0S s'
  # Jobs of one module must not share the folder that Surefire removes at its end.
  used=$({ time "$MVN" -B -ntp surefire:test --fail-at-end -pl "$2" ${3:+"-Dtest=$3"} -DtempDir="surefire-$1" >"$log" 2>&1; } 2>&1) || code=$?
  echo "===== $1: $used, exit code $code" >>"$log"
  cat "$log"
  return "$code"
}

run_test_jobs() {
  mkdir -p target/tests
  export -f run_test_job
  export MVN
  all_test_jobs | xargs -P "${TEST_JOBS:-3}" -L 1 bash -c 'run_test_job "$@"' job
}
