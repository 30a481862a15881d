# The usual tasks; `make help` lists them.
.PHONY: help build fmt check test test-all it log-model kills cluster-kills replicas power-cuts attacks fuzz outdated sbom lock run demo dev warm docker docker-walk cluster-walk api-docs accept-contracts reference site pictures keycloak clean
SHELL := /bin/bash
TOOLS = . tools/jdk.sh && . tools/build.sh && require_tools
MAVEN = $(TOOLS) && "$$MVN" -B -ntp

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## compile and package everything, no tests
	@$(TOOLS) && build_all .

fmt: ## rewrite the sources in the project's format
	@$(MAVEN) -T 2 -q spotless:apply -pl '!testing/broker'

check: build ## formatter, ErrorProne and NullAway, no tests

test: ## the tests of every day
	@./test

test-all: ## the same with every seed, kill and power cut
	@./test --all

it: ## the end-to-end tests alone
	@./test end-to-end

SCHEDULES ?= 1000000
FIRST ?= 1
log-model: ## the rules of the log against SCHEDULES= random schedules from seed FIRST= (a million by default: ten minutes on two cores)
	@$(TOOLS) && build_all . -pl libraries/mail-log -am && cd libraries/mail-log && \
	  exec "$$JAVA_HOME/bin/java" -XX:+UseSerialGC -cp "target/test-classes:target/classes:$$(cat target/test.classpath)" \
	    io.postern.log.rules.model.LogModelMain $(SCHEDULES) $(FIRST)

SEED ?= $(shell date +%s)
MESSAGES ?= 200000
KILLS ?= 100
SHORT ?= false
kills: ## mail while services are killed, accounted on both sides: SEED= MESSAGES= KILLS= (hours by default)
	@$(TOOLS) && build_all . && \
	  cd testing/end-to-end && exec "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -Dkills.seed=$(SEED) -Dkills.messages=$(MESSAGES) -Dkills.kills=$(KILLS) -Dkills.short=$(SHORT) \
	    -cp 'target/test-classes:../stack/target/stack-0.1.0-SNAPSHOT.jar:../stack/target/libs/*' io.postern.e2e.kills.KillsMain

# Half an hour a seed.
cluster-kills: SEED =
cluster-kills: MESSAGES = 60000
cluster-kills: KILLS = 60
cluster-kills: COUNT = 1
cluster-kills: ## mail over three brokers while these and services are killed, paused, emptied: SEED= COUNT= MESSAGES= KILLS=; goes on behind the last seed
	@$(TOOLS) && build_all . && \
	  cd testing/end-to-end && exec "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    $(if $(SEED),-Dkills.seed=$(SEED)) $(if $(FORMER),-Dkills.former=$(FORMER)) -Dkills.count=$(COUNT) -Dkills.messages=$(MESSAGES) -Dkills.kills=$(KILLS) \
	    -cp 'target/test-classes:../stack/target/stack-0.1.0-SNAPSHOT.jar:../stack/target/libs/*' io.postern.e2e.kills.ClusterKillsMain

replicas: ## mail while each service goes from one replica to four and back, accounted on both sides: SEED= (ten minutes)
	@$(TOOLS) && build_all . && \
	  cd testing/end-to-end && exec "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -Dkills.seed=$(SEED) \
	    -cp 'target/test-classes:../stack/target/stack-0.1.0-SNAPSHOT.jar:../stack/target/libs/*' io.postern.e2e.kills.ReplicasMain

COUNT ?= 50
power-cuts: ## mail while the power is cut, accounted on both sides, one seed after the other: SEED= COUNT= (see docs/evidence/fault-tests.md)
	@$(TOOLS) && build_all . && \
	  cd testing/end-to-end && exec "$$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -Dcuts.seed=$(SEED) -Dcuts.count=$(COUNT) \
	    -cp 'target/test-classes:../stack/target/stack-0.1.0-SNAPSHOT.jar:../stack/target/libs/*' io.postern.e2e.kills.PowerCutsMain

SECONDS_EACH ?= 60
ATTACKS ?=
attacks: ## fair mail beside attacks of strangers, compared with none: SECONDS_EACH= ATTACKS=name,name (seventy minutes; see docs/evidence/attacks.md)
	@$(TOOLS) && build_all . && \
	  cd testing/end-to-end && exec "$$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -Dattacks.seconds=$(SECONDS_EACH) -Dattacks.only=$(ATTACKS) \
	    -cp 'target/test-classes:../stack/target/stack-0.1.0-SNAPSHOT.jar:../stack/target/libs/*' io.postern.e2e.attacks.AttacksMain

pictures: ## the pictures of docs/guides/console.md, from the console as it is (needs Chromium)
	@./test end-to-end ConsolePagesTest && \
	  for page in overview-light message-light refusal-dark connectors-light; do cp target/screenshots/$$page.png docs/images/console-$$page.png; done

INPUTS ?= 1000000
SECONDS ?= 0
TARGET ?=
fuzz: ## random inputs for each parser of strangers' input, chosen by the code that they reach: INPUTS= each, or SECONDS= each; TARGET= (docs/evidence/fuzzing.md)
	@tools/fuzz $(INPUTS) $(SECONDS) $(TARGET)

outdated: ## dependencies and plugins of which there is a newer patch or minor release; which of them wait, and for what: docs/dependencies.md
	@$(MAVEN) -Pfuzz versions:display-dependency-updates versions:display-plugin-updates versions:display-property-updates \
	  -DallowMajorUpdates=false -DprocessDependencyManagementTransitive=false '-Dmaven.version.ignore=(?i).*[.-](alpha|beta|m|rc|cr)[.-]?[0-9]*' | tools/outdated.sh

sbom: ## the list of parts, CycloneDX: target/postern.cdx.json, for scanners (docs/evidence/advisories.md)
	@$(TOOLS) && build_all . cyclonedx:makeAggregateBom

lock: ## the SHA-256 of every dependency and plugin into .mvn/checksums.sha256, after a change of a version (docs/dependencies.md)
	@rm -f .mvn/checksums.sha256
	@$(MAVEN) -q -Pfuzz package cyclonedx:makeAggregateBom -DskipTests -Daether.artifactResolver.postProcessor.trustedChecksums.record=true
	@sort -k2 -o .mvn/checksums.sha256 .mvn/checksums.sha256

run: ## start Postern with the example partner and mailbox
	@./run

demo: ## the same from start to end: sends the samples and stops
	@./run demo

SERVICE ?= console-service
dev: ## one service in Quarkus' dev mode, beside ./run --without SERVICE: SERVICE=console-service (CONTRIBUTING.md)
	@[ -e target/dev/$(SERVICE).options ] || { echo "start ./run --without $(SERVICE) first" >&2; exit 1; }
	@$(MAVEN) -q -Dquick compile quarkus:dev -pl $(SERVICE) -am -Dquarkus.analytics.disabled=true -Dquarkus.test.continuous-testing=disabled -Djvm.args=@../target/dev/$(SERVICE).options

warm: ## AOT caches for quick starts of what was built; ./run makes them by itself in the background
	@./run warm

docker: sbom ## the container images, for docker compose up (docs/operations/containers.md)
	@docker compose --profile example build

docker-walk: ## a newcomer's way in containers with every step checked: images, start, mail, trace, refusal, audit, end
	@deploy/docker/walk

cluster-walk: ## three brokers in containers: mail while one is dead, while two are, after a lost disk; at the end an audit
	@deploy/docker/cluster-walk

api-docs: ## write docs/api and docs/asyncapi.yaml anew, the descriptions of services and topics; tools/check-asyncapi reads the latter with AsyncAPI's parser
	@export TEST_OPTIONS=-Dapi.docs.renew=true; for module in policy-service certificate-service console-service; do ./test $$module AccessTest || exit 1; done; ./test contracts AsyncApiTest

accept-contracts: ## accept compatible changes of contracts (docs/reference/compatibility.md)
	@export TEST_OPTIONS=-Dcontracts.accept=true; ./test lab MessagesContractTest TopicsContractTest SettingsContractTest && ./test console-service ReadModelContractTest && ./test postern CommandsContractTest

reference: ## write the parts of docs/ anew that are made from the code: settings, commands, API, decisions
	@TEST_OPTIONS=-Dreference.renew=true ./test end-to-end ReferencePagesTest

site: ## the documentation as a searchable site below target/site (needs mkdocs); dead links fail
	@command -v mkdocs >/dev/null || { echo "make site needs mkdocs: apt-get install mkdocs"; exit 1; }
	@mkdocs build --quiet && echo "target/site/README.html"

KEYCLOAK_PORT ?= 8180
keycloak: ## sign in to a service with tokens of a real Keycloak, downloaded from Maven Central
	@tools/keycloak $(KEYCLOAK_PORT)

clean: ## remove what was built
	@$(MAVEN) clean
