# Sourced by run, test and the Makefile: sets JAVA_HOME to a JDK 25 or newer and MVN to a Maven, installing them where that needs no question.

java_major() { # FOLDER: prints the major version of the JDK in it, nothing where there is none
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

usable_jdk() { # FOLDER
  local major
  major=$(java_major "$1")
  [ -n "$major" ] && [ "$major" -ge 25 ]
}

find_jdk() { # prints the folder of the first JDK that is new enough
  local candidate on_path
  on_path=$(command -v javac 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "${on_path:-}" /usr/lib/jvm/* /opt/*jdk* /usr/local/*jdk* \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && usable_jdk "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

apt_install() { # PACKAGES: only where root needs to ask nobody
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  echo "postern: installing $*"
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@"; } >/dev/null 2>&1
}

# What a build and a start need of the machine, said before anything is built.
require_room() { # FOLDER
  local free memory
  free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  if [ "${free:-9999}" -lt 2048 ]; then
    echo "postern: $free MB are free on the disk of $1: 2,048 MB are needed to build and to start" >&2
    return 1
  fi
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null)
  if [ "${memory:-9999}" -lt 2048 ]; then
    echo "postern: $memory MB of memory are available: 2,048 MB are needed to build and to start (README.md asks for a machine with 4 GB)" >&2
    return 1
  fi
}

require_jdk() {
  local jdk
  if ! jdk=$(find_jdk); then
    apt_install openjdk-25-jdk-headless || true
    if ! jdk=$(find_jdk); then
      echo "postern: no JDK 25 found: install one (Debian: apt-get install openjdk-25-jdk-headless) or set JAVA_HOME to it, then start again" >&2
      return 1
    fi
  fi
  export JAVA_HOME=$jdk
}

require_maven() {
  local version
  if ! MVN=$(command -v mvn); then
    apt_install maven || true
    if ! MVN=$(command -v mvn); then
      echo "postern: no Maven found: install one (Debian: apt-get install maven) so that mvn is on the PATH, then start again" >&2
      return 1
    fi
  fi
  version=$("$MVN" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p')
  case ${version:-3.9} in
    [12].* | 3.[0-7])
      echo "postern: Maven $version is too old: 3.8 or newer is needed (Debian: apt-get install maven)" >&2
      return 1
      ;;
  esac
}

require_tools() {
  require_jdk && require_maven
}
