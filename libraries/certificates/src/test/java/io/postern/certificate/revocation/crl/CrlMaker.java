package io.postern.certificate.revocation.crl;

import io.postern.certificate.CertificateMaker.Made;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes lists with one thing wrong each. Not thread-safe. */
public final class CrlMaker {
  private record Odd(BigInteger serial, int reason, @Nullable GeneralNames issuer) {}

  private final Made issuer;
  private final List<BigInteger> revoked = new ArrayList<>();
  private final List<Odd> odd = new ArrayList<>();
  private final List<Extension> extensions = new ArrayList<>();
  private @Nullable Extension entryExtension;
  private Instant thisUpdate = Instant.now().minus(Duration.ofHours(1));
  private @Nullable Instant nextUpdate = Instant.now().plus(Duration.ofDays(7));
  private String algorithm = "SHA256withECDSA";

  private CrlMaker(Made issuer) {
    this.issuer = issuer;
  }

  public static CrlMaker by(Made issuer) {
    return new CrlMaker(issuer);
  }

  public CrlMaker revoking(Made made) {
    revoked.add(made.certificate().x509().getSerialNumber());
    return this;
  }

  /** An entry with a reason, of another's certificate where {@code of} is one (RFC 5280 §5.3.3). */
  public CrlMaker entry(Made made, int reason, @Nullable Made of) {
    odd.add(
        new Odd(
            made.certificate().x509().getSerialNumber(),
            reason,
            of == null
                ? null
                : new GeneralNames(new GeneralName(of.certificate().holder().getSubject()))));
    return this;
  }

  public CrlMaker revoking(long first, int count) {
    for (int i = 0; i < count; i++) {
      revoked.add(BigInteger.valueOf(first + i));
    }
    return this;
  }

  public CrlMaker times(Instant thisUpdate, @Nullable Instant nextUpdate) {
    this.thisUpdate = thisUpdate;
    this.nextUpdate = nextUpdate;
    return this;
  }

  public CrlMaker with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    extensions.add(extension(oid, critical, value));
    return this;
  }

  CrlMaker withInEntries(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    entryExtension = extension(oid, critical, value);
    return this;
  }

  CrlMaker algorithm(String algorithm) {
    this.algorithm = algorithm;
    return this;
  }

  private static Extension extension(
      ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    try {
      return new Extension(oid, critical, value.toASN1Primitive().getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public byte[] make() {
    try {
      X509v2CRLBuilder builder =
          new X509v2CRLBuilder(issuer.certificate().holder().getSubject(), Date.from(thisUpdate));
      if (nextUpdate != null) {
        builder.setNextUpdate(Date.from(nextUpdate));
      }
      for (BigInteger serial : revoked) {
        if (entryExtension == null) {
          builder.addCRLEntry(serial, new Date(), CRLReason.keyCompromise);
        } else {
          builder.addCRLEntry(serial, new Date(), new Extensions(entryExtension));
        }
      }
      for (Odd entry : odd) {
        List<Extension> more = new ArrayList<>();
        more.add(extension(Extension.reasonCode, false, CRLReason.lookup(entry.reason())));
        if (entry.issuer() != null) {
          more.add(extension(Extension.certificateIssuer, true, entry.issuer()));
        }
        builder.addCRLEntry(
            entry.serial(), new Date(), new Extensions(more.toArray(Extension[]::new)));
      }
      for (Extension extension : extensions) {
        builder.addExtension(extension);
      }
      return builder
          .build(new JcaContentSignerBuilder(algorithm).build(issuer.keys().getPrivate()))
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
