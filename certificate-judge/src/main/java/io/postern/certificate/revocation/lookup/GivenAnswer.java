package io.postern.certificate.revocation.lookup;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.fetch.FetchException;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import java.io.IOException;
import java.time.Instant;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.jspecify.annotations.Nullable;

/** An OCSP response that was collected without the certificate that it is about. Any thread. */
public final class GivenAnswer {
  /**
   * Until then responders could sign with SHA-1 (CA/Browser Forum, ballot SC-53): an answer
   * collected before is judged by the rules of its time.
   */
  private static final Instant SHA1_UNTIL = Instant.parse("2022-06-01T00:00:00Z");

  private GivenAnswer() {}

  /**
   * Null: this issuer, or a responder of its own, has signed it. Its times and its content are not
   * looked at.
   */
  public static @Nullable String problem(byte[] response, ParsedCertificate issuer, Instant at) {
    try {
      if (!(new OCSPResp(response).getResponseObject() instanceof BasicOCSPResp basic)
          || basic.getResponses().length == 0) {
        return "it is no OCSP response about a certificate";
      }
      OcspQuestion question =
          new OcspQuestion(
              new byte[0],
              issuer.holder().getSubject().getEncoded(),
              issuer,
              basic.getResponses()[0].getCertID().getSerialNumber());
      OcspAnswer.read(response, question, new byte[0], at.isBefore(SHA1_UNTIL), at);
      return null;
    } catch (FetchException e) {
      return String.valueOf(e.getMessage());
    } catch (IOException | OCSPException | RuntimeException e) {
      // Hostile bytes reach the parsers.
      return "it is no OCSP response";
    }
  }
}
