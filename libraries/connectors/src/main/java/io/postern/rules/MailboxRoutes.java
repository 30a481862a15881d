package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.MailboxRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mailbox routes of an accepted domain: its own, and further ones with a name. Pure. */
public final class MailboxRoutes {
  private MailboxRoutes() {}

  /** The domain's own. */
  public static MailboxRoute of(AcceptedDomain domain) {
    return MailboxRoute.newBuilder()
        .setHost(domain.getMailboxHost())
        .setProtocolValue(domain.getMailboxProtocolValue()) // a newer writer's number too
        .setTlsValue(domain.getMailboxTlsValue())
        .setTlsDomain(domain.getMailboxTlsDomain())
        .setAnchors(domain.getMailboxAnchors())
        .setRevocationValue(domain.getMailboxRevocationValue())
        .build();
  }

  /** All, its own first. */
  public static List<MailboxRoute> all(AcceptedDomain domain) {
    List<MailboxRoute> all = new ArrayList<>();
    all.add(of(domain));
    all.addAll(domain.getFurtherMailboxRoutesList());
    return all;
  }

  /**
   * @param name empty: the domain's own
   */
  public static Optional<MailboxRoute> named(AcceptedDomain domain, String name) {
    return all(domain).stream().filter(route -> route.getName().equals(name)).findFirst();
  }
}
