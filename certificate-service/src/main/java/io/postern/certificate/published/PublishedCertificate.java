package io.postern.certificate.published;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import java.time.Instant;
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

  /**
   * Without the name that connectors have for it, which would name a partner of ours.
   *
   * @param root found among the anchors, where the chain as presented ends below it
   */
  PublishedCertificate forStrangers(String root) {
    return new PublishedCertificate(
        state, use, "", root, certificate, since, until, issuers, pem, chain);
  }

  /** The chain as presented, RFC 7468 §5. */
  public String pemText() {
    return Publication.pem(chain);
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
