package io.postern.policy;

import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.ChangeRates;
import io.postern.policy.directory.ChangeRates.Rate;
import io.postern.rules.checks.Quotas;
import io.postern.rules.checks.Quotas.Quota;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Quotas. What an organization's administrators may put into the directory, and how fast. A change
 * above a quota is refused; what is there already stays.
 */
@ConfigMapping(prefix = "postern.quotas")
public interface QuotaSettings {
  /** Objects of an organization. */
  @WithDefault("25000")
  long objects();

  /**
   * Memory that an organization's objects need in each service, in MB. Default: a quarter of {@code
   * postern.quotas.all.memory}.
   */
  OptionalLong memory();

  /** Certificates in an organization's anchor sets. */
  @WithDefault("2000")
  long certificates();

  /** Addresses in an organization's recipient lists. */
  @WithDefault("500000")
  long recipients();

  /** Changes of an organization a minute, in the long run. After a pause it may make 1,000. */
  @WithDefault("300")
  long changesPerMinute();

  /**
   * What may be written for an organization's changes an hour, in MB, in the long run. After a
   * pause it may be four times as much at once.
   */
  @WithDefault("16")
  long changedPerHour();

  /** By organization ID, quotas in place of these. */
  Map<String, Own> organization();

  /** All organizations together. */
  All all();

  /** Of one organization. */
  interface Own {
    /** Objects of this organization. */
    OptionalLong objects();

    /** Memory for its objects, in MB. */
    OptionalLong memory();

    /** Certificates in its anchor sets. */
    OptionalLong certificates();

    /** Addresses in its recipient lists. */
    OptionalLong recipients();
  }

  /** Of all organizations together. */
  interface All {
    /** Objects of all organizations. */
    @WithDefault("200000")
    long objects();

    /**
     * Memory that the directory needs in each service, in MB. A service whose heap has less than
     * twice as much may stop reading the directory, and says so. Default: 45 % of this service's
     * heap; set it where another service has less.
     */
    OptionalLong memory();

    /** Certificates in all anchor sets. */
    @WithDefault("20000")
    long certificates();

    /** Addresses in all recipient lists. */
    @WithDefault("1000000")
    long recipients();

    /** Changes of all organizations a minute, in the long run. */
    @WithDefault("3000")
    long changesPerMinute();

    /** What may be written for all changes an hour, in MB, in the long run. */
    @WithDefault("256")
    long changedPerHour();
  }

  /**
   * The quotas of the directory.
   *
   * @throws IllegalArgumentException with a sentence that names the key
   */
  default Quotas quotas() {
    Quota everyone =
        new Quota(
            all().objects(),
            bytes(all().memory(), ownMemory()),
            all().certificates(),
            all().recipients());
    Quota each =
        new Quota(objects(), bytes(memory(), everyone.memory() / 4), certificates(), recipients());
    Map<String, Quota> own = new HashMap<>();
    organization()
        .forEach(
            (id, its) ->
                own.put(
                    id,
                    new Quota(
                        its.objects().orElse(each.objects()),
                        bytes(its.memory(), each.memory()),
                        its.certificates().orElse(each.certificates()),
                        its.recipients().orElse(each.recipients()))));
    return new Quotas(each, own, everyone);
  }

  private static long bytes(OptionalLong megabytes, long otherwise) {
    return megabytes.isPresent() ? megabytes.getAsLong() << 20 : otherwise;
  }

  /** Below what a reader with the same heap holds. */
  private static long ownMemory() {
    return (long) (Runtime.getRuntime().maxMemory() * DirectoryReader.MOST_OF_HEAP * 0.9);
  }

  /**
   * The rates of changes, with empty levels.
   *
   * @throws IllegalArgumentException with a sentence that names the key
   */
  default ChangeRates rates() {
    long each = positive("changes-per-minute", changesPerMinute());
    long megabytes = positive("changed-per-hour", changedPerHour());
    long together = positive("all.changes-per-minute", all().changesPerMinute());
    long togetherMegabytes = positive("all.changed-per-hour", all().changedPerHour());
    return new ChangeRates(
        new Rate(each, 1_000, megabytes << 20, 4 * megabytes << 20),
        new Rate(together, 2 * together, togetherMegabytes << 20, 4 * togetherMegabytes << 20),
        System::nanoTime);
  }

  private static long positive(String key, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "postern.quotas." + key + " is " + value + ": write a number from 1");
    }
    return value;
  }
}
