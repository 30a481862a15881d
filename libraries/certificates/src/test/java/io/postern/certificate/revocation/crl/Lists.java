package io.postern.certificate.revocation.crl;

import io.postern.certificate.CertificateMaker.Made;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/** Lists of all kinds, for tests of other packages too. */
public final class Lists {
  private final CrlMaker maker;

  private Lists(CrlMaker maker) {
    this.maker = maker;
  }

  public static Lists complete(Made issuer, int number) {
    return of(issuer, Extension.cRLNumber, false, new ASN1Integer(number));
  }

  public static Lists changes(Made issuer, int since, int number) {
    Lists lists = complete(issuer, number);
    var unused = lists.maker.with(Extension.deltaCRLIndicator, true, new ASN1Integer(since));
    return lists;
  }

  public static Lists indirect(Made issuer) {
    return of(
        issuer,
        Extension.issuingDistributionPoint,
        true,
        new IssuingDistributionPoint(null, false, false, null, true, false));
  }

  private static Lists of(
      Made issuer,
      org.bouncycastle.asn1.ASN1ObjectIdentifier oid,
      boolean critical,
      ASN1Encodable value) {
    return new Lists(CrlMaker.by(issuer).with(oid, critical, value));
  }

  public Lists entry(Made made, int reason, @Nullable Made of) {
    var unused = maker.entry(made, reason, of);
    return this;
  }

  public Lists times(java.time.Instant from, java.time.Instant until) {
    var unused = maker.times(from, until);
    return this;
  }

  public byte[] make() {
    return Objects.requireNonNull(maker.make());
  }
}
