package io.postern.certificate.dns;

import static io.postern.service.CheckedSettings.positive;

import io.postern.dns.DnsSettings;
import io.postern.dns.MailResolver;
import io.postern.dns.ResolverSelfTest;
import io.postern.log.TrustedClock;
import io.postern.service.CheckedSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jboss.logging.Logger;

/** The parts whose settings are checked (see {@link CheckedSettings}). */
@Singleton
public class DnsParts {
  /** An administrator who has changed a record wants to see it. */
  private static final long NOTHING_KEPT = 0;

  private static final Logger LOG = Logger.getLogger(DnsParts.class);

  @Produces
  @Singleton
  OwnMail own(OwnSettings settings) {
    return CheckedSettings.checked(() -> OwnMail.of(settings));
  }

  @Produces
  @Singleton
  MailResolver dns(DnsServerSettings settings) {
    List<InetSocketAddress> servers =
        settings.servers().orElse(List.of()).stream()
            .map(server -> server(server.strip()))
            .toList();
    try {
      return new MailResolver(
          new DnsSettings(
              servers,
              positive("postern.dns.timeout", settings.timeout()),
              positive("postern.dns.patience", settings.patience()),
              NOTHING_KEPT,
              settings.dnssec(),
              settings.rootAnchors()),
          TrustedClock.ofTheMachine());
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.dns.root-anchors cannot be read: "
              + e.getMessage()
              + "; write the root's DS records as in a zone file, or remove the setting");
    }
  }

  @Produces
  @Singleton
  ResolverSelfTest selfTest(MailResolver dns) {
    return new ResolverSelfTest(
        dns,
        problem -> {
          if (!problem.isEmpty()) {
            LOG.infof("whether your own records are signed is not known: %s", problem);
          }
        });
  }

  void close(@Disposes ResolverSelfTest selfTest) {
    selfTest.close();
  }

  private static InetSocketAddress server(String text) {
    try {
      return DnsSettings.server(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "postern.dns.servers has \"" + text + "\": write addresses such as 192.0.2.53:53");
    }
  }
}
