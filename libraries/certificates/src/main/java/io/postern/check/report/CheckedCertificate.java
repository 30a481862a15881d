package io.postern.check.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.certificate.revocation.probe.Endpoint;
import io.postern.certificate.revocation.probe.EndpointStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One certificate below the root. Immutable.
 *
 * @param sent it came from the host or the file; else it had to be fetched
 * @param ok whether it is revoked can be known, and it is not
 */
public record CheckedCertificate(
    CertificateIdentity facts,
    boolean sent,
    boolean ok,
    Revocation revocation,
    List<CheckedEndpoint> endpoints) {

  public CheckedCertificate {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * The finding of all endpoints together.
   *
   * @param status not-revoked, is-revoked, nothing-published, unreachable, stale
   * @param source crl, ocsp, none
   */
  public record Revocation(String status, String source, String url, String detail) {}

  /**
   * The result for one URL.
   *
   * @param responder the certificate that it covers: the one of a responder that answered about
   *     this one and does not exempt itself (RFC 6960 §4.2.2.2.1); empty: this one
   * @param host empty: the URL has none
   * @param port 0: the URL has none
   * @param reason in words, with the cure; empty for OK
   * @param httpStatus that was answered instead of content; 0: none
   * @param bytes of the body
   */
  public record CheckedEndpoint(
      Endpoint.Kind kind,
      String url,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String responder,
      String host,
      int port,
      List<String> addresses,
      EndpointStatus status,
      String reason,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int httpStatus,
      long millis,
      long bytes,
      @Nullable Instant thisUpdate,
      @Nullable Instant nextUpdate) {
    public CheckedEndpoint {
      addresses = List.copyOf(addresses);
    }

    public boolean ok() {
      return status == EndpointStatus.OK;
    }
  }
}
