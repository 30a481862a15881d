package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A partner as its DNS, its mail hosts and its last handshakes show it, and values for forced TLS
 * with it.
 *
 * @param state of the look at its mail hosts: met: they can be used; unmet, unanswered, running
 * @param hosts of its MX, each at each address
 * @param seen servers that showed a certificate, or an address that a connector names, in the last
 *     400 days
 * @param proposal fields of a request to secure the partner
 * @param remarks why, each a sentence
 * @param made names of the connectors that were made for it and are there
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "Partner")
public record PartnerView(
    String organization,
    String domain,
    String state,
    String summary,
    List<HostView> hosts,
    List<SeenView> seen,
    Map<String, Object> proposal,
    List<String> remarks,
    List<String> made) {

  /**
   * @param tls version and suite; empty: none stood
   * @param verdict on its chain, such as good or bad/expired; empty: none was had
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "PartnerHost")
  public record HostView(
      String host,
      String address,
      String tls,
      String verdict,
      List<String> certificateNames,
      String dane,
      String mtaSts,
      String failure) {}

  /**
   * @param peer first name of its certificate, or the range of addresses that the connector names
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "PartnerSeen")
  public record SeenView(String peer, String connector, String tls, String lastSeen) {}
}
