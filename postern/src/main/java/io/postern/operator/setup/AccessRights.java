package io.postern.operator.setup;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.log.topics.TopicsSetup;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Rights of the principals in the log, from the topics' declarations (docs/design/architecture.md,
 * "Topics"): mail content is read by delivery alone. Every service may also look at topics, Kafka's
 * own included, at groups and at the brokers' settings, which it verifies at start; ingress also at
 * the free space of their disks. None may make, change or delete a topic. Pure.
 */
final class AccessRights {
  private AccessRights() {}

  /**
   * @param form how the broker names the principals
   */
  static Set<AclBinding> all(PrincipalForm form) {
    Set<AclBinding> all = new HashSet<>();
    for (Principal principal : Principal.ALL) {
      String user = form.principal(principal.name());
      Rights cluster = new Rights(user, ResourceType.CLUSTER, Resource.CLUSTER_NAME, all);
      cluster.may(AclOperation.DESCRIBE_CONFIGS);
      if (principal.roles().contains("ingress")) {
        cluster.may(AclOperation.DESCRIBE);
      }
      for (String topic : TopicsSetup.KAFKAS_OWN) {
        new Rights(user, ResourceType.TOPIC, topic, all)
            .may(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
      }
      for (TopicDeclaration topic : Topics.ALL) {
        Rights rights = new Rights(user, ResourceType.TOPIC, topic.name(), all);
        rights.may(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
        if (!Collections.disjoint(principal.roles(), topic.writers())) {
          rights.may(AclOperation.WRITE);
        }
        if (!Collections.disjoint(principal.roles(), topic.readers())) {
          rights.may(AclOperation.READ);
        }
      }
      for (String group : ConsumerGroups.TOPICS.keySet()) {
        Rights rights = new Rights(user, ResourceType.GROUP, group, all);
        rights.may(AclOperation.DESCRIBE);
        if (principal.groups().contains(group)) {
          rights.may(AclOperation.READ);
        }
      }
      if (!principal.transactions().isEmpty()) {
        new Rights(user, ResourceType.TRANSACTIONAL_ID, principal.transactions(), all)
            .may(AclOperation.DESCRIBE, AclOperation.WRITE);
      }
    }
    return all;
  }

  private record Rights(String user, ResourceType type, String resource, Set<AclBinding> all) {
    void may(AclOperation... operations) {
      // Transactional ids are random per start: their beginning says whose they are.
      PatternType pattern =
          type == ResourceType.TRANSACTIONAL_ID ? PatternType.PREFIXED : PatternType.LITERAL;
      for (AclOperation operation : List.of(operations)) {
        all.add(
            new AclBinding(
                new ResourcePattern(type, resource, pattern),
                new AccessControlEntry(user, "*", operation, AclPermissionType.ALLOW)));
      }
    }
  }
}
