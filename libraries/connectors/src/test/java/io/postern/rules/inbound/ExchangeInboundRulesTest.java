package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static io.postern.rules.Sample.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exchange Online's rules for inbound mail as Microsoft documents them, a row each: 1.1 has the
 * connectors' parameters, 1.2 the attribution in its order, 1.3 the replies. Where we differ on
 * purpose the row says so, and docs/design/connectors.md, "Differences from Exchange", says why.
 */
class ExchangeInboundRulesTest {
  /** A rule, a client, a recipient's domain, and the decision. */
  private record Row(
      String rule, List<DirectoryObject> directory, Client client, String to, String expected) {
    @Override
    public String toString() {
      return rule;
    }
  }

  private record Client(
      InboundFacts facts, Function<VerdictQuestion, @Nullable CertificateVerdict> chain) {}

  private static final String STRANGER = "198.51.100.9";
  private static final String LISTED = "192.0.2.7";

  private static Client sends(InboundFacts facts) {
    return new Client(facts, Sample.NEVER_ASKED);
  }

  /** A client with a good chain and these names. */
  private static Client shows(@Nullable String mailFrom, String... names) {
    return new Client(tls(STRANGER, mailFrom, names), Sample.GOOD);
  }

  private static Client judged(
      String mailFrom, String name, VerdictResult result, VerdictReason reason) {
    return new Client(tls(STRANGER, mailFrom, name), verdict(result, reason));
  }

  /** Contoso with its domain, beside Fabrikam with its own, and further objects. */
  private static List<DirectoryObject> contoso(DirectoryObject... more) {
    List<DirectoryObject> all =
        new ArrayList<>(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                organization("fabrikam"),
                domain("fabrikam", "fabrikam.com")));
    all.addAll(List.of(more));
    return all;
  }

  private static DirectoryObject partner(Consumer<InboundConnector.Builder> more) {
    return partnerIn("contoso", "Partner", more);
  }

  private static DirectoryObject own(Consumer<InboundConnector.Builder> more) {
    return onPremisesIn("contoso", "Own", more);
  }

  private static DirectoryObject byCertificate(String name) {
    return own(c -> c.setTlsSenderCertificateName(name).setRequireTls(true));
  }

  private static DirectoryObject byAddress() {
    return own(c -> c.addSenderIpAddresses("192.0.2.0/24"));
  }

  private static DirectoryObject requiresTls(String senderDomain) {
    return partner(c -> c.addSenderDomains(senderDomain).setRequireTls(true));
  }

  private static DirectoryObject lockDown(String senderDomain) {
    return partner(
        c ->
            c.addSenderDomains(senderDomain)
                .setRequireTls(true)
                .setTlsSenderCertificateName("mail.partner.example")
                .setRestrictDomainsToCertificate(true));
  }

  private static DirectoryObject onlyFrom(String senderDomain) {
    return partner(
        c ->
            c.addSenderDomains(senderDomain)
                .addSenderIpAddresses("192.0.2.0/24")
                .setRestrictDomainsToIpAddresses(true));
  }

  private static List<DirectoryObject> rejectsDirectSend(DirectoryObject... more) {
    return Sample.rejectsDirectSend("contoso", "contoso.com", more);
  }

  private static final String PARTNER_TEXT =
      "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched"
          + " the message's recipient domain. The connector had either the"
          + " RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set";
  private static final String NO_TLS = "550 5.7.3 STARTTLS is required to send mail";
  private static final String RELAY = "550 5.7.64 TenantAttribution; Relay Access Denied SMTP";
  private static final String ATTR36 = "550 5.7.64 Relay Access Denied ATTR36";
  private static final String DIRECT_SEND =
      "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from"
          + " unauthorized sources";

  static Stream<Row> parameters() {
    return Stream.of(
        row(
            "1.1 senderDomains: a name is that domain, not its subdomains",
            contoso(requiresTls("partner.example")),
            sends(plain(STRANGER, "sub.partner.example")),
            "incoming contoso"),
        row(
            "1.1 senderDomains: *.x is x",
            contoso(requiresTls("*.partner.example")),
            sends(plain(STRANGER, "partner.example")),
            NO_TLS),
        row(
            "1.1 senderDomains: *.x is all its subdomains",
            contoso(requiresTls("*.partner.example")),
            sends(plain(STRANGER, "a.b.partner.example")),
            NO_TLS),
        row(
            "1.1 senderDomains: * is everybody",
            contoso(requiresTls("*")),
            sends(plain(STRANGER, "any.example")),
            NO_TLS),
        row(
            "1.1 senderDomains: * is the null reverse-path too",
            contoso(requiresTls("*")),
            sends(plain(STRANGER, null)),
            NO_TLS),
        row(
            "1.1 senderDomains: the stored form smtp:x;1 is x, its cost has no effect",
            contoso(requiresTls("smtp:partner.example;5")),
            sends(plain(STRANGER, "partner.example")),
            NO_TLS),
        row(
            "1.1 enabled: a connector that is not does nothing",
            contoso(partner(c -> c.addSenderDomains("*").setRequireTls(true).setEnabled(false))),
            sends(plain(STRANGER, "partner.example")),
            "incoming contoso"),
        row(
            "1.1 requireTls: mail over TLS is taken by the connector, without a certificate",
            contoso(requiresTls("partner.example")),
            sends(tls(STRANGER, "partner.example")),
            "incoming contoso by Partner"),
        row(
            "1.1 tlsSenderCertificateName: with requireTls it is demanded without the restriction",
            contoso(
                partner(
                    c ->
                        c.addSenderDomains("partner.example")
                            .setRequireTls(true)
                            .setTlsSenderCertificateName("mail.partner.example"))),
            sends(tls(STRANGER, "partner.example", "other.example")),
            "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that"
                + " matched the message's recipient domain. It requires a certificate with its"
                + " TlsSenderCertificateName"),
        row(
            "1.1 tlsSenderCertificateName: a wildcard of the certificate matches it",
            contoso(lockDown("partner.example")),
            shows("partner.example", "*.partner.example"),
            "incoming contoso by Partner"),
        row(
            "1.1 tlsSenderCertificateName: any of the certificate's names matches it",
            contoso(lockDown("partner.example")),
            shows("partner.example", "www.partner.example", "mail.partner.example"),
            "incoming contoso by Partner"),
        row(
            "1.1 restrictDomainsToCertificate: another name is refused",
            contoso(lockDown("partner.example")),
            sends(tls(STRANGER, "partner.example", "mail.other.example")),
            PARTNER_TEXT),
        row(
            "1.1 restrictDomainsToCertificate: no certificate is refused",
            contoso(lockDown("partner.example")),
            sends(tls(STRANGER, "partner.example")),
            PARTNER_TEXT),
        row(
            "1.1 restrictDomainsToIPAddresses: a listed address is let in, in plaintext too",
            contoso(onlyFrom("partner.example")),
            sends(plain(LISTED, "partner.example")),
            "incoming contoso by Partner"),
        row(
            "1.1 restrictDomainsToIPAddresses: another address is refused",
            contoso(onlyFrom("partner.example")),
            sends(tls(STRANGER, "partner.example")),
            PARTNER_TEXT),
        row(
            "1.1 senderIPAddresses: they restrict a partner only with the restriction",
            contoso(
                partner(c -> c.addSenderDomains("partner.example").addSenderIpAddresses(LISTED))),
            sends(plain(STRANGER, "partner.example")),
            "incoming contoso"),
        row(
            "1.1 restrictDomainsToCertificate: addresses beside it let nobody pass",
            contoso(
                partner(
                    c ->
                        c.addSenderDomains("partner.example")
                            .addSenderIpAddresses(LISTED)
                            .setRequireTls(true)
                            .setTlsSenderCertificateName("mail.partner.example")
                            .setRestrictDomainsToCertificate(true))),
            shows("partner.example", "other.example"),
            PARTNER_TEXT),
        row(
            "1.1 associatedAcceptedDomains: other recipients are none of the connector's",
            contoso(
                domain("contoso", "pilot.example"),
                partner(
                    c ->
                        c.addSenderDomains("*")
                            .setRequireTls(true)
                            .addAssociatedAcceptedDomains("pilot.example"))),
            sends(plain(STRANGER, "partner.example")),
            "incoming contoso"),
        row(
            "1.1 blocked connectors: refused whatever the chain is worth",
            contoso(
                own(
                    c ->
                        c.setTlsSenderCertificateName("mail.contoso.com")
                            .setRequireTls(true)
                            .setBlocked(true))),
            sends(tls(STRANGER, "contoso.com", "mail.contoso.com")),
            "550 5.7.711 Access denied, bad inbound connector. AS(2204)"));
  }

  static Stream<Row> attribution() {
    return Stream.of(
        to(
            "1.2 step 1: the certificate's name finds the organization, whoever MAIL FROM names",
            contoso(byCertificate("mail.contoso.com")),
            shows("stranger.example", "mail.contoso.com"),
            "originating contoso by Own"),
        to(
            "1.2 step 1: the null reverse-path relays by certificate",
            contoso(byCertificate("mail.contoso.com")),
            shows(null, "mail.contoso.com"),
            "originating contoso by Own"),
        to(
            "1.2 step 2: a name below no accepted domain of the connector's organization proves nothing",
            contoso(byCertificate("mail.other.example")),
            sends(tls(STRANGER, "stranger.example", "mail.other.example")),
            ATTR36),
        to(
            "1.2 step 2: a name below another organization's domain proves nothing",
            contoso(byCertificate("mail.fabrikam.com")),
            sends(tls(STRANGER, "stranger.example", "mail.fabrikam.com")),
            ATTR36),
        to(
            "1.2 step 2: *.contoso.com works where the presented name's domain is accepted",
            contoso(byCertificate("*.contoso.com")),
            shows("stranger.example", "gateway.contoso.com"),
            "originating contoso by Own"),
        to(
            "1.2 step 2: the most exact match wins",
            contoso(
                byCertificate("*.contoso.com"),
                onPremisesIn(
                    "contoso", "Exact", c -> c.setTlsSenderCertificateName("mail.contoso.com"))),
            shows("stranger.example", "mail.contoso.com"),
            "originating contoso by Exact"),
        to(
            "1.2 step 3: by address MAIL FROM's domain must be accepted",
            contoso(byAddress()),
            sends(plain(LISTED, "contoso.com")),
            "originating contoso by Own"),
        to(
            "1.2 step 3: by address another domain relays nowhere",
            contoso(byAddress()),
            sends(plain(LISTED, "stranger.example")),
            ATTR36),
        to(
            "1.2 step 3: by address the null reverse-path relays nowhere",
            contoso(byAddress()),
            sends(plain(LISTED, null)),
            ATTR36),
        to(
            "1.2 step 4: no accepted domain, no tenant",
            contoso(),
            sends(plain(STRANGER, "stranger.example")),
            ATTR36),
        row(
            "1.2 step 5: without a partner connector the anonymous path",
            contoso(),
            sends(plain(STRANGER, "stranger.example")),
            "incoming contoso"),
        to(
            "1.2 depth: host.contoso.com needs contoso.com",
            contoso(byCertificate("host.contoso.com")),
            shows(null, "host.contoso.com"),
            "originating contoso by Own"),
        to(
            "1.2 depth: host.sub.contoso.com needs sub.contoso.com, contoso.com is not enough",
            contoso(byCertificate("host.sub.contoso.com")),
            sends(tls(STRANGER, null, "host.sub.contoso.com")),
            ATTR36),
        to(
            "1.2 depth: host.sub.contoso.com with sub.contoso.com",
            contoso(domain("contoso", "sub.contoso.com"), byCertificate("host.sub.contoso.com")),
            shows(null, "host.sub.contoso.com"),
            "originating contoso by Own"),
        row(
            "1.2 originating: another organization's partner connectors are asked too (ours: both decide)",
            contoso(byCertificate("mail.contoso.com"), lockDownOf("fabrikam", "contoso.com")),
            shows("contoso.com", "mail.contoso.com"),
            "fabrikam.com",
            PARTNER_TEXT),
        row(
            "1.2 precedence: an allowing connector does not help beside a restricting one",
            contoso(
                lockDown("*"),
                partnerIn("contoso", "Allow", c -> c.addSenderDomains("partner.example"))),
            sends(tls(STRANGER, "partner.example")),
            PARTNER_TEXT),
        row(
            "1.2 lock-down: * by certificate refuses everybody else",
            contoso(lockDown("*")),
            sends(tls(STRANGER, "any.example", "mail.any.example")),
            PARTNER_TEXT),
        row(
            "1.2 lock-down: * by address refuses everybody else",
            contoso(onlyFrom("*")),
            sends(tls(STRANGER, "any.example")),
            PARTNER_TEXT),
        row(
            "1.2 RejectDirectSend: an own domain of a client that no connector knows",
            rejectsDirectSend(),
            sends(plain(STRANGER, "contoso.com")),
            DIRECT_SEND),
        row(
            "1.2 RejectDirectSend: a foreign domain is none of it",
            rejectsDirectSend(),
            sends(plain(STRANGER, "stranger.example")),
            "incoming contoso"),
        row(
            "1.2 RejectDirectSend: a client that a connector knows by address",
            rejectsDirectSend(byAddress()),
            sends(plain(LISTED, "contoso.com")),
            "originating contoso by Own"));
  }

  static Stream<Row> refusals() {
    return Stream.of(
        to(
            "1.3 an own domain at an address that is no longer listed",
            contoso(byAddress()),
            sends(plain(STRANGER, "contoso.com")),
            RELAY),
        to(
            "1.3 neither the sender's nor a certificate's domain is accepted",
            contoso(byCertificate("mail.contoso.com")),
            sends(tls(STRANGER, "stranger.example", "mail.stranger.example")),
            ATTR36),
        to(
            "1.3 an untrusted chain of an own server",
            contoso(byCertificate("mail.contoso.com")),
            judged(
                "contoso.com", "mail.contoso.com", VerdictResult.BAD, VerdictReason.UNTRUSTED_ROOT),
            "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied"),
        to(
            "1.3 an expired certificate of an own server",
            contoso(byCertificate("mail.contoso.com")),
            judged("contoso.com", "mail.contoso.com", VerdictResult.BAD, VerdictReason.EXPIRED),
            "454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired: Access Denied"),
        row(
            "1.3 a partner's chain that cannot be judged (ours: 451, unknown is not good)",
            contoso(lockDown("partner.example")),
            judged(
                "partner.example",
                "mail.partner.example",
                VerdictResult.UNKNOWN,
                VerdictReason.UNAVAILABLE),
            "451 4.7.5 The client certificate could not be validated (unavailable), try again later"),
        row(
            "1.3 STARTTLS is missing (ours: 550, as its enhanced code says)",
            contoso(requiresTls("partner.example")),
            sends(plain(STRANGER, "partner.example")),
            NO_TLS));
  }

  private static DirectoryObject lockDownOf(String organization, String senderDomain) {
    return partnerIn(
        organization,
        "Theirs",
        c ->
            c.addSenderDomains(senderDomain)
                .addSenderIpAddresses(LISTED)
                .setRestrictDomainsToIpAddresses(true));
  }

  /** To a recipient of Contoso's. */
  private static Row row(
      String rule, List<DirectoryObject> directory, Client client, String expected) {
    return row(rule, directory, client, "contoso.com", expected);
  }

  private static Row row(
      String rule, List<DirectoryObject> directory, Client client, String to, String expected) {
    return new Row(rule, directory, client, to, expected);
  }

  /** To a recipient whom nobody here serves: it is relayed or refused. */
  private static Row to(
      String rule, List<DirectoryObject> directory, Client client, String expected) {
    return row(rule, directory, client, "outside.example", expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"parameters", "attribution", "refusals"})
  void ruleOfExchange(Row row) {
    InboundDecision decision =
        InboundRules.decide(
            Directory.of(row.directory(), 1, Map.of()),
            row.client().facts(),
            row.to(),
            row.client().chain());
    String actual =
        switch (decision) {
          case InboundDecision.Accept accept ->
              accept.direction().name().toLowerCase(Locale.ROOT)
                  + " "
                  + accept.organization()
                  + (accept.connector().isEmpty() ? "" : " by " + accept.connector());
          case InboundDecision.Refuse refuse ->
              refuse.code() + " " + refuse.enhanced() + " " + refuse.text();
          case InboundDecision.VerdictNeeded needed -> "asked";
        };
    assertThat(actual).isEqualTo(row.expected());
  }
}
