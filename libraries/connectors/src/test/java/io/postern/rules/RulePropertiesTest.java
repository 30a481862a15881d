package io.postern.rules;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Properties of the rules for every directory and session, over seeded random ones. */
public class RulePropertiesTest {
  private static final int ROUNDS = 3_000;
  private static final List<String> SENDERS =
      List.of(
          "p.example", "a.p.example", "b.a.p.example", "q.example", "contoso.com", "fabrikam.com");
  private static final List<String> PATTERNS =
      List.of("p.example", "*.p.example", "*.a.p.example", "a.p.example", "*", "q.example");
  private static final List<String> NAMES =
      List.of(
          "mail.p.example",
          "mail.contoso.com",
          "*.contoso.com",
          "mail.q.example",
          "mail.fabrikam.com");
  private static final List<String> ADDRESSES =
      List.of("192.0.2.1", "192.0.2.200", "198.51.100.1", "2001:db8::1");
  private static final List<String> RANGES =
      List.of("192.0.2.0/24", "192.0.2.1", "198.51.100.1", "2001:db8::/64");

  private final Random random = new Random(7);

  @Test
  void theOrderOfTheObjectsChangesNothing() {
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.addAll(fabrikam());
      InboundFacts facts = facts();
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict = verdict();
      String recipient = pick(List.of("contoso.com", "fabrikam.com", "outside.example"));
      String inbound = text(inbound(objects, facts, recipient, verdict));
      String outbound = outbound(objects, recipient).toString();
      Collections.shuffle(objects, random);
      assertThat(text(inbound(objects, facts, recipient, verdict))).isEqualTo(inbound);
      assertThat(outbound(objects, recipient)).hasToString(outbound);
    }
  }

  @Test
  void anotherOrganizationsConnectorsChangeNothingInTheDecisionOfTheRecipients() {
    int both = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.add(organization("fabrikam"));
      objects.add(domain("fabrikam", "fabrikam.com"));
      InboundFacts facts = facts();
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict = verdict();
      InboundDecision without = inbound(objects, facts, "contoso.com", verdict);
      String outboundWithout = outbound(objects, "outside.example").toString();
      objects.addAll(fabrikam());
      InboundDecision with = inbound(objects, facts, "contoso.com", verdict);
      if (with instanceof InboundDecision.Accept accept
          && accept.organization().equals("fabrikam")) {
        both++;
        assertThat(accept.explanation().toString()).doesNotContain("contoso/");
        InboundDecision.Accept incoming = accept.incoming();
        assertThat(incoming).isNotNull();
        if (incoming != null) {
          assertThat(text(incoming)).doesNotContain("fabrikam/");
          if (without instanceof InboundDecision.Accept alone
              && alone.direction() == Direction.ORIGINATING) {
            // The certificate proves fabrikam's own server, which goes before contoso's address.
            assertThat(incoming.direction()).isEqualTo(Direction.INCOMING);
          } else {
            assertThat(text(incoming)).isEqualTo(text(without));
          }
        }
      } else if (!(with instanceof InboundDecision.Refuse refuse
          && refuse.organization().equals("fabrikam"))) {
        assertThat(text(with)).isEqualTo(text(without)).doesNotContain("fabrikam/");
      }
      assertThat(outbound(objects, "outside.example")).hasToString(outboundWithout);
    }
    assertThat(both).isGreaterThan(50);
  }

  @Test
  void whereARestrictingConnectorIsInScopeOnlyARestrictingOneThatIsMetLetsIn() {
    int cases = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.addAll(fabrikam());
      InboundFacts facts = facts();
      InboundDecision.Accept accept = letIn(inbound(objects, facts, "contoso.com", verdict()));
      if (accept == null) {
        continue;
      }
      boolean restricted =
          objects.stream()
              .filter(DirectoryObject::hasInboundConnector)
              .map(DirectoryObject::getInboundConnector)
              .filter(c -> c.getOrganization().equals("contoso"))
              .anyMatch(c -> restricting(c) && inScope(c, facts));
      if (restricted && !isOwnServer(objects, accept)) {
        cases++;
        InboundConnector by = connector(objects, accept.connector());
        assertThat(restricting(by)).isTrue();
        assertThat(!by.getRequireTls() || facts.tls()).isTrue();
        assertThat(
                !by.getRestrictDomainsToCertificate()
                    || accept.verdict().equals("good")
                        && CertificateNames.fits(
                            by.getTlsSenderCertificateName(), facts.certificateNames()))
            .isTrue();
        assertThat(
                !by.getRestrictDomainsToIpAddresses()
                    || !new InboundEntry(by).rangeOf(IpAddress.parse(facts.clientIp())).isEmpty())
            .isTrue();
      }
    }
    assertThat(cases).isGreaterThan(50);
  }

  @Test
  void nobodyRelaysToTheOutsideButAnOnPremisesConnectorAndNotOnAnythingButAGoodChain() {
    int cases = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.addAll(fabrikam());
      InboundFacts facts = facts();
      if (inbound(objects, facts, "outside.example", verdict())
          instanceof InboundDecision.Accept accept) {
        cases++;
        InboundConnector by = connector(objects, accept.connector());
        assertThat(by.getConnectorType()).isEqualTo(ConnectorType.ON_PREMISES);
        assertThat(accept.direction()).isEqualTo(Direction.ORIGINATING);
        boolean ownSender = (by.getOrganization() + ".com").equals(facts.mailFromDomain());
        assertThat(accept.verdict())
            .isEqualTo(by.getTlsSenderCertificateName().isEmpty() && ownSender ? "" : "good");
      }
    }
    assertThat(cases).isGreaterThan(50);
  }

  /** A block: not by another connector, not by a looser path, not to another recipient. */
  @Test
  void blockingAConnectorLetsNothingInThatWasNotAndNothingByTheBlockedOne() {
    int refused = 0;
    for (int round = 0; round < 3 * ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.addAll(fabrikam());
      InboundFacts facts = facts();
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict = verdict();
      String recipient = pick(List.of("contoso.com", "fabrikam.com", "outside.example"));
      InboundDecision before = inbound(objects, facts, recipient, verdict);
      List<DirectoryObject> connectors =
          objects.stream().filter(DirectoryObject::hasInboundConnector).toList();
      DirectoryObject chosen = pick(connectors);
      InboundConnector blocked = chosen.getInboundConnector().toBuilder().setBlocked(true).build();
      objects.set(objects.indexOf(chosen), chosen.toBuilder().setInboundConnector(blocked).build());
      InboundDecision after = inbound(objects, facts, recipient, verdict);
      if (after instanceof InboundDecision.Accept accept) {
        assertThat(withoutExplanation(accept)).isEqualTo(withoutExplanation(before));
        assertThat(accept.connector()).isNotEqualTo(blocked.getName());
        InboundDecision.Accept incoming = accept.incoming();
        assertThat(incoming == null ? "" : incoming.connector()).isNotEqualTo(blocked.getName());
      } else if (after instanceof InboundDecision.Refuse refuse
          && refuse.enhanced().equals("5.7.711")) {
        assertThat(refuse.connector()).isEqualTo(blocked.getName());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void everyRefusalHasOneClass() {
    for (int round = 0; round < ROUNDS; round++) {
      if (inbound(contoso(), facts(), pick(List.of("contoso.com", "x.example")), verdict())
          instanceof InboundDecision.Refuse refuse) {
        assertThat(refuse.enhanced()).startsWith(refuse.code() / 100 + ".");
        assertThat(refuse.code()).isBetween(400, 599);
        assertThat(refuse.explanation().getSummary()).startsWith("Refused");
      }
    }
  }

  @Test
  void aRequirementIsNeverBelowItsConnectorNorBelowTlsBetweenAcceptedDomains() {
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> objects = contoso();
      objects.addAll(fabrikam());
      String recipient =
          pick(List.of("contoso.com", "fabrikam.com", "p.example", "a.p.example", "q.example"));
      if (!(outbound(objects, recipient) instanceof OutboundDecision.Deliver deliver)) {
        continue;
      }
      TlsRequirement requirement = deliver.requirement();
      assertThat(requirement.getMinimumVersion().getNumber())
          .isGreaterThanOrEqualTo(TlsVersion.TLS_1_2.getNumber());
      if (recipient.equals("contoso.com") || recipient.equals("fabrikam.com")) {
        assertThat(requirement.getLevel()).isGreaterThanOrEqualTo(TlsLevel.ENCRYPTION_ONLY);
        assertThat(requirement.getForwardSecrecy()).isTrue();
      }
      if (!deliver.connector().isEmpty()) {
        OutboundConnector by =
            objects.stream()
                .filter(DirectoryObject::hasOutboundConnector)
                .map(DirectoryObject::getOutboundConnector)
                .filter(c -> c.getOrganization().equals("contoso"))
                .filter(c -> c.getName().equals(deliver.connector()))
                .findFirst()
                .orElseThrow();
        assertThat(requirement.getLevel()).isGreaterThanOrEqualTo(by.getTlsSettings());
        assertThat(requirement.getForwardSecrecy() || !by.getRequireForwardSecrecy()).isTrue();
        assertThat(requirement.getPostQuantum()).isEqualTo(by.getRequirePostQuantum());
        if (by.getTlsSettings() == TlsLevel.DOMAIN_VALIDATION) {
          assertThat(requirement.getTlsDomain()).isNotEmpty();
        }
      }
    }
  }

  /**
   * Far above the CPU that it takes, whatever else the machine does; a scan of the connectors at
   * each decision would not come near.
   */
  @Test
  void aThousandConnectorsAreNotLookedAtOneByOne() {
    List<DirectoryObject> objects = contoso();
    for (int i = 0; i < 1_000; i++) {
      String partner = "partner" + i + ".example";
      String name = "P" + i;
      objects.add(
          partnerIn(
              "contoso",
              name,
              c ->
                  c.addSenderDomains(partner)
                      .setRequireTls(true)
                      .setTlsSenderCertificateName("mail." + partner)
                      .setRestrictDomainsToCertificate(true)));
      objects.add(partnerOut("contoso", name, c -> c.addRecipientDomains(partner)));
    }
    Directory directory = Directory.of(objects, 1, Map.of());
    long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int i = 0; i < 100_000; i++) {
      String partner = "partner" + i % 1_000 + ".example";
      InboundDecision in =
          InboundRules.decide(
              directory,
              Sample.tls("203.0.113.1", partner, "mail." + partner),
              "contoso.com",
              Sample.GOOD);
      assertThat(in).isInstanceOf(InboundDecision.Accept.class);
      OutboundRules.decide(directory, OutboundMail.to("contoso", Direction.ORIGINATING, partner));
    }
    assertThat(
            Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began))
        .isLessThan(Duration.ofSeconds(10));
  }

  public List<DirectoryObject> contoso() {
    List<DirectoryObject> objects =
        new ArrayList<>(List.of(organization("contoso"), domain("contoso", "contoso.com")));
    for (int i = random.nextInt(5); i > 0; i--) {
      objects.add(partnerIn("contoso", "in" + i, this::anyPartner));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      objects.add(onPremisesIn("contoso", "own" + i, this::anyOnPremises));
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      objects.add(
          random.nextBoolean()
              ? partnerOut("contoso", "out" + i, this::anyOut)
              : onPremisesOut("contoso", "out" + i, this::anyOut));
    }
    return objects;
  }

  public List<DirectoryObject> fabrikam() {
    return List.of(
        organization("fabrikam"),
        domain("fabrikam", "fabrikam.com"),
        partnerIn("fabrikam", "x", this::anyPartner),
        onPremisesIn("fabrikam", "y", this::anyOnPremises),
        onPremisesIn("fabrikam", "y2", this::anyOnPremises),
        partnerOut("fabrikam", "z", this::anyOut));
  }

  private void anyPartner(InboundConnector.Builder c) {
    c.addSenderDomains(pick(PATTERNS)).setRequireTls(random.nextBoolean());
    c.setEnabled(random.nextInt(5) > 0);
    switch (random.nextInt(4)) {
      case 0 -> c.setRestrictDomainsToCertificate(true).setTlsSenderCertificateName(pick(NAMES));
      case 1 -> c.setRestrictDomainsToIpAddresses(true).addSenderIpAddresses(pick(RANGES));
      case 2 -> c.setTlsSenderCertificateName(pick(NAMES));
      default -> {}
    }
  }

  private void anyOnPremises(InboundConnector.Builder c) {
    if (random.nextBoolean()) {
      c.setTlsSenderCertificateName(pick(NAMES));
    } else {
      c.addSenderIpAddresses(pick(RANGES)).setRequireTls(random.nextBoolean());
    }
  }

  private void anyOut(OutboundConnector.Builder c) {
    c.addRecipientDomains(pick(PATTERNS)).setTlsSettingsValue(random.nextInt(5));
    c.setEnabled(random.nextInt(5) > 0);
    c.setRequireForwardSecrecy(random.nextBoolean());
    c.setRequirePostQuantum(random.nextBoolean());
    if (random.nextBoolean()) {
      c.setUseMxRecord(false).addSmartHosts(host("smart.example", 0));
    }
    if (c.getTlsSettings() == TlsLevel.DOMAIN_VALIDATION && random.nextBoolean()) {
      c.setTlsDomain("mail.p.example");
    }
    if (c.getConnectorType() == ConnectorType.ON_PREMISES) {
      c.setAllAcceptedDomains(random.nextInt(4) == 0);
      c.setRouteAllMessagesViaOnPremises(random.nextInt(8) == 0);
    }
  }

  public InboundFacts facts() {
    String sender = random.nextInt(6) == 0 ? null : pick(SENDERS);
    return switch (random.nextInt(3)) {
      case 0 -> Sample.plain(pick(ADDRESSES), sender);
      case 1 -> Sample.tls(pick(ADDRESSES), sender);
      default -> Sample.tls(pick(ADDRESSES), sender, pick(NAMES));
    };
  }

  public Function<VerdictQuestion, @Nullable CertificateVerdict> verdict() {
    return switch (random.nextInt(4)) {
      case 0 -> Sample.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
      case 1 -> Sample.verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
      default -> Sample.GOOD;
    };
  }

  private static InboundDecision inbound(
      List<DirectoryObject> objects,
      InboundFacts facts,
      String recipient,
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict) {
    return InboundRules.decide(Directory.of(objects, 1, Map.of()), facts, recipient, verdict);
  }

  private static OutboundDecision outbound(List<DirectoryObject> objects, String recipient) {
    return OutboundRules.decide(
        Directory.of(objects, 1, Map.of()),
        OutboundMail.to("contoso", Direction.ORIGINATING, recipient));
  }

  /**
   * The decision of contoso's partner connectors that let the mail in; null where none was to be
   * made: nothing was let in, or the session is contoso's own server.
   */
  private static InboundDecision.@Nullable Accept letIn(InboundDecision decision) {
    if (!(decision instanceof InboundDecision.Accept accept)) {
      return null;
    }
    if (accept.direction() == Direction.INCOMING) {
      return accept;
    }
    return accept.organization().equals("contoso") ? null : accept.incoming();
  }

  /** By its address: it may send to its organization from any MAIL FROM. */
  private static boolean isOwnServer(List<DirectoryObject> objects, InboundDecision.Accept accept) {
    return !accept.connector().isEmpty()
        && connector(objects, accept.connector()).getConnectorType() == ConnectorType.ON_PREMISES;
  }

  private static InboundConnector connector(List<DirectoryObject> objects, String name) {
    return objects.stream()
        .filter(DirectoryObject::hasInboundConnector)
        .map(DirectoryObject::getInboundConnector)
        .filter(c -> c.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static boolean restricting(InboundConnector c) {
    return c.getRestrictDomainsToCertificate() || c.getRestrictDomainsToIpAddresses();
  }

  private static boolean inScope(InboundConnector c, InboundFacts facts) {
    String sender = facts.mailFromDomain();
    return c.getEnabled()
        && c.getConnectorType() == ConnectorType.PARTNER
        && c.getSenderDomainsList().stream()
            .anyMatch(p -> sender == null ? p.equals("*") : DomainPattern.parse(p).matches(sender));
  }

  private static String withoutExplanation(@Nullable InboundDecision decision) {
    return decision instanceof InboundDecision.Accept accept
        ? String.join(
            "|",
            accept.organization(),
            accept.connector(),
            accept.direction().name(),
            accept.verdict(),
            withoutExplanation(accept.incoming()))
        : "not accepted";
  }

  /** An Accept's key is an array and has no text of its own. */
  public static String text(InboundDecision decision) {
    return decision instanceof InboundDecision.Accept accept
        ? String.join(
            "|",
            accept.organization(),
            accept.connector(),
            accept.direction().name(),
            accept.verdict(),
            accept.explanation().toString())
        : decision.toString();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
