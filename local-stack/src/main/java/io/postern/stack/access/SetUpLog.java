package io.postern.stack.access;

import io.postern.contracts.Deployment;
import io.postern.log.DeliveryEra;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;

/**
 * What runs once before the services do, as the log's administrator: makes the declared topics and
 * gives each principal its rights and no others. May run again at any time. Configured by the same
 * environment variables as a service. Topics that are missing beside others with records are made
 * only with {@code --make-missing-topics}: what was in them is given up. After delivery's consumer
 * group was deleted {@code --new-delivery-era} makes its positions anew, while no replica of it
 * runs. Exit code 1 with one sentence where it cannot.
 */
public final class SetUpLog {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long ANSWER_SECONDS = 30;
  private static final String MAKE_MISSING = "--make-missing-topics";
  private static final String NEW_ERA = "--new-delivery-era";

  private SetUpLog() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      List<String> options = List.of(args);
      if (options.size() > 1 || !List.of(MAKE_MISSING, NEW_ERA).containsAll(options)) {
        throw new IllegalArgumentException(
            "arguments are " + options + ": write none, " + MAKE_MISSING + " or " + NEW_ERA);
      }
      LogSettings settings = LogSettings.of(List.of(), SetUpLog::environment);
      String deployment =
          Optional.ofNullable(environment("postern.log.deployment")).orElse("single-node");
      String partitions = environment("postern.log.partitions");
      Deployment declared =
          Deployment.of(
              deployment,
              partitions == null
                  ? OptionalInt.empty()
                  : OptionalInt.of(Integer.parseInt(partitions)));
      if (options.contains(MAKE_MISSING)) {
        TopicsSetup.createMissing(settings, declared, PATIENCE);
      } else {
        TopicsSetup.createOrVerify(settings, declared, PATIENCE);
      }
      System.out.println("topics: as declared");
      System.out.println(grant(settings));
      if (options.contains(NEW_ERA)) {
        DeliveryEra.begin(settings)
            .forEach(
                (partition, position) ->
                    System.out.println(
                        "partition %d: era %d begins at Decision %d, outcomes from %d"
                            .formatted(
                                partition,
                                position.era(),
                                position.next(),
                                position.outcomesFrom())));
      }
    } catch (LogUnavailableException
        | WeakTopicException
        | IllegalArgumentException
        | IllegalStateException
        | ExecutionException
        | TimeoutException problem) {
      System.err.println("postern: the log could not be set up: " + problem.getMessage());
      System.exit(1);
    }
  }

  private static @org.jspecify.annotations.Nullable String environment(String key) {
    String value = System.getenv(key.toUpperCase(Locale.ROOT).replace('.', '_'));
    return value == null || value.isBlank() ? null : value;
  }

  /** Rights are added before others are taken away: what runs goes on. */
  static String grant(LogSettings settings)
      throws ExecutionException, InterruptedException, TimeoutException {
    try (Admin admin = Admin.create(settings.admin())) {
      Set<AclBinding> wanted = AccessRights.all();
      Set<AclBinding> had =
          new HashSet<>(
              admin
                  .describeAcls(AclBindingFilter.ANY)
                  .values()
                  .get(ANSWER_SECONDS, TimeUnit.SECONDS));
      Set<AclBinding> missing = new HashSet<>(wanted);
      missing.removeAll(had);
      admin.createAcls(missing).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      had.removeAll(wanted);
      admin
          .deleteAcls(had.stream().map(AclBinding::toFilter).toList())
          .all()
          .get(ANSWER_SECONDS, TimeUnit.SECONDS);
      return "rights: %d, of which %d are new; %d removed"
          .formatted(wanted.size(), missing.size(), had.size());
    }
  }
}
