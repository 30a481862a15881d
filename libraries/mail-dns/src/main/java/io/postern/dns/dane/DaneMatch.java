package io.postern.dns.dane;

import io.postern.names.CertificateNames;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain is the one that TLSA records name (RFC 7672 §3.1). Stateless, any thread.
 *
 * <p>DANE-EE (3): the leaf matches; its names, times and issuer do not count (RFC 7671 §5.1).
 * DANE-TA (2): a certificate above the leaf matches, or the record's own certificate or key signs
 * the chain; below it the chain is valid as RFC 5280 has it, and the leaf has one of the host's
 * names. Revocation is not asked: whoever publishes the record takes it away.
 */
public final class DaneMatch {
  /** RFC 5280 §4.2.1.12: serverAuth, and any. */
  private static final Set<String> SERVER = Set.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");

  private static final int MOST_CERTIFICATES = 10;

  /** Why no record matches, the most telling last. */
  public enum Fault {
    /** No record names a certificate of the chain, or the chain is not valid. */
    MISMATCH,
    /** The chain is the published one, and its certificates have other names. */
    NAME,
    /** The chain is the published one, and a certificate in it has expired. */
    EXPIRED
  }

  /**
   * @param record that authenticates the peer
   * @param depth of the certificate that it names: 0 is the leaf
   */
  public record Match(Tlsa record, int depth) {}

  /**
   * What came out.
   *
   * @param match null: the peer is not authenticated
   * @param fault with {@code detail}, where there is no match
   */
  public record Result(@Nullable Match match, @Nullable Fault fault, String detail) {}

  private final List<byte[]> presented;
  private final List<X509Certificate> chain; // as far as the JDK reads it
  private final TlsaSet set;
  private final Instant at;
  private @Nullable Fault fault;
  private String detail = "no TLSA record matches the certificate";

  private DaneMatch(List<byte[]> presented, TlsaSet set, Instant at) {
    this.presented = presented;
    this.chain =
        presented.stream()
            .map(Associations::certificate)
            .takeWhile(Objects::nonNull)
            .map(Objects::requireNonNull)
            .toList();
    this.set = set;
    this.at = at;
  }

  /**
   * @param chain DER as presented, the leaf first; of more than {@value #MOST_CERTIFICATES}
   *     certificates the first count
   */
  public static Result of(List<byte[]> chain, TlsaSet set, Instant at) {
    List<byte[]> bounded = chain.subList(0, Math.min(chain.size(), MOST_CERTIFICATES));
    return new DaneMatch(bounded, set, at).result();
  }

  private Result result() {
    if (presented.isEmpty()) {
      return new Result(null, Fault.MISMATCH, "the host presents no certificate");
    }
    for (Tlsa record : set.usable()) {
      Match match = record.usage() == Tlsa.END_ENTITY ? endEntity(record) : trustAnchor(record);
      if (match != null) {
        return new Result(match, null, "");
      }
    }
    return new Result(null, fault == null ? Fault.MISMATCH : fault, detail);
  }

  private @Nullable Match endEntity(Tlsa record) {
    return record.matches(presented.getFirst()) ? new Match(record, 0) : null;
  }

  private @Nullable Match trustAnchor(Tlsa record) {
    for (int depth = 1; depth < chain.size(); depth++) {
      TrustAnchor anchor = new TrustAnchor(chain.get(depth), null);
      if (record.matches(presented.get(depth)) && isValid(depth, anchor)) {
        return new Match(record, depth);
      }
    }
    X509Certificate held = record.certificate();
    PublicKey key = record.publicKey();
    for (int depth = 1; depth <= chain.size(); depth++) {
      X509Certificate below = chain.get(depth - 1);
      if (held != null && below.getIssuerX500Principal().equals(held.getSubjectX500Principal())) {
        if (isValid(depth, new TrustAnchor(held, null))) {
          return new Match(record, depth);
        }
      } else if (key != null && isSignedBy(below, key)) {
        TrustAnchor anchor = new TrustAnchor(below.getIssuerX500Principal(), key, null);
        if (isValid(depth, anchor)) {
          return new Match(record, depth);
        }
      }
    }
    return null;
  }

  /** The chain below the anchor, which is at that depth. */
  private boolean isValid(int depth, TrustAnchor anchor) {
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      CertPath path =
          CertificateFactory.getInstance("X.509")
              .generateCertPath(new ArrayList<>(chain.subList(0, depth)));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (CertPathValidatorException e) {
      boolean expired = e.getReason() == BasicReason.EXPIRED;
      note(
          expired ? Fault.EXPIRED : Fault.MISMATCH,
          expired
              ? "a certificate of the chain has expired"
              : "the chain to the published authority is not valid: " + e.getMessage());
      return false;
    } catch (GeneralSecurityException e) {
      note(Fault.MISMATCH, "the chain cannot be examined: " + e.getMessage());
      return false;
    }
    return isServer() && hasName();
  }

  private boolean isServer() {
    try {
      List<String> usages = chain.getFirst().getExtendedKeyUsage();
      if (usages == null || usages.stream().anyMatch(SERVER::contains)) {
        return true;
      }
      note(Fault.MISMATCH, "the certificate is not for servers");
    } catch (CertificateParsingException e) {
      note(Fault.MISMATCH, "the certificate's extended key usage cannot be read");
    }
    return false;
  }

  private boolean hasName() {
    List<String> names = CertificateNames.of(chain.getFirst());
    if (set.names().stream().anyMatch(name -> CertificateNames.matches(name, names))) {
      return true;
    }
    note(
        Fault.NAME,
        "the certificate is for "
            + names.stream().limit(5).toList()
            + ", not for "
            + String.join(" or ", set.names()));
    return false;
  }

  private static boolean isSignedBy(X509Certificate certificate, PublicKey key) {
    try {
      certificate.verify(key);
      return true;
    } catch (GeneralSecurityException e) {
      return false; // by another key
    }
  }

  private void note(Fault found, String why) {
    if (fault == null || found.compareTo(fault) >= 0) {
      fault = found;
      detail = why;
    }
  }
}
