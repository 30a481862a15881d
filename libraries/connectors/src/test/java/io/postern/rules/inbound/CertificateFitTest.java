package io.postern.rules.inbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conditions for a certificate, one by one, and the decision in a session. */
class CertificateFitTest {
  private static final List<String> DOMAINS =
      List.of("contoso.com", "sub.contoso.com", "mail.contoso.com", "fabrikam.com");
  private static final List<String> WANTED =
      List.of(
          "mail.contoso.com",
          "*.contoso.com",
          "a.sub.contoso.com",
          "*.sub.contoso.com",
          "contoso.com",
          "mail.fabrikam.com",
          "a.b.fabrikam.com");
  private static final List<String> PRESENTED =
      List.of(
          "mail.contoso.com",
          "gate.contoso.com",
          "*.contoso.com",
          "a.sub.contoso.com",
          "contoso.com",
          "mail.fabrikam.com",
          "a.b.fabrikam.com",
          "outside.example");

  private static CertificateFit fit(Directory directory, String name, String... presented) {
    return CertificateFit.of(
        directory, new InboundEntry(connector(directory, "contoso", name)), List.of(presented));
  }

  private static InboundConnector connector(Directory directory, String organization, String name) {
    return directory.inboundConnectors(organization).stream()
        .filter(connector -> connector.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static OriginatingConnector found(Directory directory, String... presented) {
    return OriginatingConnector.find(directory, tls("192.0.2.1", null, presented), null);
  }

  /** The connector that takes a client with this certificate. */
  private static String first(Directory directory, String... presented) {
    return found(directory, presented) instanceof OriginatingConnector.Match match
        ? match.entry().name()
        : "";
  }

  @ParameterizedTest
  @CsvSource({
    // connector, certificate, accepted domain by which it counts
    "mail.contoso.com, mail.contoso.com, contoso.com",
    "mail.contoso.com, *.contoso.com, contoso.com",
    "contoso.com, contoso.com, contoso.com",
    "*.contoso.com, gate.contoso.com, contoso.com",
    "host.sub.contoso.com, host.sub.contoso.com,",
    "mail.contoso.net, mail.contoso.net,",
  })
  void theNameOrItsImmediateParentMustBeAnAcceptedDomain(
      String wanted, String presented, String domain) {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName(wanted)));
    CertificateFit fit = fit(directory, "Own", presented);
    assertThat(fit.presented()).isEqualTo(presented);
    assertThat(fit.acceptedDomain()).isEqualTo(domain);
    assertThat(first(directory, presented)).isEqualTo(domain == null ? "" : "Own");
  }

  @Test
  void theWizardsWildcardTakesAGatewayThatHasNoConnectorOfItsOwn() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn("contoso", "Wizard", c -> c.setTlsSenderCertificateName("*.contoso.com")),
            onPremisesIn(
                "contoso", "Gateway", c -> c.setTlsSenderCertificateName("gate.contoso.com")));
    assertThat(first(directory, "mail.contoso.com")).isEqualTo("Wizard");
    CertificateFit gateway = fit(directory, "Wizard", "gate.contoso.com");
    assertThat(gateway.acceptedDomain()).isEqualTo("contoso.com");
    assertThat(first(directory, "gate.contoso.com")).isEqualTo("Gateway");
  }

  @Test
  void aNameBelowAnotherOrganizationsDomainProvesNothing() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            organization("fabrikam"),
            domain("fabrikam", "mail.contoso.com"),
            onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")));
    CertificateFit fit = fit(directory, "Own", "mail.contoso.com");
    assertThat(fit.acceptedDomain()).isNull();
    assertThat(first(directory, "mail.contoso.com")).isEmpty();
  }

  @Test
  void aCertificateOfTwoOrganizationsIsNobodys() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            organization("fabrikam"),
            domain("fabrikam", "fabrikam.com"),
            onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
            onPremisesIn(
                "fabrikam", "Own", c -> c.setTlsSenderCertificateName("mail.fabrikam.com")));
    CertificateFit fit = fit(directory, "Own", "mail.contoso.com", "mail.fabrikam.com");
    assertThat(fit.acceptedDomain()).isEqualTo("contoso.com");
    assertThat(found(directory, "mail.contoso.com", "mail.fabrikam.com"))
        .isInstanceOf(OriginatingConnector.Tie.class);
  }

  /** For random directories and certificates: a client is let in where all conditions are met. */
  @Test
  void theConditionsTogetherAreTheDecisionOfTheSession() {
    Random random = new Random(54);
    int attributed = 0;
    int stopped = 0;
    for (int round = 0; round < 5_000; round++) {
      List<DirectoryObject> objects = new ArrayList<>();
      objects.add(organization("contoso"));
      objects.add(organization("fabrikam"));
      for (String name : DOMAINS) {
        if (random.nextBoolean()) {
          objects.add(domain(random.nextInt(3) == 0 ? "fabrikam" : "contoso", name));
        }
      }
      int connectors = 1 + random.nextInt(4);
      for (int i = 0; i < connectors; i++) {
        String wanted = WANTED.get(random.nextInt(WANTED.size()));
        boolean limited = random.nextInt(4) == 0;
        boolean enabled = random.nextInt(8) > 0;
        boolean blocked = random.nextInt(8) == 0;
        objects.add(
            onPremisesIn(
                random.nextInt(3) == 0 ? "fabrikam" : "contoso",
                "Own " + i,
                c -> {
                  c.setTlsSenderCertificateName(wanted).setEnabled(enabled).setBlocked(blocked);
                  if (limited) {
                    c.addAssociatedAcceptedDomains("contoso.com");
                  }
                }));
      }
      Directory directory = Directory.of(objects, 7, Map.of());
      String[] names =
          random
              .ints(1 + random.nextInt(3), 0, PRESENTED.size())
              .mapToObj(PRESENTED::get)
              .distinct()
              .toArray(String[]::new);
      InboundFacts facts = tls("192.0.2.1", null, names);
      InboundDecision decision =
          InboundRules.decide(directory, facts, "outside.example", Sample.GOOD);
      OriginatingConnector found = found(directory, names);
      for (String organization : List.of("contoso", "fabrikam")) {
        for (InboundConnector connector : directory.inboundConnectors(organization)) {
          CertificateFit fit =
              CertificateFit.of(directory, new InboundEntry(connector), facts.certificateNames());
          assertThat(isFound(found, connector)).isEqualTo(by(decision, connector));
          if (isFound(found, connector)) {
            attributed++;
            assertThat(fit.presented()).isNotNull();
            assertThat(fit.acceptedDomain()).isNotNull();
            assertThat(fit.associated()).isTrue();
          } else if (connector.getEnabled() && fit.associated()) {
            stopped++;
            assertThat(found)
                .as("all conditions are met, so another connector or a tie stops it")
                .isNotInstanceOf(OriginatingConnector.NoMatch.class);
          }
        }
      }
    }
    assertThat(attributed).isGreaterThan(500);
    assertThat(stopped).isGreaterThan(50);
  }

  private static boolean isFound(OriginatingConnector found, InboundConnector connector) {
    return found instanceof OriginatingConnector.Match match
        && match.entry().organization().equals(connector.getOrganization())
        && match.entry().name().equals(connector.getName());
  }

  private static boolean by(InboundDecision decision, InboundConnector connector) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          accept.connector().equals(connector.getName())
              && accept.organization().equals(connector.getOrganization());
      case InboundDecision.Refuse refuse ->
          refuse.rule().equals("blocked")
              && refuse.connector().equals(connector.getName())
              && refuse.organization().equals(connector.getOrganization());
      case InboundDecision.VerdictNeeded needed -> false;
    };
  }
}
