package io.postern.delivery;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.delivery.relay.RoutingCheck;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The check that the connectors and accepted domains of a delivery's organization, and of those
 * whose domains its recipients are in, are still those of the decision (G3). A directory that
 * cannot be confirmed to be current counts as changed. Any thread.
 */
final class CurrentRouting implements RoutingCheck {
  private final Supplier<Optional<Directory>> directory;

  /**
   * @param directory empty while it is not confirmed to be current
   */
  CurrentRouting(Supplier<Optional<Directory>> directory) {
    this.directory = directory;
  }

  @Override
  public @Nullable String changed(DeliveryRequested request) {
    Optional<Directory> current = directory.get();
    if (current.isEmpty()) {
      return "the directory reader makes no progress: whether the decision is current is unknown";
    }
    long known = current.get().routingVersion(request.getOrganization(), domains(request));
    return known > request.getRoutingVersion()
        ? "the routing of the sender's or the recipients' organization changed after the decision (version "
            + known
            + ", decided with "
            + request.getRoutingVersion()
            + ")"
        : null;
  }

  private static Set<String> domains(DeliveryRequested request) {
    return request.getEnvelope().getRecipientsList().stream()
        .map(recipient -> Address.parse(recipient.getAddress()).asciiDomain())
        .collect(Collectors.toSet());
  }
}
