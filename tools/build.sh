# Sourced by run, test and the Makefile, after jdk.sh: how the project is built. Two lanes, and nothing is written into the user's Maven
# repository but what is downloaded.

# build_quickly FOLDER: the main code that a run needs, without tests, formatter, ErrorProne and NullAway. It says which part it builds.
# .mvn/ has the rest: several downloads at a time, in Quarkus's resolver too (it uses the common pool, which has one thread on two cores).
build_quickly() {
  local home=$1 start code=0
  mkdir -p "$home/target"
  start=$(mktemp "$home/target/start.XXXXXX")
  # A short build on few cores: the second compiler would not pay.
  (cd "$home" && MAVEN_OPTS="${MAVEN_OPTS:--XX:TieredStopAtLevel=1 -XX:+UseParallelGC -Xmx1500m}" "$MVN" -B -ntp -T 2 package -Dquick -Dmaven.test.skip=true -pl '!testing/end-to-end') 2>&1 |
    tee "$home/target/build.log" | say_parts || code=$?
  [ $code = 0 ] && mark_unchecked "$home" "$start"
  rm -f "$start"
  return $code
}

# Prints "part n of m" for each module that Maven begins, on one line where that is a terminal's. Exit code: whether Maven succeeded.
say_parts() {
  awk -v terminal="$([ -t 1 ] && echo 1)" '
    /^\[INFO\] Building .* \[[0-9]+\/[0-9]+\]$/ {
      part = $NF; gsub(/[\[\]]/, "", part); split(part, of, "/")
      line = sprintf("postern: building part %d of %d (%s)", of[1] < of[2] ? of[1] : of[2], of[2], $3)
      if (terminal) printf "\r%-60s", line; else if (of[1] % 5 == 1 || of[1] == of[2]) print line
      fflush()
    }
    /^\[INFO\] BUILD SUCCESS/ { success = 1 }
    END { if (terminal) printf "\r%-60s\r", ""; exit success ? 0 : 1 }'
}

# A module that was compiled without the checks is compiled anew by the next build that has them.
mark_unchecked() { # FOLDER START
  local list
  for list in "$1"/*/target/maven-status/maven-compiler-plugin/compile/default-compile/createdFiles.lst \
      "$1"/*/*/target/maven-status/maven-compiler-plugin/compile/default-compile/createdFiles.lst; do
    [ "$list" -nt "$2" ] && touch "${list%/maven-status/*}/unchecked"
  done
  return 0
}

# build_all FOLDER [MAVEN ARGUMENTS]: everything with its tests and checks; the tests are not run.
build_all() {
  local home=$1 unchecked
  shift
  for unchecked in "$home"/*/target/unchecked "$home"/*/*/target/unchecked; do
    [ ! -e "$unchecked" ] || rm -rf "${unchecked%/unchecked}"/{classes,maven-status,generated-sources,protobuf-maven-plugin,unchecked}
  done
  # ErrorProne and NullAway need the second compiler: 4 minutes instead of 6.
  (cd "$home" && MAVEN_OPTS="${MAVEN_OPTS:--XX:+UseParallelGC -Xmx2500m}" "$MVN" -B -ntp -q -T 2 package -DskipTests "$@") || return 1
  [ $# -gt 0 ] || touch "$home/testing/stack/target/built"
}

# Whether a source is newer than what was built last.
build_is_due() { # FOLDER
  local stamp=$1/testing/stack/target/built
  [ ! -e "$stamp" ] || [ -n "$(find "$1" \( -name target -o -name .git -o -name state -o -path '*/src/test' -o -name end-to-end -o -name docs -o -name node_modules \) -prune \
    -o \( -name '*.java' -o -name '*.proto' -o -name pom.xml -o -path '*/src/main/resources/*' \) -newer "$stamp" -print -quit)" ]
}
