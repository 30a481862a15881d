package io.postern.delivery;

import io.postern.rules.Directory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Outbound connectors as labels of metrics: {@code contoso/To Fabrikam}. Only administrators fill
 * it, since a label is a connector that was in the directory when its first outcome came; the first
 * {@value #MOST} have one until the process ends, all further ones share {@value #OTHER}. Any
 * thread.
 */
final class ConnectorLabels {
  static final int MOST = 200;

  /** Mail by MX or to a mailbox route. */
  static final String NONE = "none";

  static final String OTHER = "other";

  private record Connector(String organization, String name) {}

  private final Supplier<Optional<Directory>> directory;
  private final Map<Connector, String> labels = new ConcurrentHashMap<>();

  ConnectorLabels(Supplier<Optional<Directory>> directory) {
    this.directory = directory;
  }

  String of(String organization, String name) {
    if (name.isEmpty()) {
      return NONE;
    }
    Connector connector = new Connector(organization, name);
    String known = labels.get(connector);
    return known == null ? label(connector) : known;
  }

  private synchronized String label(Connector connector) {
    if (labels.size() >= MOST || !inDirectory(connector)) {
      return labels.getOrDefault(connector, OTHER);
    }
    return labels.computeIfAbsent(connector, c -> c.organization() + "/" + c.name());
  }

  private boolean inDirectory(Connector connector) {
    return directory.get().stream()
        .flatMap(now -> now.outboundConnectors(connector.organization()).stream())
        .anyMatch(found -> found.getName().equals(connector.name()));
  }
}
