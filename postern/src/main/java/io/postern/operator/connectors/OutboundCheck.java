package io.postern.operator.connectors;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import io.postern.rules.CertificateUse;
import io.postern.rules.Directory;
import io.postern.rules.OutboundDecision;
import io.postern.rules.OutboundRules;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether delivery takes the certificate from a host of an outbound connector: {@link
 * OutboundRules} make the requirement, and the two conditions of delivery's TLS gate on a
 * certificate (its verdict, its names) decide. Version and suite are facts of a connection and not
 * asked here. One thread.
 */
final class OutboundCheck {
  private static final String OUTSIDE = "outside.invalid";

  private final Directory directory;
  private final ShownCertificate shown;
  private final Judge judge;
  private final Instant now;

  OutboundCheck(Directory directory, ShownCertificate shown, Judge judge, Instant now) {
    this.directory = directory;
    this.shown = shown;
    this.judge = judge;
    this.now = now;
  }

  /** By tlsSettings, whether the connector is enabled or not. */
  static boolean looksAtCertificate(OutboundConnector connector) {
    return switch (connector.getTlsSettings()) {
      case CERTIFICATE_VALIDATION, DOMAIN_VALIDATION -> true;
      case OPPORTUNISTIC, ENCRYPTION_ONLY, TLS_LEVEL_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /**
   * @param uses of certificates by the connector; none: it is not enabled, or looks at none
   * @param problems of the connector in a file that is not applied yet
   */
  CheckedConnector check(
      OutboundConnector connector, List<CertificateUse> uses, List<DirectoryProblem> problems)
      throws InterruptedException {
    List<Answer> answers = CheckedConnector.begin(connector.getEnabled(), problems, shown);
    if (!answers.isEmpty()) {
      return CheckedConnector.refused(
          connector.getOrganization(), connector.getName(), CheckedConnector.OUTBOUND, answers);
    }
    Optional<OutboundDecision.Deliver> chosen = chosen(connector);
    answers.add(choice(connector, chosen.isPresent()));
    if (!looksAtCertificate(connector)) {
      answers.add(
          new Answer(
              "tlsSettings",
              Answer.Result.YES,
              "the connector takes any certificate: tlsSettings is "
                  + Spelling.of(connector.getTlsSettings()),
              "write tlsSettings: domainValidation, and tlsDomain, to have it looked at"));
    }
    for (CertificateUse use : uses) {
      if (!use.name().isEmpty()) {
        answers.add(shown.name(use.field(), use.name()));
      }
    }
    if (!uses.isEmpty()) {
      CertificateUse use = uses.getFirst();
      VerdictQuestion question = question(use);
      answers.addAll(
          ChainAnswers.of(
              use,
              judge.judge(question),
              judge.judge(ConnectorCheck.byDefault(question)),
              shown.leaf(),
              now));
    }
    boolean accepted =
        chosen.isPresent()
            && uses.stream().allMatch(use -> hasName(use.name()))
            && isMet(chosen.get().requirement(), connector.getOrganization());
    answers.add(
        accepted
            ? Answer.yes("accepted", "mail is sent to a host with this certificate")
            : Answer.no("accepted", "no mail would be sent by this connector", ""));
    return new CheckedConnector(
        connector.getOrganization(),
        connector.getName(),
        CheckedConnector.OUTBOUND,
        accepted,
        answers);
  }

  private static Answer choice(OutboundConnector connector, boolean chosen) {
    return chosen
        ? Answer.yes("choice", "mail goes by this connector, of its domains at least to one")
        : Answer.no(
            "choice",
            "no mail to the connector's domains goes by it: another one is chosen before, or it has"
                + " none",
            "look at recipientDomains, and at connectors of the same domains whose name comes first ("
                + connector.getName()
                + ")");
  }

  private boolean hasName(String wanted) {
    return wanted.isEmpty() || CertificateNames.matches(wanted, shown.names());
  }

  /** The two conditions of delivery's gate that a certificate can meet. */
  private boolean isMet(TlsRequirement requirement, String organization)
      throws InterruptedException {
    return switch (requirement.getLevel()) {
      case OPPORTUNISTIC, ENCRYPTION_ONLY -> true;
      case CERTIFICATE_VALIDATION -> isGood(requirement, organization);
      case DOMAIN_VALIDATION ->
          isGood(requirement, organization) && hasName(requirement.getTlsDomain());
      case TLS_LEVEL_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private boolean isGood(TlsRequirement requirement, String organization)
      throws InterruptedException {
    CertificateVerdict verdict =
        judge.judge(
            new VerdictQuestion(
                shown.chain(),
                shown.stapled(),
                CertificateRole.ROLE_SERVER,
                requirement.getAnchors(),
                requirement.getRevocation(),
                requirement.getAia(),
                organization));
    return verdict.getResult() == VerdictResult.GOOD;
  }

  private VerdictQuestion question(CertificateUse use) {
    return new VerdictQuestion(
        shown.chain(),
        shown.stapled(),
        CertificateRole.ROLE_SERVER,
        use.anchors(),
        use.revocation(),
        false,
        use.organization());
  }

  /** The decision for the first of the connector's domains that chooses it. */
  private Optional<OutboundDecision.Deliver> chosen(OutboundConnector connector) {
    for (String domain : domains(connector)) {
      OutboundDecision decision =
          OutboundRules.decide(
              directory,
              connector.getOrganization(),
              Direction.ORIGINATING,
              domain,
              RequireTls.REQUIRE_TLS_UNSPECIFIED);
      if (decision instanceof OutboundDecision.Deliver deliver
          && deliver.connector().equals(connector.getName())) {
        return Optional.of(deliver);
      }
    }
    return Optional.empty();
  }

  private List<String> domains(OutboundConnector connector) {
    List<String> named =
        connector.getRecipientDomainsList().stream()
            .map(text -> text.replaceFirst("(?i)^smtp:", "").replaceFirst(";[0-9]+$", ""))
            .map(text -> text.equals("*") ? OUTSIDE : text.replaceFirst("^\\*\\.", ""))
            .toList();
    if (!named.isEmpty()) {
      return named;
    }
    return connector.getAllAcceptedDomains()
        ? directory.objects().stream()
            .filter(DirectoryObject::hasAcceptedDomain)
            .filter(
                object -> DirectoryKeys.organizationOf(object).equals(connector.getOrganization()))
            .map(object -> object.getAcceptedDomain().getDomain())
            .toList()
        : List.of(OUTSIDE);
  }
}
