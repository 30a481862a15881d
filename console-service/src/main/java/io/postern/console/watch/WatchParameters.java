package io.postern.console.watch;

import io.postern.api.ProblemException;
import io.postern.rules.address.IpRange;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** Whose sessions are asked for, as a bean of a resource or a page. One request. */
public class WatchParameters {
  private static final int MOST = 100;

  @Parameter(description = "Whose partner it is", required = true)
  @QueryParam("organization")
  @DefaultValue("")
  public String organization = "";

  @Parameter(
      description =
          "Inbound connector of the partner: by its senderDomains, tlsSenderCertificateName and "
              + "senderIPAddresses")
  @QueryParam("connector")
  @DefaultValue("")
  public String connector = "";

  @Parameter(description = "Domain of its senders, such as fabrikam.example or *.fabrikam.example")
  @QueryParam("domain")
  public List<String> domains = new ArrayList<>();

  @Parameter(description = "Name in its servers' certificates")
  @QueryParam("certificateName")
  public List<String> certificateNames = new ArrayList<>();

  @Parameter(description = "Address of its servers, or a block; finds failed handshakes too")
  @QueryParam("address")
  public List<String> addresses = new ArrayList<>();

  @Parameter(description = "RFC 3339, or how long ago: 10m, 1h. By default now")
  @QueryParam("since")
  @DefaultValue("")
  public String since = "";

  @Parameter(description = "RFC 3339; by default, and at the latest, 30 minutes after since")
  @QueryParam("until")
  @DefaultValue("")
  public String until = "";

  /** The partner is described by other parameters than the name of a connector. */
  public boolean isDescribed() {
    return !domains.isEmpty() || !certificateNames.isEmpty() || !addresses.isEmpty();
  }

  /**
   * The partner as it is described.
   *
   * @throws ProblemException 400: no domain or address, too many, or a block wider than a connector
   *     may have: by it the failed handshakes of others' partners would be seen
   */
  ClaimedPartner partner() {
    if (domains.size() + certificateNames.size() + addresses.size() > MOST) {
      throw ProblemException.badRequest(
          "domain", "The partner has more than " + MOST + " names.", "Write fewer.");
    }
    for (String address : addresses) {
      if (!block(address).fitsConnector()) {
        throw wrong(
            address + " in addresses is wider than a connector may have it: /24, of IPv6 /64");
      }
    }
    try {
      return ClaimedPartner.of(domains, certificateNames, addresses);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static IpRange block(String address) {
    try {
      return IpRange.parse(address);
    } catch (IllegalArgumentException e) {
      throw wrong(address + " in addresses: " + e.getMessage());
    }
  }

  private static ProblemException wrong(String fault) {
    return ProblemException.badRequest("/", fault, "write domains and addresses as in a connector");
  }
}
