package io.postern.lab;

import io.postern.programs.BrokerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * The authority of a log whose brokers and clients prove themselves to each other, with PEM files
 * as in the containers: of each holder its key and chain in one, and the authority. Owner: one
 * thread.
 */
public final class LogAuthority {
  private final LabCa ca = LabCa.create("Log");
  private final Path folder;

  /**
   * @param folder for the files, which need not be there yet
   */
  public LogAuthority(Path folder) {
    this.folder = folder;
  }

  /** Security settings of a client that has the name. */
  public Map<String, String> client(String name) {
    return link(name, Issue.to(name).clientOnly());
  }

  /**
   * Brokers that speak mutual TLS alone, on the hosts.
   *
   * @param client security settings with which their start is waited for
   * @param hosts names or addresses at which clients look for them
   */
  public BrokerSettings brokers(
      BrokerSettings settings, Map<String, String> client, String... hosts) {
    Map<String, String> own = link("broker", Issue.to(hosts));
    return settings
        .with(settings.more().andThen(properties -> mutual(properties, own)))
        .withClient(client);
  }

  private static void mutual(Properties properties, Map<String, String> own) {
    own.forEach(properties::setProperty);
    properties.remove("security.protocol");
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL");
    properties.setProperty("ssl.client.auth", "required");
  }

  private Map<String, String> link(String holder, Issue issue) {
    try {
      Path own = Files.createDirectories(folder.resolve(holder));
      ca.issue(issue).write(own, "own");
      Files.writeString(
          own.resolve("keys.pem"),
          Files.readString(own.resolve("own.key")) + Files.readString(own.resolve("own.pem")));
      Files.writeString(own.resolve("authority.pem"), ca.rootPem());
      return Map.of(
          "security.protocol", "SSL",
          "ssl.keystore.type", "PEM",
          "ssl.keystore.location", own.resolve("keys.pem").toString(),
          "ssl.truststore.type", "PEM",
          "ssl.truststore.location", own.resolve("authority.pem").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
