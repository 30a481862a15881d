package io.postern.lab;

import io.postern.lab.Certificates.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * One issuer's CRL (RFC 5280 §5): version 2, with number, authority key identifier, thisUpdate and
 * nextUpdate. Each {@link #encode()} signs a new one with a higher number, across restarts too.
 * Thread-safe.
 */
final class RevocationList {
  private static final Duration VALID = Duration.ofDays(1);

  private final Signer signer;
  private final Map<BigInteger, Instant> revoked;
  private Duration age = Duration.ofMinutes(5);
  private Duration validity = VALID;
  private long number;

  RevocationList(Signer signer, Map<BigInteger, Instant> revoked) {
    this.signer = signer;
    this.revoked = new TreeMap<>(revoked);
  }

  synchronized void revoke(BigInteger serial, Instant when) {
    revoked.putIfAbsent(serial, when);
  }

  synchronized Map<BigInteger, Instant> revoked() {
    return Collections.unmodifiableMap(new TreeMap<>(revoked));
  }

  /** thisUpdate lies {@code age} before the signing, nextUpdate {@code validity} after it. */
  synchronized void times(Duration age, Duration validity) {
    this.age = age;
    this.validity = validity;
  }

  synchronized byte[] encode() {
    Instant now = Instant.now();
    number = Math.max(number + 1, now.toEpochMilli());
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(signer.name(), Date.from(now.minus(age)));
      builder.setNextUpdate(Date.from(now.plus(validity)));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(signer.publicKey()));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
      revoked.forEach(
          (serial, when) -> builder.addCRLEntry(serial, Date.from(when), CRLReason.keyCompromise));
      return builder.build(signer.contentSigner()).getEncoded();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
