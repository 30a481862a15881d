package io.postern.stack.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.stack.CertificatesClient;
import io.postern.stack.RunningStack;
import io.postern.stack.Service;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Our certificates, and which ones end soon. */
@Command(
    name = "certificates",
    description = {
      "Shows our certificates (current, coming, deprecated), and certificates that end soon:",
      "ours, partners' that were seen, trust anchors."
    },
    mixinStandardHelpOptions = true)
public final class Certificates implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--within",
      paramLabel = "DAYS",
      description = "what ends within so many days (default: ${DEFAULT-VALUE})")
  private int days = 60;

  @Override
  public Integer call() throws Exception {
    RunningStack running = state.running();
    CertificatesClient client =
        new CertificatesClient(running.httpPort(Service.CERTIFICATE), state.open().credentials());
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
    return 0;
  }
}
