package io.postern.certificate.staples;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import io.postern.contracts.v1.OcspStaple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Asks the responders of a certificate of ours for an answer that can be stapled: verified as any
 * other, and without a nonce, since it is for everybody (RFC 5019 §4). Any thread; waits for the
 * fetch, whose time-out is {@code postern.revocation.fetch-timeout}.
 */
@ApplicationScoped
class StapleFetch {
  private final HttpFetch http;
  private final InstantSource clock;

  StapleFetch(HttpFetch http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  /** URLs of its responders; empty: nobody answers for it. */
  static List<String> responders(ParsedCertificate leaf) {
    return DistributionPoints.of(leaf).responders();
  }

  /**
   * The answer of the first responder that says good.
   *
   * @throws FetchException of the last one, if none does
   */
  OcspStaple fetch(ParsedCertificate leaf, ParsedCertificate issuer)
      throws FetchException, InterruptedException {
    FetchException last = new FetchException(Kind.GARBAGE, "the certificate names no responder");
    for (String url : responders(leaf)) {
      try {
        return ask(url, leaf, issuer);
      } catch (FetchException e) {
        last = e;
      }
    }
    throw last;
  }

  private OcspStaple ask(String url, ParsedCertificate leaf, ParsedCertificate issuer)
      throws FetchException, InterruptedException {
    byte[] noNonce = new byte[0];
    OcspQuestion question = OcspQuestion.about(leaf, issuer);
    ByteArrayOutputStream response = new ByteArrayOutputStream();
    http.fetch(url, question.post(noNonce), () -> response);
    Instant now = clock.instant();
    byte[] der = response.toByteArray();
    OcspAnswer answer = OcspAnswer.read(der, question, noNonce, false, now);
    if (answer.status() != OcspAnswer.Status.GOOD) {
      throw new FetchException(
          Kind.REFUSAL,
          answer.status() == OcspAnswer.Status.REVOKED
              ? "the responder says that the certificate is revoked (" + answer.reason() + ")"
              : "the responder does not know the certificate");
    }
    if (!answer.currentAt(now)) {
      throw new FetchException(Kind.STALE, answer.stale("the responder's response", now));
    }
    return OcspStaple.newBuilder()
        .setLeafFingerprint(ByteString.copyFrom(leaf.fingerprint()))
        .setResponse(ByteString.copyFrom(der))
        .setThisUpdateMillis(answer.thisUpdate().toEpochMilli())
        .setNextUpdateMillis(answer.nextUpdate().toEpochMilli())
        .setUrl(url)
        .build();
  }
}
