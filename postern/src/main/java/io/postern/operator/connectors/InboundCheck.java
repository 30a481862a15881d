package io.postern.operator.connectors;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.CertificateFit;
import io.postern.rules.CertificateUse;
import io.postern.rules.Directory;
import io.postern.rules.InboundDecision;
import io.postern.rules.InboundFacts;
import io.postern.rules.InboundRules;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client with the certificate is let in by an inbound connector: {@link InboundRules}
 * decide about a session with nothing but the certificate, {@link CertificateFit} says which
 * condition is not met. One thread.
 */
final class InboundCheck {
  /** A domain that nobody can have: an own server may relay to it. */
  private static final String OUTSIDE = "outside.invalid";

  private static final CertificateVerdict GOOD =
      CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  private final Directory directory;
  private final ShownCertificate shown;
  private final Judge judge;
  private final Instant now;

  InboundCheck(Directory directory, ShownCertificate shown, Judge judge, Instant now) {
    this.directory = directory;
    this.shown = shown;
    this.judge = judge;
    this.now = now;
  }

  /**
   * @param uses of certificates by the connector; none: it is not enabled, or looks at none
   * @param problems of the connector in a file that is not applied yet
   */
  CheckedConnector check(
      InboundConnector connector, List<CertificateUse> uses, List<DirectoryProblem> problems)
      throws InterruptedException {
    List<Answer> answers = CheckedConnector.begin(connector.getEnabled(), problems, shown);
    if (connector.getTlsSenderCertificateName().isEmpty()) {
      answers.add(
          Answer.no(
              "name", "the connector looks at no certificate", "write tlsSenderCertificateName"));
    }
    if (!answers.isEmpty() || uses.isEmpty()) {
      return refused(connector, answers);
    }
    CertificateUse use = uses.getFirst();
    boolean onPremises = connector.getConnectorType() == ConnectorType.ON_PREMISES;
    String recipient = onPremises ? OUTSIDE : recipient(connector);
    answers.add(shown.name("tlsSenderCertificateName", connector.getTlsSenderCertificateName()));
    InboundFacts facts = facts(onPremises ? null : sender(connector));
    if (onPremises) {
      CertificateFit fit = CertificateFit.of(directory, connector, facts);
      answers.add(acceptedDomain(connector, fit));
      answers.add(attribution(connector, fit));
    } else if (recipient.isEmpty()) {
      answers.add(
          Answer.no(
              "acceptedDomain",
              "the organization has no accepted domain, so nobody can send to it",
              "write acceptedDomains"));
      return refused(connector, answers);
    } else {
      answers.add(partner(connector, decide(facts, recipient, question -> GOOD)));
    }
    if (connector.getBlocked()) {
      answers.add(
          Answer.no(
              "blocked",
              "the connector is blocked" + because(connector.getBlockedReason()),
              "take blocked out when the server can be trusted again"));
    }
    answers.addAll(
        ChainAnswers.of(
            use, judge.judge(question(use)), judge.judge(byDefault(use)), shown.leaf(), now));
    InboundDecision decision = decide(facts, recipient, judge);
    boolean accepted = accepts(decision, connector);
    answers.add(accepted(accepted, decision));
    return new CheckedConnector(
        connector.getOrganization(),
        connector.getName(),
        CheckedConnector.INBOUND,
        accepted,
        answers);
  }

  private static CheckedConnector refused(InboundConnector connector, List<Answer> answers) {
    return CheckedConnector.refused(
        connector.getOrganization(), connector.getName(), CheckedConnector.INBOUND, answers);
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : ": " + reason;
  }

  private InboundFacts facts(@Nullable String mailFrom) {
    return new InboundFacts("", true, shown.chain(), new byte[0], shown.names(), mailFrom);
  }

  private VerdictQuestion question(CertificateUse use) {
    return new VerdictQuestion(
        shown.chain(),
        new byte[0],
        CertificateRole.ROLE_CLIENT,
        use.anchors(),
        use.revocation(),
        false,
        use.organization());
  }

  private VerdictQuestion byDefault(CertificateUse use) {
    return ConnectorCheck.byDefault(question(use));
  }

  private static Answer acceptedDomain(InboundConnector connector, CertificateFit fit) {
    String domain = fit.acceptedDomain();
    if (fit.presented() == null) {
      return Answer.unknown("acceptedDomain", "not looked at, since no name matches", "");
    }
    if (domain == null) {
      String parent = fit.counted().substring(fit.counted().indexOf('.') + 1);
      return fit.owner().isEmpty() || fit.owner().equals(connector.getOrganization())
          ? Answer.no(
              "acceptedDomain",
              "neither "
                  + fit.counted()
                  + " nor "
                  + parent
                  + " is an accepted domain: a name proves a server of its own or of its immediate"
                  + " parent domain alone",
              "add " + parent + " to acceptedDomains, or use a name directly below one of them")
          : Answer.no(
              "acceptedDomain",
              fit.counted() + " is below a domain of the organization " + fit.owner(),
              "use a name below an accepted domain of " + connector.getOrganization());
    }
    if (!fit.associated()) {
      return Answer.no(
          "acceptedDomain",
          "associatedAcceptedDomains of the connector have not " + domain,
          "add it there, or leave associatedAcceptedDomains out");
    }
    return Answer.yes(
        "acceptedDomain",
        domain
            + " is an accepted domain of "
            + connector.getOrganization()
            + (domain.equals(fit.counted())
                ? ", and the name itself"
                : ", one level above " + fit.counted()));
  }

  private static Answer attribution(InboundConnector connector, CertificateFit fit) {
    InboundConnector first = fit.first();
    if (fit.attributedTo(connector)) {
      return Answer.yes("attribution", "no other connector takes the certificate before this one");
    }
    if (fit.tie()) {
      return Answer.no(
          "attribution",
          "connectors of several organizations fit the certificate equally, and none takes it",
          "have a certificate of its own for each organization's server");
    }
    if (first == null) {
      return Answer.no("attribution", "no connector takes a client with it", "");
    }
    boolean same = first.getOrganization().equals(connector.getOrganization());
    return Answer.no(
        "attribution",
        "inbound connector "
            + first.getOrganization()
            + "/"
            + first.getName()
            + " takes it first, by tlsSenderCertificateName "
            + first.getTlsSenderCertificateName(),
        same
            ? "write a name that fits one server alone: an exact name goes before a wildcard, an"
                + " accepted domain before its parent, then the connector's name decides"
            : "have a certificate issued whose names are below domains of one organization");
  }

  /** As if the chain were good. */
  private static Answer partner(InboundConnector connector, InboundDecision decision) {
    return accepts(decision, connector) || isBlocked(decision, connector)
        ? Answer.yes(
            "attribution",
            "mail from " + sender(connector) + " with this certificate goes by this connector")
        : Answer.no(
            "attribution",
            "mail from "
                + sender(connector)
                + " with this certificate does not go by this connector: "
                + summary(decision),
            "./run trace of such a message shows each connector that was looked at");
  }

  private static boolean isBlocked(InboundDecision decision, InboundConnector connector) {
    return decision instanceof InboundDecision.Refuse refuse
        && refuse.rule().equals("blocked")
        && refuse.organization().equals(connector.getOrganization())
        && refuse.connector().equals(connector.getName());
  }

  private static Answer accepted(boolean accepted, InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Refuse refuse ->
          Answer.no(
              "accepted",
              refuse.code()
                  + " "
                  + refuse.enhanced()
                  + " "
                  + refuse.text()
                  + " ("
                  + summary(decision)
                  + ")",
              "");
      case InboundDecision.Accept accept when accepted ->
          Answer.yes("accepted", accept.explanation().getSummary());
      default -> Answer.no("accepted", "not by this connector: " + summary(decision), "");
    };
  }

  private static String summary(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept -> accept.explanation().getSummary();
      case InboundDecision.Refuse refuse -> refuse.explanation().getSummary();
      case InboundDecision.VerdictNeeded needed -> "";
    };
  }

  /** As a session asks: for each verdict that the rules need, and again. */
  private InboundDecision decide(InboundFacts facts, String recipient, Judge by)
      throws InterruptedException {
    Map<VerdictKey, CertificateVerdict> known = new HashMap<>();
    while (true) {
      InboundDecision decision =
          InboundRules.decide(directory, facts, recipient, question -> known.get(question.key()));
      if (!(decision instanceof InboundDecision.VerdictNeeded needed)) {
        return decision;
      }
      known.put(needed.question().key(), by.judge(needed.question()));
    }
  }

  private static boolean accepts(InboundDecision decision, InboundConnector connector) {
    return decision instanceof InboundDecision.Accept accept
        && (isBy(accept, connector)
            || accept.incoming() != null && isBy(accept.incoming(), connector));
  }

  private static boolean isBy(InboundDecision.Accept accept, InboundConnector connector) {
    return accept.organization().equals(connector.getOrganization())
        && accept.connector().equals(connector.getName());
  }

  /** A domain that the connector's senderDomains have. */
  private static String sender(InboundConnector connector) {
    String first = connector.getSenderDomainsCount() == 0 ? "*" : connector.getSenderDomains(0);
    String domain = first.replaceFirst("(?i)^smtp:", "").replaceFirst(";[0-9]+$", "");
    return domain.equals("*") ? OUTSIDE : domain.replaceFirst("^\\*\\.", "");
  }

  /** A domain whose mail the connector may bring; empty: there is none. */
  private String recipient(InboundConnector connector) {
    Optional<String> first =
        connector.getAssociatedAcceptedDomainsCount() > 0
            ? Optional.of(connector.getAssociatedAcceptedDomains(0))
            : directory.objects().stream()
                .filter(DirectoryObject::hasAcceptedDomain)
                .filter(
                    object ->
                        DirectoryKeys.organizationOf(object).equals(connector.getOrganization()))
                .map(DirectoryObject::getAcceptedDomain)
                .map(AcceptedDomain::getDomain)
                .findFirst();
    return first.orElse("");
  }
}
