package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.PathCertificate;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.policy.notices.Repairs;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One step of a validation.
 *
 * @param state ok, failed, skipped
 * @param cure who has to do what; empty where nothing failed
 * @param revocation of each certificate of the verdict's path
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "ValidationStep")
public record StepView(
    String step,
    String route,
    String host,
    String address,
    String state,
    String detail,
    String expected,
    String actual,
    String reason,
    String token,
    String cure,
    int millis,
    String at,
    List<CertificateView> chain,
    List<RevocationView> revocation) {

  /** A certificate as the host presented it, the leaf first. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "PresentedCertificate")
  public record CertificateView(
      String subject,
      String issuer,
      List<String> names,
      String notBefore,
      String notAfter,
      String sha256) {
    static CertificateView of(ProbedCertificate certificate) {
      return new CertificateView(
          certificate.getSubject(),
          certificate.getIssuer(),
          certificate.getNamesList(),
          Instant.ofEpochMilli(certificate.getNotBeforeMillis()).toString(),
          Instant.ofEpochMilli(certificate.getNotAfterMillis()).toString(),
          Fingerprints.hex(certificate.getSha256().toByteArray()));
    }
  }

  /**
   * The evidence about one certificate.
   *
   * @param status not-revoked, is-revoked, nothing-published, unreachable, stale, not-checked
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "RevocationEvidence")
  public record RevocationView(
      String subject, String status, String source, String url, String detail) {
    static RevocationView of(PathCertificate certificate) {
      RevocationEvidence evidence = certificate.getRevocation();
      return new RevocationView(
          certificate.getSubject(),
          Spelling.hyphens(evidence.getStatus()),
          evidence.getSource(),
          evidence.getUrl(),
          evidence.getDetail());
    }
  }

  static StepView of(ProbeStep step) {
    boolean failed = step.getState() == ProbeState.PROBE_FAILED;
    return new StepView(
        step.getStep(),
        step.getRoute(),
        step.getHost(),
        step.getAddress(),
        switch (step.getState()) {
          case PROBE_PASSED -> "ok";
          case PROBE_FAILED -> "failed";
          case PROBE_SKIPPED -> "skipped";
          case PROBE_STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        },
        step.getDetail(),
        step.getExpected(),
        step.getActual(),
        step.getReason(),
        step.getToken(),
        failed && !step.getReason().isEmpty() ? Repairs.of(step.getReason()) : "",
        step.getMillis(),
        Instant.ofEpochMilli(step.getAtMillis()).toString(),
        step.getChainList().stream().map(CertificateView::of).toList(),
        step.getEvidence().getPathList().stream().map(RevocationView::of).toList());
  }
}
