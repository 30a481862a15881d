package io.postern.delivery;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.delivery.transaction.RoutingCheck;
import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The check that the connectors and accepted domains of a delivery's organization are still those
 * of the decision (G3). A directory that cannot be confirmed to be current counts as changed. Any
 * thread.
 */
final class CurrentRouting implements RoutingCheck {
  private final DirectoryReader<Directory> directory;

  CurrentRouting(DirectoryReader<Directory> directory) {
    this.directory = directory;
  }

  @Override
  public @Nullable String changed(DeliveryRequested request) {
    Optional<Directory> current = directory.current();
    if (current.isEmpty()) {
      return "the directory's reader has been silent: whether the decision is current is not known";
    }
    long known = current.get().routingVersion(request.getOrganization());
    return known > request.getRoutingVersion()
        ? "the organization's routing changed after the decision (version "
            + known
            + ", decided with "
            + request.getRoutingVersion()
            + ")"
        : null;
  }
}
