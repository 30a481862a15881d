package io.postern.rules.checks;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OutboundEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The known traps in objects that the rules allow: they refuse nothing, and an administrator may
 * mean it so (docs/reference/warnings.md). Each object is looked at in the whole directory as it
 * would be. A pure function; any thread. No warning names another organization's objects (G8).
 *
 * <p>Bounds: the first 1,000 objects, 100 warnings.
 */
public final class DirectoryWarnings {
  public static final int MOST = 100;
  private static final int MOST_OBJECTS = 1_000;

  private DirectoryWarnings() {}

  /**
   * @param after the directory with the changes
   * @param objects of it; a removed one has no warnings
   * @param now for certificates that end soon
   */
  public static List<DirectoryProblem> of(
      Directory after, Collection<DirectoryObject> objects, Instant now) {
    List<DirectoryProblem> warnings = new ArrayList<>();
    int looked = 0;
    for (DirectoryObject object : objects) {
      if (looked == MOST_OBJECTS || warnings.size() >= MOST) {
        break;
      }
      if (object.getRemoved()
          || object.getObjectCase() == DirectoryObject.ObjectCase.OBJECT_NOT_SET) {
        continue;
      }
      looked++;
      Findings findings = new Findings(DirectoryKeys.key(object), warnings);
      switch (object.getObjectCase()) {
        case INBOUND_CONNECTOR ->
            InboundWarnings.add(new InboundEntry(object.getInboundConnector()), after, findings);
        case OUTBOUND_CONNECTOR ->
            OutboundWarnings.add(new OutboundEntry(object.getOutboundConnector()), after, findings);
        case ANCHOR_SET -> AnchorWarnings.add(object.getAnchorSet(), now, findings);
        case ROUTING_RULE ->
            findings.addIf(
                object.getRoutingRule().getEnabled()
                    && object.getRoutingRule().getExceptHeaderField().isEmpty()
                    && object.getRoutingRule().getExceptSendersCount() == 0,
                "exceptHeaderField",
                "mail that the service returns is given to it again, until it has passed too many"
                    + " hosts",
                "write the header field by which returned mail is known");
        case ORGANIZATION, ACCEPTED_DOMAIN, OBJECT_NOT_SET -> {
          // without known traps
        }
      }
    }
    return List.copyOf(warnings.subList(0, Math.min(MOST, warnings.size())));
  }
}
