package io.postern.dns.dane;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.TLSARecord;

/**
 * A TLSA record (RFC 6698 §2.1). As text, it is as in a zone file: {@code 3 1 1 ab12...}.
 *
 * @param usage 2: DANE-TA, 3: DANE-EE
 * @param selector 0: the certificate, 1: its SubjectPublicKeyInfo
 * @param matchingType 0: as it is, 1: SHA-256, 2: SHA-512
 * @param data in hexadecimal, lower case
 */
public record Tlsa(int usage, int selector, int matchingType, String data) {
  public static final int TRUST_ANCHOR = 2;
  public static final int END_ENTITY = 3;

  private static final int CERTIFICATE = 0;
  private static final int PUBLIC_KEY = 1;
  static final int FULL = 0;
  static final int SHA_256 = 1;
  static final int SHA_512 = 2;

  public static Tlsa of(TLSARecord record) {
    return new Tlsa(
        record.getCertificateUsage(),
        record.getSelector(),
        record.getMatchingType(),
        HexFormat.of().formatHex(record.getCertificateAssociationData()));
  }

  /**
   * The record that names a certificate: for what is published.
   *
   * @param certificate DER
   * @throws IllegalArgumentException it is none
   */
  public static Tlsa of(int usage, int selector, int matchingType, byte[] certificate) {
    return new Tlsa(usage, selector, matchingType, named(selector, matchingType, certificate));
  }

  /**
   * Whether it can authenticate an SMTP server: usages 0 and 1 cannot (RFC 7672 §3.1.3), nor can
   * numbers that are not known, or data that cannot be of its kind (RFC 7671 §4.1).
   */
  public boolean usable() {
    return (usage == TRUST_ANCHOR || usage == END_ENTITY)
        && (selector == CERTIFICATE || selector == PUBLIC_KEY)
        && switch (matchingType) {
          case FULL ->
              Associations.isReadable(selector == CERTIFICATE, HexFormat.of().parseHex(data));
          case SHA_256 -> data.length() == 2 * 32;
          case SHA_512 -> data.length() == 2 * 64;
          default -> false;
        };
  }

  /**
   * @param certificate DER
   */
  boolean matches(byte[] certificate) {
    try {
      return named(selector, matchingType, certificate).equals(data);
    } catch (IllegalArgumentException e) {
      return false; // a peer's bytes that are no certificate
    }
  }

  /** The whole certificate that it holds; null: it holds none. */
  @org.jspecify.annotations.Nullable
  X509Certificate certificate() {
    return matchingType == FULL && selector == CERTIFICATE
        ? Associations.certificate(HexFormat.of().parseHex(data))
        : null;
  }

  /** The whole public key that it holds; null: it holds none. */
  @Nullable PublicKey publicKey() {
    return matchingType == FULL && selector == PUBLIC_KEY
        ? Associations.publicKey(HexFormat.of().parseHex(data))
        : null;
  }

  private static String named(int selector, int matchingType, byte[] certificate) {
    byte[] selected = selector == CERTIFICATE ? certificate : Associations.publicKeyOf(certificate);
    return HexFormat.of().formatHex(Associations.digest(matchingType, selected));
  }

  @Override
  public String toString() {
    return usage + " " + selector + " " + matchingType + " " + data;
  }
}
