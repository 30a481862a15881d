package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Answers as an issuer's own responder does, or one that it has made. Stateless, any thread. */
final class OcspResponder {
  private static final Duration VALID = Duration.ofHours(1);

  private OcspResponder() {}

  /**
   * @param signer the issuer or its delegate, whose certificate goes with the answer
   */
  static byte[] answer(
      byte[] request, Identity signer, boolean delegated, Map<BigInteger, Instant> revoked) {
    try {
      OCSPReq asked = new OCSPReq(request);
      X509CertificateHolder certificate = new JcaX509CertificateHolder(signer.leaf());
      BasicOCSPRespBuilder answer = new BasicOCSPRespBuilder(new RespID(certificate.getSubject()));
      Instant now = Instant.now();
      for (Req one : asked.getRequestList()) {
        Instant when = revoked.get(one.getCertID().getSerialNumber());
        answer.addResponse(
            one.getCertID(),
            when == null
                ? CertificateStatus.GOOD
                : new RevokedStatus(Date.from(when), CRLReason.keyCompromise),
            Date.from(now),
            Date.from(now.plus(VALID)));
      }
      Extension nonce = asked.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
      if (nonce != null) {
        answer.setResponseExtensions(new Extensions(nonce));
      }
      return new OCSPRespBuilder()
          .build(
              OCSPRespBuilder.SUCCESSFUL,
              answer.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signer.key()),
                  delegated
                      ? new X509CertificateHolder[] {certificate}
                      : new X509CertificateHolder[0],
                  Date.from(now)))
          .getEncoded();
    } catch (IOException e) {
      throw new UncheckedIOException("the request is not an OCSP request", e);
    } catch (OCSPException | OperatorCreationException | CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
