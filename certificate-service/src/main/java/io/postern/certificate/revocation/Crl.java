package io.postern.certificate.revocation;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (RFC 5280 §5) over a buffer, usually a mapped file: its entries
 * stay where they are and are walked over when one is looked up (20 MB, half a million entries:
 * some ten milliseconds), so a large list costs no heap. All entries were walked over once, so what
 * looks like a list here is one to its end. Whether its signature is good is not said here, see
 * {@link CrlSignature}.
 *
 * <p>Immutable, any thread.
 */
final class Crl {
  /** Entry extensions that do not change what an entry means (RFC 5280 §5.3). */
  private static final ASN1ObjectIdentifier[] HARMLESS = {
    Extension.reasonCode, Extension.invalidityDate, Extension.instructionCode
  };

  private static final int CRL_EXTENSIONS = 0xa0;
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** A revoked certificate. */
  record Entry(Instant revokedAt, String reason) {}

  private final ByteBuffer buffer;
  private final int tbsStart;
  private final int tbsEnd;
  private final AlgorithmIdentifier algorithm;
  private final byte[] signature;
  private final X500Principal issuer;
  private final Instant thisUpdate;
  private final @Nullable Instant nextUpdate;
  private final int entriesStart;
  private final int entriesEnd;
  private final @Nullable Extensions extensions;
  private final @Nullable String unknownCritical;

  /** Maps the file; it must not be written to afterwards, only replaced. */
  static Crl map(Path file) throws IOException, GarbageException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new Crl(channel.map(MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  static Crl of(byte[] der) throws GarbageException {
    return new Crl(ByteBuffer.wrap(der));
  }

  private Crl(ByteBuffer buffer) throws GarbageException {
    this.buffer = buffer;
    try {
      Der outer = new Der(buffer, 0, buffer.limit());
      Der list = outer.next(Der.SEQUENCE).inside();
      if (outer.hasNext()) {
        throw new GarbageException("something follows the list");
      }
      Der tbs = list.next(Der.SEQUENCE).inside();
      tbsStart = list.start();
      tbsEnd = list.end();
      algorithm = AlgorithmIdentifier.getInstance(list.next(Der.SEQUENCE).whole());
      signature = bits(list.next(Der.BIT_STRING).bytes());
      if (list.hasNext()) {
        throw new GarbageException("something follows the signature");
      }
      if (tbs.peek() == Der.INTEGER) {
        tbs.next();
      }
      // RFC 5280 §5.1.1.2
      if (!algorithm.equals(AlgorithmIdentifier.getInstance(tbs.next(Der.SEQUENCE).whole()))) {
        throw new GarbageException("its two signature algorithms differ");
      }
      issuer = new X500Principal(tbs.next(Der.SEQUENCE).whole());
      thisUpdate = time(tbs.next());
      nextUpdate = isTime(tbs.peek()) ? time(tbs.next()) : null;
      boolean entries = tbs.peek() == Der.SEQUENCE;
      entriesStart = entries ? tbs.next().contentStart() : 0;
      entriesEnd = entries ? tbs.end() : 0;
      extensions =
          tbs.peek() == CRL_EXTENSIONS
              ? Extensions.getInstance(tbs.next().inside().next(Der.SEQUENCE).whole())
              : null;
      if (tbs.hasNext()) {
        throw new GarbageException("something follows the extensions");
      }
      unknownCritical = walkEntries();
    } catch (RuntimeException e) {
      // Hostile bytes reach the parsers of names, times and extensions.
      throw new GarbageException(String.valueOf(e.getMessage()));
    }
  }

  private static byte[] bits(byte[] content) throws GarbageException {
    if (content.length < 2 || content[0] != 0) {
      throw new GarbageException("its signature is not made of octets");
    }
    byte[] octets = new byte[content.length - 1];
    System.arraycopy(content, 1, octets, 0, octets.length);
    return octets;
  }

  private static boolean isTime(int tag) {
    return tag == Der.UTC_TIME || tag == Der.GENERALIZED_TIME;
  }

  private static Instant time(Der element) throws GarbageException {
    if (!isTime(element.tag())) {
      throw new GarbageException("no time where one belongs");
    }
    try {
      return Time.getInstance(ASN1Primitive.fromByteArray(element.whole())).getDate().toInstant();
    } catch (IOException e) {
      throw new GarbageException(String.valueOf(e.getMessage()));
    }
  }

  // RFC 5280 §5.3: a critical entry extension that is not understood spoils the whole list.
  private @Nullable String walkEntries() throws GarbageException {
    String unknown = null;
    Der entries = new Der(buffer, entriesStart, entriesEnd);
    while (entries.hasNext()) {
      Der entry = entries.next(Der.SEQUENCE).inside();
      entry.next(Der.INTEGER);
      if (!isTime(entry.next().tag())) {
        throw new GarbageException("an entry without a time");
      }
      if (entry.hasNext()) {
        Der list = entry.next(Der.SEQUENCE).inside();
        while (list.hasNext()) {
          String critical = unknownCritical(list.next(Der.SEQUENCE).inside());
          unknown = unknown == null ? critical : unknown;
        }
      }
    }
    return unknown;
  }

  private static @Nullable String unknownCritical(Der extension) throws GarbageException {
    Der oid = extension.next(Der.OID);
    byte[] whole = oid.whole();
    if (extension.peek() != Der.BOOLEAN || extension.next().bytes()[0] == 0) {
      return null;
    }
    ASN1ObjectIdentifier name = ASN1ObjectIdentifier.getInstance(whole);
    for (ASN1ObjectIdentifier harmless : HARMLESS) {
      if (harmless.equals(name)) {
        return null;
      }
    }
    return name.getId();
  }

  /** The entry of this serial number; null: not on the list. */
  @Nullable Entry entry(BigInteger serial) {
    byte[] wanted = serial.toByteArray();
    try {
      Der entries = new Der(buffer, entriesStart, entriesEnd);
      while (entries.hasNext()) {
        Der entry = entries.next().inside();
        if (entry.next().contentEquals(wanted)) {
          Instant at = time(entry.next());
          return new Entry(at, entry.hasNext() ? reason(entry.next().whole()) : "unspecified");
        }
      }
      return null;
    } catch (GarbageException e) {
      throw new IllegalStateException("the list was walked over before", e);
    }
  }

  private static String reason(byte[] extensions) {
    Extension reason = Extensions.getInstance(extensions).getExtension(Extension.reasonCode);
    if (reason == null) {
      return "unspecified";
    }
    // The class writes "CRLReason: keyCompromise".
    String text =
        CRLReason.getInstance(ASN1Enumerated.getInstance(reason.getParsedValue())).toString();
    return text.substring(text.indexOf(' ') + 1);
  }

  X500Principal issuer() {
    return issuer;
  }

  Instant thisUpdate() {
    return thisUpdate;
  }

  /** Null: not given, which RFC 5280 §5.1.2.5 forbids. */
  @Nullable Instant nextUpdate() {
    return nextUpdate;
  }

  /** From thisUpdate (less a few minutes of other people's clocks) to nextUpdate. */
  boolean currentAt(Instant now) {
    return nextUpdate != null
        && now.isBefore(nextUpdate)
        && !now.plus(CLOCK_SKEW).isBefore(thisUpdate);
  }

  @Nullable Extension extension(ASN1ObjectIdentifier oid) {
    return extensions == null ? null : extensions.getExtension(oid);
  }

  /** OIDs of the list's own critical extensions. */
  ASN1ObjectIdentifier[] criticalExtensions() {
    return extensions == null ? new ASN1ObjectIdentifier[0] : extensions.getCriticalExtensionOIDs();
  }

  /** A critical extension of an entry that is not understood. */
  @Nullable String unknownCriticalOfAnEntry() {
    return unknownCritical;
  }

  AlgorithmIdentifier algorithm() {
    return algorithm;
  }

  byte[] signature() {
    return signature;
  }

  /** What is signed; a buffer of its own over the same bytes. */
  ByteBuffer signedPart() {
    return buffer.slice(tbsStart, tbsEnd - tbsStart);
  }
}
