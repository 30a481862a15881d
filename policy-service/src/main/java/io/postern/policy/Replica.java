package io.postern.policy;

import io.postern.api.ProblemException;
import io.postern.service.ReplicaName;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * This replica, for what lives in its memory alone: ids that say where they are known, so that a
 * balancer can find the replica and another replica's answer can name it
 * (docs/decisions/0071-an-id-names-its-replica.md). Immutable; any thread.
 */
@Singleton
public class Replica {
  private static final Pattern ID =
      Pattern.compile("([A-Za-z0-9._:-]{1,200})\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final String name;

  Replica(
      PolicySettings settings,
      @ConfigProperty(name = "quarkus.management.port") Optional<String> managementPort) {
    name = ReplicaName.of("postern.policy.replica", settings.replica(), managementPort.orElse(""));
  }

  /** {@code REPLICA.UUID}. */
  public String newId() {
    return name + "." + UUID.randomUUID();
  }

  /**
   * 404 of an id that this replica does not know.
   *
   * @param what such as "comparison"
   */
  public ProblemException unknown(String what, String id) {
    Matcher matcher = ID.matcher(id);
    if (!matcher.matches() || matcher.group(1).equals(name)) {
      return ProblemException.notFound(what + " " + id);
    }
    return ProblemException.notFound(
        what
            + " "
            + id
            + " here: it was started at replica "
            + matcher.group(1)
            + ", and this is "
            + name
            + ". Try again, or use the address of that replica; a replica that was restarted has "
            + "lost it");
  }
}
