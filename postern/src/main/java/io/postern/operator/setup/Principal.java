package io.postern.operator.setup;

import io.postern.contracts.ConsumerGroups;
import java.util.Set;

/**
 * A user of the log: a service.
 *
 * @param name for {@link PrincipalForm}
 * @param roles the writers and readers of topics' declarations that run in it
 * @param groups the consumer groups it is a member of
 * @param transactions beginning of its transactional ids; empty: it has none
 */
record Principal(String name, Set<String> roles, Set<String> groups, String transactions) {
  static final Set<Principal> ALL =
      Set.of(
          new Principal("ingress", Set.of("ingress"), Set.of(), ""),
          new Principal(
              "policy",
              Set.of(
                  "decider",
                  "scheduler",
                  "notice-writer",
                  "directory-owner",
                  "api",
                  "tls-reporter"),
              Set.of(
                  ConsumerGroups.DECIDER,
                  ConsumerGroups.SCHEDULER,
                  ConsumerGroups.NOTICE_WRITER,
                  ConsumerGroups.DIRECTORY_OWNER,
                  ConsumerGroups.TLS_REPORTER),
              "postern-"),
          new Principal(
              "delivery",
              Set.of("delivery"),
              Set.of(
                  ConsumerGroups.DELIVERY,
                  ConsumerGroups.DELIVERY_KEEPER,
                  ConsumerGroups.DELIVERY_RECIPIENTS,
                  ConsumerGroups.DELIVERY_PROBES),
              ""),
          // Without a group: its positions stand beside its read model.
          new Principal("console", Set.of("console"), Set.of(), ""),
          new Principal(
              "certificate",
              Set.of("certificate"),
              Set.of(ConsumerGroups.CERTIFICATE, ConsumerGroups.CERTIFICATE_MTA_STS),
              ""));
}
