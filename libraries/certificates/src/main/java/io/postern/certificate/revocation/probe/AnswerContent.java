package io.postern.certificate.revocation.probe;

import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import java.time.Instant;

/** A responder's answer (RFC 6960 §4.2): its form, its signer and its statement. */
final class AnswerContent {
  private AnswerContent() {}

  static Content examine(byte[] body, OcspQuestion question, byte[] nonce, Instant now) {
    OcspAnswer answer;
    try {
      answer = OcspAnswer.read(body, question, nonce, false, now);
    } catch (FetchException e) {
      return Content.nothing(status(e.kind()), String.valueOf(e.getMessage()));
    }
    if (!answer.currentAt(now)) {
      return Content.answer(
          Content.notCurrent(answer, now),
          answer.stale("the responder's response", now),
          answer,
          body);
    }
    return switch (answer.status()) {
      case GOOD -> Content.answer(EndpointStatus.OK, "", answer, body);
      case REVOKED ->
          Content.answer(
              EndpointStatus.REVOKED,
              "revoked at " + answer.revokedAt() + ", reason: " + answer.reason(),
              answer,
              body);
      case UNKNOWN ->
          Content.answer(
              EndpointStatus.UNKNOWN, "the responder does not know the certificate", answer, body);
    };
  }

  private static EndpointStatus status(Kind kind) {
    return switch (kind) {
      case WRONG_SIGNER -> EndpointStatus.WRONG_SIGNER;
      case REFUSAL -> EndpointStatus.OCSP_ERROR;
      default -> EndpointStatus.NOT_AN_OCSP_RESPONSE;
    };
  }
}
