package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.Algorithms;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Publication;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A responder's answer about one certificate (RFC 6960 §4.2), read and verified: it is about that
 * certificate, and signed by its issuer or by a responder to which the issuer has delegated this.
 *
 * @param status of the certificate
 * @param nextUpdate of the answer; where it names none (newer is always to be had), an hour after
 *     thisUpdate; at the latest when its signer's certificate ends
 * @param revokedAt null: it is not
 * @param delegate the responder's certificate (DER), when it does not exempt itself from being
 *     checked (id-pkix-ocsp-nocheck); else empty
 */
public record OcspAnswer(
    Status status,
    Instant thisUpdate,
    Instant nextUpdate,
    @Nullable Instant revokedAt,
    String reason,
    byte[] delegate)
    implements Publication {
  static final String UNKNOWN = "the responder does not know the certificate";
  public static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_CERTIFICATES = 8;
  private static final int MOST_ANSWERS = 64;
  private static final Duration WITHOUT_NEXT = Duration.ofHours(1);

  public enum Status {
    GOOD,
    REVOKED,
    UNKNOWN
  }

  /**
   * @param nonce that was sent; empty: none. An answer without one was not made for us, and is as
   *     good as its times (RFC 5019 §4)
   * @param sha1 whether a signature with SHA-1 counts
   * @throws FetchException GARBAGE: no answer, or about another certificate; REFUSAL; WRONG_SIGNER;
   *     STALE is not found out here
   */
  public static OcspAnswer read(
      byte[] der, OcspQuestion question, byte[] nonce, boolean sha1, Instant now)
      throws FetchException {
    if (der.length > MOST_BYTES) {
      throw new FetchException(Kind.TOO_LARGE, "the responder's response is too large");
    }
    try {
      OCSPResp response = new OCSPResp(der);
      if (response.getStatus() != OCSPResp.SUCCESSFUL) {
        throw new FetchException(
            Kind.REFUSAL, "the responder returned " + refusal(response.getStatus()));
      }
      if (!(response.getResponseObject() instanceof BasicOCSPResp basic)) {
        throw new FetchException(Kind.GARBAGE, "the responder's response is of an unknown kind");
      }
      SingleResp about = about(basic, question);
      X509CertificateHolder signer =
          new Signers(basic, question.issuer().holder(), sha1, now).signer();
      checkNonce(basic, nonce);
      checkExtensions(basic);
      return of(
          about, notExempt(signer, question.issuer().holder()), signer.getNotAfter().toInstant());
    } catch (IOException | OCSPException | RuntimeException e) {
      // Hostile bytes reach the parsers.
      throw new FetchException(Kind.GARBAGE, "the responder sent no OCSP response");
    }
  }

  private static String refusal(int status) {
    return switch (status) {
      case OCSPResp.MALFORMED_REQUEST -> "malformedRequest";
      case OCSPResp.INTERNAL_ERROR -> "internalError";
      case OCSPResp.TRY_LATER -> "tryLater";
      case OCSPResp.SIG_REQUIRED -> "sigRequired";
      case OCSPResp.UNAUTHORIZED -> "unauthorized";
      default -> "an unknown status";
    };
  }

  private static SingleResp about(BasicOCSPResp basic, OcspQuestion question)
      throws FetchException {
    return Stream.of(basic.getResponses())
        .limit(MOST_ANSWERS)
        .filter(single -> question.isAbout(id(single)))
        .max(Comparator.comparing(SingleResp::getThisUpdate))
        .orElseThrow(
            () ->
                new FetchException(
                    Kind.GARBAGE, "the responder's response is about another certificate"));
  }

  private static CertID id(SingleResp single) {
    return single.getCertID().toASN1Primitive();
  }

  private static void checkExtensions(BasicOCSPResp basic) throws FetchException {
    for (Object oid : basic.getCriticalExtensionOIDs()) {
      if (!OCSPObjectIdentifiers.id_pkix_ocsp_nonce.equals(oid)) {
        throw new FetchException(
            Kind.GARBAGE,
            "the responder's response has the critical extension " + oid + ", which is unknown");
      }
    }
  }

  private static void checkNonce(BasicOCSPResp basic, byte[] nonce) throws FetchException {
    Extension extension = basic.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    if (nonce.length > 0
        && extension != null
        && !MessageDigest.isEqual(
            nonce, ASN1OctetString.getInstance(extension.getParsedValue()).getOctets())) {
      throw new FetchException(
          Kind.GARBAGE, "the responder's response belongs to another request (nonce)");
    }
  }

  private static byte[] notExempt(X509CertificateHolder signer, X509CertificateHolder issuer)
      throws IOException {
    return signer.equals(issuer)
            || signer.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck) != null
        ? new byte[0]
        : signer.getEncoded();
  }

  /** The {@link #delegate}, read; null: there is none, or it cannot be read. */
  public @Nullable ParsedCertificate responder() {
    if (delegate.length == 0) {
      return null;
    }
    try {
      return ParsedCertificate.parse(delegate);
    } catch (UnusableCertificateException e) {
      return null; // then its own revocation cannot be known
    }
  }

  /** A certificate is made some minutes before all of its issuer's responders know of it. */
  @Override
  public @Nullable String uselessness() {
    return status == Status.UNKNOWN ? UNKNOWN : null;
  }

  @Override
  public Map<ClearedCertificate, Instant> revoked(Collection<ClearedCertificate> certificates) {
    Map<ClearedCertificate, Instant> revoked = new HashMap<>();
    if (status == Status.REVOKED && revokedAt != null) {
      certificates.forEach(certificate -> revoked.put(certificate, revokedAt));
    }
    return revoked;
  }

  private static OcspAnswer of(SingleResp single, byte[] delegate, Instant signerEnds)
      throws FetchException {
    for (Object oid : single.getCriticalExtensionOIDs()) {
      throw new FetchException(
          Kind.GARBAGE,
          "the responder's response has the critical extension " + oid + ", which is unknown");
    }
    Instant thisUpdate = single.getThisUpdate().toInstant();
    Instant said =
        single.getNextUpdate() == null
            ? thisUpdate.plus(WITHOUT_NEXT)
            : single.getNextUpdate().toInstant();
    Instant next = said.isBefore(signerEnds) ? said : signerEnds;
    CertificateStatus status = single.getCertStatus();
    if (!(status instanceof RevokedStatus revoked)) {
      Status known = status == CertificateStatus.GOOD ? Status.GOOD : Status.UNKNOWN;
      return new OcspAnswer(known, thisUpdate, next, null, "", delegate);
    }
    String reason =
        revoked.hasRevocationReason()
            ? CRLReason.lookup(revoked.getRevocationReason()).toString()
            : "CRLReason: unspecified";
    return new OcspAnswer(
        Status.REVOKED,
        thisUpdate,
        next,
        revoked.getRevocationTime().toInstant(),
        reason.substring(reason.indexOf(' ') + 1),
        delegate);
  }

  /**
   * A signer of an answer (RFC 6960 §4.2.2.2). A responder's certificate is read as far as this
   * needs: some that are in use would not do for a host.
   */
  private record Signers(
      BasicOCSPResp basic, X509CertificateHolder issuer, boolean sha1, Instant now) {

    X509CertificateHolder signer() throws FetchException {
      if (weak(basic.getSignatureAlgorithmID())) {
        throw wrong("is " + Algorithms.weakSignature(basic.getSignatureAlgorithmID()));
      }
      ResponderID id = basic.getResponderId().toASN1Primitive();
      boolean named = false;
      for (X509CertificateHolder candidate : candidates()) {
        if (isNamed(id, candidate)) {
          named = true;
          if (signed(candidate)) {
            return candidate;
          }
        }
      }
      throw wrong(
          named
              ? "has a signature that is not by the responder that it names"
              : "is by a responder that the issuer has not made one");
    }

    private List<X509CertificateHolder> candidates() {
      List<X509CertificateHolder> all = new ArrayList<>(List.of(issuer));
      Stream.of(basic.getCerts())
          .limit(MOST_CERTIFICATES)
          .filter(this::mayAnswer)
          .forEach(all::add);
      return all;
    }

    private boolean mayAnswer(X509CertificateHolder certificate) {
      ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(certificate.getExtensions());
      KeyUsage keyUsage = KeyUsage.fromExtensions(certificate.getExtensions());
      return certificate.getIssuer().equals(issuer.getSubject())
          && usage != null
          && usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
          && (keyUsage == null || keyUsage.hasUsages(KeyUsage.digitalSignature))
          && !weak(certificate.getSignatureAlgorithm())
          && certificate.isValidOn(Date.from(now))
          && isBy(certificate, issuer)
          && strong(certificate);
    }

    private static boolean strong(X509CertificateHolder certificate) {
      try {
        return Algorithms.weakKey(
                new JcaPEMKeyConverter().getPublicKey(certificate.getSubjectPublicKeyInfo()))
            == null;
      } catch (PEMException e) {
        return false;
      }
    }

    private static boolean isBy(X509CertificateHolder certificate, X509CertificateHolder by) {
      try {
        return certificate.isSignatureValid(
            new JcaContentVerifierProviderBuilder().build(by.getSubjectPublicKeyInfo()));
      } catch (OperatorCreationException | CertException e) {
        return false;
      }
    }

    private boolean weak(AlgorithmIdentifier algorithm) {
      String weak = Algorithms.weakSignature(algorithm);
      return weak != null && !(sha1 && weak.contains("SHA-1"));
    }

    private static boolean isNamed(ResponderID id, X509CertificateHolder candidate) {
      X500Name name = id.getName();
      return name != null
          ? name.equals(candidate.getSubject())
          : MessageDigest.isEqual(
              id.getKeyHash(), OcspQuestion.digest("SHA-1", OcspQuestion.keyOf(candidate)));
    }

    private boolean signed(X509CertificateHolder candidate) {
      try {
        return basic.isSignatureValid(
            new JcaContentVerifierProviderBuilder().build(candidate.getSubjectPublicKeyInfo()));
      } catch (OCSPException | OperatorCreationException e) {
        return false;
      }
    }

    private static FetchException wrong(String how) {
      return new FetchException(Kind.WRONG_SIGNER, "the responder's response " + how);
    }
  }
}
