# The usual tasks; `make help` lists them.
.PHONY: help build fmt check test it run demo docker clean
SHELL := /bin/bash
MAVEN = . tools/jdk.sh && require_tools && "$$MVN" -B -ntp

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

build: ## compile and package everything, no tests
	@$(MAVEN) install -DskipTests

fmt: ## rewrite the sources in the project's format
	@$(MAVEN) process-sources -Dspotless.goal=apply

check: ## formatter, ErrorProne and NullAway, no tests
	@$(MAVEN) test-compile

test: ## every test, end-to-end tests included
	@./test

it: ## the end-to-end tests alone
	@./test end-to-end-tests

run: ## start Postern with the example partner and mailbox
	@./run

demo: ## the same from start to end: sends the samples and stops
	@./run demo

docker: build ## the container images, for docker compose up (docs/docker.md)
	@docker compose build

clean: ## remove what was built
	@$(MAVEN) clean
