package io.postern.operator.connectors;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.rules.CertificateUse;
import io.postern.rules.CertificateUses;
import io.postern.rules.Directory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The check of one certificate against connectors of an organization, in both directions, before
 * mail meets it (docs/guides/hybrid.md, docs/guides/certificates.md). The rules and the judge of
 * mail decide; this class asks them, and names the condition that is not met. It may name another
 * organization's connector: it is for the installation's administrator. One thread.
 *
 * @param problems that the rules have with a file that is not applied yet
 */
public record ConnectorCheck(
    Directory directory,
    List<DirectoryProblem> problems,
    ShownCertificate shown,
    Judge judge,
    Instant now) {

  /**
   * The connectors of these names, inbound ones first; without a name all on-premises connectors
   * that look at a certificate, or would if they were enabled.
   */
  public List<CheckedConnector> check(String organization, List<String> names)
      throws InterruptedException {
    List<CheckedConnector> checked = new ArrayList<>();
    for (InboundConnector connector : directory.inboundConnectors(organization)) {
      if (names.isEmpty()
          ? connector.getConnectorType() == ConnectorType.ON_PREMISES
              && !connector.getTlsSenderCertificateName().isEmpty()
          : names.contains(connector.getName())) {
        checked.add(inbound(connector));
      }
    }
    for (OutboundConnector connector : directory.outboundConnectors(organization)) {
      if (names.isEmpty()
          ? connector.getConnectorType() == ConnectorType.ON_PREMISES
              && OutboundCheck.looksAtCertificate(connector)
          : names.contains(connector.getName())) {
        checked.add(outbound(connector));
      }
    }
    return checked;
  }

  private CheckedConnector inbound(InboundConnector connector) throws InterruptedException {
    String key =
        DirectoryKeys.key(DirectoryObject.newBuilder().setInboundConnector(connector).build());
    return new InboundCheck(directory, shown, judge, now)
        .check(connector, uses(key), problems(key));
  }

  private CheckedConnector outbound(OutboundConnector connector) throws InterruptedException {
    String key =
        DirectoryKeys.key(DirectoryObject.newBuilder().setOutboundConnector(connector).build());
    return new OutboundCheck(directory, shown, judge, now)
        .check(connector, uses(key), problems(key));
  }

  /** None of a connector that is not enabled. */
  private List<CertificateUse> uses(String key) {
    return CertificateUses.of(directory).stream().filter(use -> use.object().equals(key)).toList();
  }

  private List<DirectoryProblem> problems(String key) {
    return problems.stream().filter(problem -> problem.getObject().equals(key)).toList();
  }

  /** The question by the installation's own anchors alone. */
  static VerdictQuestion byDefault(VerdictQuestion question) {
    return question.anchors().getId().isEmpty()
        ? question
        : new VerdictQuestion(
            question.chain(),
            question.stapledOcsp(),
            question.role(),
            AnchorSetReference.getDefaultInstance(),
            RevocationMode.REVOCATION_OFF,
            false,
            question.organization());
  }
}
