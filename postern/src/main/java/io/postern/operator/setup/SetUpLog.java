package io.postern.operator.setup;

import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.era.DeliveryEra;
import io.postern.log.topics.HomePartitions;
import io.postern.log.topics.LogGrowth;
import io.postern.log.topics.TopicsSetup;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Makes the declared topics, and gives each principal its rights and no others; asks Kafka as the
 * mail log's administrator. May run again at any time.
 *
 * <p>With {@code --partitions} it adds partitions to the mail topics instead ({@link LogGrowth}).
 *
 * <p>Topics that are missing beside others with records are made only when asked for: their mail is
 * given up.
 */
@Command(
    name = "log",
    description = "Creates missing topics in Kafka, and grants each service its access rights.",
    mixinStandardHelpOptions = true)
public final class SetUpLog implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long ANSWER_SECONDS = 30;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Option(
      names = "--make-missing-topics",
      description =
          "also creates missing topics if other topics have records: the mail in the missing "
              + "topics is lost")
  private boolean makeMissing;

  @Option(
      names = "--new-delivery-era",
      description =
          "creates delivery's positions again after its consumer group was deleted; no replica of "
              + "delivery-service may run")
  private boolean newEra;

  @Option(
      names = "--keep-rights-of-others",
      description =
          "keeps the access rights of principals that are not Postern's, for a Kafka that is used "
              + "by others too; without it they are removed")
  private boolean keepOthers;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "only adds partitions to the mail topics, up to N each; no replica of policy-service "
              + "or delivery-service may run")
  private @Nullable Integer partitions;

  @Option(
      names = "--dry-run",
      description = "with --partitions: shows what would be done, and changes nothing")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    if (dryRun && partitions == null) {
      throw new IllegalArgumentException("--dry-run needs --partitions");
    }
    Installation installation = connection.installation();
    LogSettings settings = installation.kafka();
    if (partitions != null) {
      if (dryRun) {
        LogGrowth.rehearse(settings, partitions, System.out::println, PATIENCE);
      } else {
        LogGrowth.grow(settings, partitions, System.out::println, PATIENCE);
      }
      return 0;
    }
    Deployment declared =
        Deployment.of(
            installation.setting("postern.log.deployment").orElse("single-node"),
            installation
                .setting("postern.log.partitions")
                .map(number -> OptionalInt.of(Integer.parseInt(number)))
                .orElse(OptionalInt.empty()));
    PrincipalForm form =
        installation
            .setting(PrincipalForm.SETTING)
            .map(PrincipalForm::of)
            .orElse(PrincipalForm.COMMON_NAME);
    HomePartitions home =
        makeMissing
            ? TopicsSetup.createMissing(settings, declared, PATIENCE)
            : TopicsSetup.createOrVerify(settings, declared, PATIENCE);
    System.out.println(
        home.growing()
            ? home.halfGrown()
            : "topics: as declared; %d partitions each for mail".formatted(home.usable()));
    System.out.println(grant(settings, form, keepOthers));
    if (newEra) {
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
    return 0;
  }

  /**
   * Rights are added before others are taken away: running services go on.
   *
   * @param keepOthers rights of principals that are not ours stay
   */
  static String grant(LogSettings settings, PrincipalForm form, boolean keepOthers)
      throws ExecutionException, InterruptedException, TimeoutException {
    try (Admin admin = Admin.create(settings.admin())) {
      Set<AclBinding> wanted = AccessRights.all(form);
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
      Set<String> users = new TreeSet<>();
      wanted.forEach(right -> users.add(right.entry().principal()));
      if (keepOthers) {
        had.removeIf(right -> !users.contains(right.entry().principal()));
      }
      admin
          .deleteAcls(had.stream().map(AclBinding::toFilter).toList())
          .all()
          .get(ANSWER_SECONDS, TimeUnit.SECONDS);
      return "rights: %d, of which %d are new; %d removed; for %s"
          .formatted(wanted.size(), missing.size(), had.size(), String.join("; ", users));
    }
  }
}
