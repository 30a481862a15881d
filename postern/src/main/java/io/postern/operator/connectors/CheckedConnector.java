package io.postern.operator.connectors;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import java.util.ArrayList;
import java.util.List;

/**
 * What one connector would make of the certificate. Immutable.
 *
 * @param direction inbound: the certificate is a client's; outbound: a server's
 * @param accepted mail would go by this connector with this certificate
 * @param answers in the order in which mail meets the conditions
 */
public record CheckedConnector(
    String organization,
    String connector,
    String direction,
    boolean accepted,
    List<Answer> answers) {
  static final String INBOUND = "inbound";
  static final String OUTBOUND = "outbound";

  public CheckedConnector {
    answers = List.copyOf(answers);
  }

  /** As {@link DirectoryKeys} make it. */
  String key() {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    if (direction.equals(INBOUND)) {
      object.setInboundConnector(
          InboundConnector.newBuilder().setOrganization(organization).setName(connector));
    } else {
      object.setOutboundConnector(
          OutboundConnector.newBuilder().setOrganization(organization).setName(connector));
    }
    return DirectoryKeys.key(object.build());
  }

  /** The answers that an inbound and an outbound connector begin with. */
  static List<Answer> begin(
      boolean enabled, List<DirectoryProblem> problems, ShownCertificate shown) {
    List<Answer> answers = new ArrayList<>();
    for (DirectoryProblem problem : problems) {
      answers.add(
          Answer.no(
              "directory", problem.getField() + ": " + problem.getProblem(), problem.getCure()));
    }
    if (!enabled) {
      answers.add(
          Answer.no(
              "enabled", "the connector is not enabled: no mail goes by it", "enabled: true"));
    }
    if (shown.chain().isEmpty()) {
      answers.add(Answer.no("certificate", shown.problem(), shown.cure()));
    }
    return answers;
  }

  /** The result as far as a connector that can take no mail is looked at. */
  static CheckedConnector refused(
      String organization, String connector, String direction, List<Answer> answers) {
    return new CheckedConnector(organization, connector, direction, false, answers);
  }
}
