package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.CertificatesClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.links.Links;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Our certificates, and which ones end soon. */
@Command(
    name = "certificates",
    description = {
      "Shows our certificates (current, coming, deprecated), and certificates that end soon:",
      "ours, partners' that were seen, trust anchors.",
      "Exit code 1: one of the links to Kafka ends within 45 days."
    },
    mixinStandardHelpOptions = true)
public final class Certificates implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Option(
      names = "--within",
      paramLabel = "DAYS",
      description = "what ends within so many days (default: ${DEFAULT-VALUE})")
  private int days = 60;

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    CertificatesClient client = new CertificatesClient(installation.certificates());
    for (JsonNode own : client.published().path("certificates")) {
      System.out.printf(
          "%-10s %s %s, %s, to %s%n           sha256 %s%n",
          own.path("state").asText(),
          own.path("use").asText(),
          own.path("name").asText(),
          own.path("keyStrength").asText(),
          own.path("validTo").asText(),
          own.path("sha256").asText());
    }
    JsonNode expiring = client.expiring(days);
    System.out.printf("%nend within %d days: %d%n", days, expiring.path("total").asInt());
    for (JsonNode each : expiring.path("certificates")) {
      System.out.printf(
          "%-7s %4d days  %s%n                    %s%n",
          each.path("kind").asText(),
          each.path("daysLeft").asLong(),
          each.path("subject").asText(),
          Rehearse.joined(each.path("where")));
    }
    return links(installation);
  }

  /** Where the context says how Kafka is reached. */
  private static int links(Installation installation) {
    if (installation.setting("kafka.bootstrap.servers").isEmpty()) {
      return 0;
    }
    Links links = Links.of(installation.kafka(), Instant.now());
    System.out.println();
    links.lines().forEach(System.out::println);
    return links.findings().isEmpty() ? 0 : 1;
  }
}
