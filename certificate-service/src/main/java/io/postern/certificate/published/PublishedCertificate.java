package io.postern.certificate.published;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.CertificateRole;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One of our own certificates.
 *
 * @param use "server" (presented to senders) or "client" (presented to the hosts that we send to)
 * @param connectorName of a client certificate, as connectors name it; "": a server's, or left out
 * @param rootIssuer subject of the root, or of the last issuer that is known
 * @param since when a replica first presented it; of one that is coming the planned time (null:
 *     none)
 * @param until when the last replica ceased to; null: it is current or coming
 * @param issuers the chain above it, as presented
 * @param pem the chain's address
 */
public record PublishedCertificate(
    State state,
    String use,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String connectorName,
    String rootIssuer,
    @JsonUnwrapped CertificateFacts certificate,
    @Nullable Instant since,
    @Nullable Instant until,
    List<CertificateFacts> issuers,
    String pem,
    @JsonIgnore List<ParsedCertificate> chain) {
  /** Below this path the chain is downloaded. */
  private static final String PATH = "/certificates/";

  private static final Base64.Encoder MIME = Base64.getMimeEncoder(64, new byte[] {'\n'});

  /**
   * Without the name that connectors have for it, which would name a partner of ours.
   *
   * @param root found among the anchors, where the chain as presented ends below it
   */
  PublishedCertificate forStrangers(String root) {
    return new PublishedCertificate(
        state, use, "", root, certificate, since, until, issuers, pem, chain);
  }

  /**
   * @param since Unix milliseconds, like {@code until}; 0: not known
   */
  static PublishedCertificate of(
      State state, OwnTlsHistory.Key key, OwnChain chain, long since, long until) {
    CertificateFacts leaf = chain.facts().getFirst();
    return new PublishedCertificate(
        state,
        key.role() == CertificateRole.ROLE_SERVER ? "server" : "client",
        key.name(),
        chain.facts().getLast().issuer(),
        leaf,
        at(since),
        at(until),
        chain.facts().subList(1, chain.facts().size()),
        PATH + leaf.sha256() + ".pem",
        chain.certificates());
  }

  private static @Nullable Instant at(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  /** Servers first; current, coming, deprecated; of those the newest first. */
  static List<PublishedCertificate> sorted(Collection<PublishedCertificate> all) {
    return all.stream()
        .sorted(
            Comparator.comparing(PublishedCertificate::use)
                .reversed()
                .thenComparing(PublishedCertificate::connectorName)
                .thenComparing(PublishedCertificate::state)
                .thenComparing(
                    published -> published.certificate().validTo(), Comparator.reverseOrder())
                .thenComparing(published -> published.certificate().sha256()))
        .toList();
  }

  /** The chain as presented, RFC 7468 §5. */
  public String pemText() {
    StringBuilder pem = new StringBuilder();
    for (ParsedCertificate certificate : chain) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(MIME.encodeToString(certificate.der()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return pem.toString();
  }

  /** Where a certificate is in its life with us. */
  public enum State {
    CURRENT,
    COMING,
    DEPRECATED;

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
