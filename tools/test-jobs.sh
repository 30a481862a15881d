#!/usr/bin/env bash
# Runs every test of what is built, in two lanes at once and two jobs (TEST_JOBS) at a time in each. One lane has the jobs that start
# stacks of services, the other has those that do not: more than two stacks that start at once are slower than some of the product's
# time-outs. Most jobs wait for a good part of their time, for time-outs, sessions of the log and flushes, so four keep two cores busy.
# A job prints its output when it ends. Sourced by test, after jdk.sh.

# NAME MODULE [CLASS], each lane's in the order of their start: long jobs first, so that nothing long is left for the end, and of the
# stacks those that compute (power-cuts, kills, run-script) beside those that wait.
test_jobs="
power-cuts testing/end-to-end PowerCutsTest
links testing/end-to-end LinkThatHasEndedTest
service-life testing/end-to-end ServiceLifeTest
kills testing/end-to-end KillsTest
run-script testing/end-to-end RunScriptTest
rolling-restart testing/end-to-end RollingRestartTest
durability testing/end-to-end DurabilityTest
mutations testing/end-to-end MutationsTest
http testing/end-to-end ServiceHttpTest
retry testing/end-to-end RetryTest
dane testing/end-to-end DaneTest
mta-sts testing/end-to-end MtaStsTest
tls-reports testing/end-to-end SessionsForReportsTest
idle-sessions testing/end-to-end IdleSessionsTest
console testing/end-to-end Console*Test
strangers testing/end-to-end StrangersTextsTest
rare-states testing/end-to-end RareStatesTest
mail-log libraries/mail-log
certificate certificate-service
policy policy-service
delivery delivery-service
ingress ingress-service
judge libraries/certificates
lab testing/lab
postern postern
stack testing/stack"

# The same and what no line of it names: the other end-to-end tests, which share a stack, and the other modules.
all_test_jobs() {
  local classes modules
  classes=$(awk '$3 { printf ",!%s", $3 }' <<<"$test_jobs")
  modules=$(awk '$2 && !seen[$2]++ { printf ",!%s", $2 }' <<<"$test_jobs")
  sed 1d <<<"$test_jobs" | sed "/^kills /a shared-stack testing/end-to-end ${classes#,}"
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

run_lane() { # stacks|modules
  local not=()
  [ "$1" = stacks ] || not=(-v)
  all_test_jobs | grep "${not[@]}" ' testing/end-to-end ' | xargs -P "${TEST_JOBS:-2}" -L 1 bash -c 'run_test_job "$@"' job
}

run_test_jobs() {
  mkdir -p target/tests
  export -f run_lane run_test_job all_test_jobs
  export MVN test_jobs
  printf '%s\n' stacks modules | xargs -P 2 -L 1 bash -c 'run_lane "$1"' lane
}
