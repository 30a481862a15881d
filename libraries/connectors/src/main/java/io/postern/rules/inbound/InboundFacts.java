package io.postern.rules.inbound;

import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.Trail;
import io.postern.rules.gateway.SourceSteps;
import io.postern.rules.gateway.TrueSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts that a session has shown of its sender. Arrays are not copied and must not be changed.
 *
 * @param clientIp IPv4 or IPv6 in text; a zone ("%eth0") is ignored
 * @param tls the session is encrypted
 * @param chain the client's certificates as presented, DER, leaf first; empty: none
 * @param stapledOcsp DER; empty: none
 * @param certificateNames the leaf's, by {@link CertificateNames#of}
 * @param mailFromDomain domain of MAIL FROM as an A-label; null: the null reverse-path
 * @param trueSource of mail that comes through a gateway, where it counts; null: the client is the
 *     source. It decides about address conditions of partner connectors alone: rights come by the
 *     connection
 */
@SuppressWarnings("ArrayRecordComponent")
public record InboundFacts(
    String clientIp,
    boolean tls,
    List<byte[]> chain,
    byte[] stapledOcsp,
    List<String> certificateNames,
    @Nullable String mailFromDomain,
    @Nullable TrueSource trueSource) {
  /** Names without a chain or without TLS prove nothing and are dropped. */
  public InboundFacts {
    chain = List.copyOf(chain);
    certificateNames =
        tls && !chain.isEmpty()
            ? certificateNames.stream().map(DomainNames::normal).toList()
            : List.of();
    mailFromDomain = mailFromDomain == null ? null : DomainNames.normal(mailFromDomain);
    int zone = clientIp.indexOf('%');
    clientIp = zone < 0 ? clientIp : clientIp.substring(0, zone);
  }

  /** The client is the source. */
  public InboundFacts(
      String clientIp,
      boolean tls,
      List<byte[]> chain,
      byte[] stapledOcsp,
      List<String> certificateNames,
      @Nullable String mailFromDomain) {
    this(clientIp, tls, chain, stapledOcsp, certificateNames, mailFromDomain, null);
  }

  /** The same connection, with this source of the mail. */
  public InboundFacts from(TrueSource source) {
    return new InboundFacts(
        clientIp, tls, chain, stapledOcsp, certificateNames, mailFromDomain, source);
  }

  /** The mail comes through a gateway of the organization, and its source is known or awaited. */
  boolean isThroughGatewayOf(String organization) {
    return trueSource != null && trueSource.gateway().organization().equals(organization);
  }

  /** Adds how the true source was found, for its organization's eyes (G8). */
  void addSourceTo(Trail trail, String organization) {
    if (trueSource != null && isThroughGatewayOf(organization)) {
      SourceSteps.add(trueSource, trail);
    }
  }
}
