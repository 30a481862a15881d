package io.postern.policy.partner;

import io.postern.api.ProblemException;
import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedInbound;
import io.postern.rules.InboundDecision;
import io.postern.rules.InboundFacts;
import io.postern.rules.InboundRules;
import io.postern.rules.IpAddress;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decision about a session that an administrator gives by hand, by the rules that decide in the
 * session; verdicts are asked for as ingress-service does. One use; it blocks for verdicts.
 */
final class InboundCheck {
  private static final int MOST_PEM = 128 * 1024;
  private static final int MOST_CERTIFICATES = 10;
  private static final int MOST_QUESTIONS = 20;

  private final Directory directory;
  private final String organization;
  private final InboundFacts facts;
  private final String recipientDomain;
  private final Map<VerdictKey, CertificateVerdict> verdicts = new HashMap<>();

  /**
   * @throws ProblemException 400: the facts cannot be read
   */
  InboundCheck(Directory directory, String organization, InboundCheckRequest asked) {
    this.directory = directory;
    this.organization = organization;
    String clientIp = asked.clientIp() == null ? "" : asked.clientIp().strip();
    if (IpAddress.parse(clientIp) == null) {
      throw ProblemException.badRequest(
          "/clientIp", "\"" + clientIp + "\" is no address", "write an IPv4 or IPv6 address");
    }
    List<byte[]> chain = chain(asked.certificate());
    this.facts =
        new InboundFacts(
            clientIp,
            !Boolean.FALSE.equals(asked.tls()),
            chain,
            new byte[0],
            CertificateNames.ofLeaf(chain),
            asked.mailFrom() == null || asked.mailFrom().isBlank()
                ? null
                : domain("/mailFrom", asked.mailFrom()));
    this.recipientDomain =
        asked.recipient() == null ? firstAccepted() : domain("/recipient", asked.recipient());
    if (!directory.accepts(organization, recipientDomain)
        && directory.acceptedDomain(recipientDomain).isPresent()) {
      throw ProblemException.badRequest(
          "/recipient",
          recipientDomain + " is not the organization's",
          "write one of its accepted domains, or a domain outside");
    }
  }

  private String firstAccepted() {
    return directory.objects().stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .filter(domain -> domain.getOrganization().equals(organization))
        .findFirst()
        .orElseThrow(
            () ->
                ProblemException.badRequest(
                    "/recipient", "the organization has no accepted domain", "add one first"))
        .getDomain();
  }

  private static String domain(String pointer, String text) {
    String domain = text.strip().substring(text.strip().lastIndexOf('@') + 1);
    String ascii = DomainNames.aLabels(domain);
    if (ascii == null || !DomainNames.isDomain(ascii)) {
      throw ProblemException.badRequest(
          pointer, "\"" + text + "\" has no domain", "write anna@example.com, or example.com");
    }
    return ascii;
  }

  private static List<byte[]> chain(@Nullable String pem) {
    if (pem == null || pem.isBlank()) {
      return List.of();
    }
    try {
      List<byte[]> chain = new ArrayList<>();
      if (pem.length() <= MOST_PEM) {
        for (Certificate certificate :
            CertificateFactory.getInstance("X.509")
                .generateCertificates(
                    new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
          chain.add(certificate.getEncoded());
        }
      }
      if (!chain.isEmpty() && chain.size() <= MOST_CERTIFICATES) {
        return chain;
      }
    } catch (CertificateException e) {
      // said below
    }
    throw ProblemException.badRequest(
        "/certificate",
        "it is no chain in PEM of 1 to " + MOST_CERTIFICATES + " certificates",
        "write the leaf first, then its intermediates, each from BEGIN to END CERTIFICATE");
  }

  InboundCheckView run(PartnerVerdicts asked) {
    InboundDecision decision = InboundRules.decide(directory, facts, recipientDomain, this::known);
    for (int i = 0;
        i < MOST_QUESTIONS && decision instanceof InboundDecision.VerdictNeeded(var question);
        i++) {
      verdicts.put(question.key(), asked.verdict(question));
      decision = InboundRules.decide(directory, facts, recipientDomain, this::known);
    }
    return switch (decision) {
      case InboundDecision.Accept accept -> accepted(accept);
      case InboundDecision.Refuse refuse -> refused(refuse);
      case InboundDecision.VerdictNeeded needed ->
          throw new IllegalStateException("more verdicts than connectors");
    };
  }

  private @Nullable CertificateVerdict known(VerdictQuestion question) {
    return verdicts.get(question.key());
  }

  private InboundCheckView accepted(InboundDecision.Accept accept) {
    InboundDecision.Accept own =
        accept.incoming() != null && accept.incoming().organization().equals(organization)
            ? accept.incoming()
            : accept;
    if (!own.organization().equals(organization)) {
      // Another organization's server: whose certificate it knows is its own affair (G8).
      return view(
          "refused",
          "",
          "",
          550,
          "5.7.64 no connector of this organization takes the session",
          "tenantAttribution",
          "",
          Explanation.getDefaultInstance());
    }
    return view(
        "accepted",
        own.connector(),
        Spelling.hyphens(own.direction()),
        250,
        "",
        "",
        own.verdict(),
        own.explanation());
  }

  private InboundCheckView refused(InboundDecision.Refuse refuse) {
    boolean ours = refuse.organization().isEmpty() || refuse.organization().equals(organization);
    return view(
        "refused",
        ours ? refuse.connector() : "",
        "",
        refuse.code(),
        refuse.enhanced() + " " + refuse.text(),
        refuse.rule(),
        ours ? refuse.verdict() : "",
        ours ? refuse.explanation() : Explanation.getDefaultInstance());
  }

  private InboundCheckView view(
      String result,
      String connector,
      String direction,
      int code,
      String text,
      String rule,
      String verdict,
      Explanation explanation) {
    return new InboundCheckView(
        result,
        connector,
        direction,
        code,
        text,
        rule,
        verdict,
        facts.certificateNames(),
        facts.mailFromDomain() == null ? "" : facts.mailFromDomain(),
        recipientDomain,
        explanation.getSummary(),
        ConditionView.of(
            ExplainedInbound.of(directory, facts, recipientDomain, this::known, organization)));
  }
}
