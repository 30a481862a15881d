package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.CertificateMaker.Made;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Makes a responder's answers, right ones and wrong ones. */
public final class OcspMaker {
  private final Made issuer;
  private final BigInteger serial;
  private Made signer;
  private boolean delegated;
  private @Nullable CertificateStatus status = CertificateStatus.GOOD;
  private Instant thisUpdate = Instant.now().minusSeconds(60);
  private @Nullable Instant nextUpdate = Instant.now().plusSeconds(3600);
  private AlgorithmIdentifier digest = RespID.HASH_SHA1;
  private String algorithm = "SHA256withECDSA";
  private byte[] nonce = {};
  private int refusal = OCSPRespBuilder.SUCCESSFUL;

  private OcspMaker(Made issuer, BigInteger serial) {
    this.issuer = issuer;
    this.signer = issuer;
    this.serial = serial;
  }

  public static OcspMaker about(Made certificate, Made issuer) {
    return new OcspMaker(issuer, certificate.certificate().x509().getSerialNumber());
  }

  public static OcspMaker about(BigInteger serial, Made issuer) {
    return new OcspMaker(issuer, serial);
  }

  public OcspMaker revoked() {
    status = new RevokedStatus(new Date(), 1);
    return this;
  }

  public OcspMaker unknown() {
    status = new org.bouncycastle.cert.ocsp.UnknownStatus();
    return this;
  }

  public OcspMaker times(Instant from, @Nullable Instant until) {
    thisUpdate = from;
    nextUpdate = until;
    return this;
  }

  /** Signed by another key, whose certificate is sent along. */
  public OcspMaker by(Made responder) {
    signer = responder;
    delegated = true;
    return this;
  }

  /** Signed by another key under the issuer's name. */
  public OcspMaker forgedBy(Made other) {
    signer = new Made(issuer.certificate(), other.keys());
    return this;
  }

  OcspMaker digest(AlgorithmIdentifier digest) {
    this.digest = digest;
    return this;
  }

  OcspMaker algorithm(String algorithm) {
    this.algorithm = algorithm;
    return this;
  }

  OcspMaker nonce(byte[] nonce) {
    this.nonce = nonce;
    return this;
  }

  public OcspMaker refusing(int with) {
    refusal = with;
    return this;
  }

  public byte[] make() {
    try {
      if (refusal != OCSPRespBuilder.SUCCESSFUL) {
        return new OCSPRespBuilder().build(refusal, null).getEncoded();
      }
      JcaDigestCalculatorProviderBuilder digests = new JcaDigestCalculatorProviderBuilder();
      BasicOCSPRespBuilder builder =
          new BasicOCSPRespBuilder(new RespID(signer.certificate().holder().getSubject()));
      builder.addResponse(
          new CertificateID(digests.build().get(digest), issuer.certificate().holder(), serial),
          status,
          Date.from(thisUpdate),
          nextUpdate == null ? null : Date.from(nextUpdate));
      if (nonce.length > 0) {
        builder.setResponseExtensions(
            new Extensions(
                new Extension(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                    false,
                    new DEROctetString(nonce).getEncoded())));
      }
      X509CertificateHolder[] along =
          delegated
              ? new X509CertificateHolder[] {signer.certificate().holder()}
              : new X509CertificateHolder[0];
      return new OCSPRespBuilder()
          .build(
              refusal,
              builder.build(
                  new JcaContentSignerBuilder(algorithm).build(signer.keys().getPrivate()),
                  along,
                  new Date()))
          .getEncoded();
    } catch (IOException | OCSPException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
