package io.postern.certificate.revocation.crl;

import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Publication;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (RFC 5280 §5) over a buffer, usually a mapped file: its entries
 * stay where they are and are walked over when one is looked up (20 MB, half a million entries:
 * some ten milliseconds), so a large list costs no heap. All entries were walked over once, so that
 * a list is one to its end. Whether its signature is good is not said here, see {@link
 * CrlSignature}.
 *
 * <p>Immutable, any thread.
 */
public final class Crl implements Publication {
  /** Entry extensions that do not change the meaning of an entry (RFC 5280 §5.3). */
  private static final ASN1ObjectIdentifier[] HARMLESS = {
    Extension.reasonCode, Extension.invalidityDate, Extension.instructionCode
  };

  /** OID 2.5.29.29, as its content stands in DER. */
  private static final byte[] CERTIFICATE_ISSUER = {0x55, 0x1d, 0x1d};

  private static final int CRL_EXTENSIONS = 0xa0;
  private static final int MOST_AROUND = 64 * 1024;
  private static final int MOST_OF_ONE = 4 * 1024;

  /** The reason of an entry of a delta list that takes the certificate off the list. */
  static final String REMOVED = "removeFromCRL";

  /** A revoked certificate. */
  public record Entry(Instant revokedAt, String reason) {
    public boolean removed() {
      return reason.equals(REMOVED);
    }
  }

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
  private final @Nullable IssuingDistributionPoint scope;
  private final @Nullable String unknownCritical;

  /** Bytes of it all. */
  int size() {
    return buffer.limit();
  }

  /** Maps the file; it must not be written to afterwards, only replaced. */
  public static Crl map(Path file) throws IOException, MalformedCrlException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new Crl(channel.map(MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  public static Crl of(byte[] der) throws MalformedCrlException {
    return new Crl(ByteBuffer.wrap(der));
  }

  private Crl(ByteBuffer buffer) throws MalformedCrlException {
    this.buffer = buffer;
    try {
      Der outer = new Der(buffer, 0, buffer.limit());
      Der list = outer.next(Der.SEQUENCE).inside();
      if (outer.hasNext()) {
        throw new MalformedCrlException("something follows the list");
      }
      Der tbs = list.next(Der.SEQUENCE).inside();
      checkSize(list.start(), list.end());
      tbsStart = list.start();
      tbsEnd = list.end();
      algorithm = AlgorithmIdentifier.getInstance(list.next(Der.SEQUENCE).whole());
      signature = bits(list.next(Der.BIT_STRING).bytes());
      if (list.hasNext()) {
        throw new MalformedCrlException("something follows the signature");
      }
      if (tbs.peek() == Der.INTEGER) {
        tbs.next();
      }
      // RFC 5280 §5.1.1.2
      if (!algorithm.equals(AlgorithmIdentifier.getInstance(tbs.next(Der.SEQUENCE).whole()))) {
        throw new MalformedCrlException("its two signature algorithms differ");
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
        throw new MalformedCrlException("something follows the extensions");
      }
      Extension point = extension(Extension.issuingDistributionPoint);
      scope = point == null ? null : IssuingDistributionPoint.getInstance(point.getParsedValue());
      integer(Extension.cRLNumber); // readable now, not when it is asked for
      integer(Extension.deltaCRLIndicator);
      freshest();
      unknownCritical = walkEntries();
    } catch (RuntimeException e) {
      // Hostile bytes reach the parsers of names, times and extensions.
      throw new MalformedCrlException(String.valueOf(e.getMessage()));
    }
  }

  // Entries stay where they are; the rest comes to the heap.
  private void checkSize(int from, int to) throws MalformedCrlException {
    int entries = 0;
    boolean times = false;
    Der parts = new Der(buffer, from, to).next(Der.SEQUENCE).inside();
    while (parts.hasNext()) {
      Der part = parts.next();
      if (times && part.tag() == Der.SEQUENCE) {
        entries = part.end() - part.start();
      }
      times |= isTime(part.tag());
    }
    if (buffer.limit() - entries > MOST_AROUND) {
      throw new MalformedCrlException("more than 64 KiB in addition to its entries");
    }
  }

  private static byte[] bits(byte[] content) throws MalformedCrlException {
    if (content.length < 2 || content[0] != 0) {
      throw new MalformedCrlException("its signature is not made of octets");
    }
    byte[] octets = new byte[content.length - 1];
    System.arraycopy(content, 1, octets, 0, octets.length);
    return octets;
  }

  private static boolean isTime(int tag) {
    return tag == Der.UTC_TIME || tag == Der.GENERALIZED_TIME;
  }

  private static Instant time(Der element) throws MalformedCrlException {
    if (!isTime(element.tag())) {
      throw new MalformedCrlException("no time where one belongs");
    }
    try {
      return Time.getInstance(ASN1Primitive.fromByteArray(element.whole())).getDate().toInstant();
    } catch (IOException e) {
      throw new MalformedCrlException(String.valueOf(e.getMessage()));
    }
  }

  // RFC 5280 §5.3: a critical entry extension that is not understood spoils the whole list.
  private @Nullable String walkEntries() throws MalformedCrlException {
    String unknown = null;
    Der entries = new Der(buffer, entriesStart, entriesEnd);
    while (entries.hasNext()) {
      Der whole = entries.next(Der.SEQUENCE);
      if (whole.end() - whole.start() > MOST_OF_ONE) {
        throw new MalformedCrlException("an entry of more than 4 KiB");
      }
      Der entry = whole.inside();
      entry.next(Der.INTEGER);
      if (!isTime(entry.next().tag())) {
        throw new MalformedCrlException("an entry without a time");
      }
      if (entry.hasNext()) {
        Der list = entry.next(Der.SEQUENCE).inside();
        while (list.hasNext()) {
          String critical = unknownCritical(list.next(Der.SEQUENCE).inside(), indirect());
          unknown = unknown == null ? critical : unknown;
        }
      }
    }
    return unknown;
  }

  private static @Nullable String unknownCritical(Der extension, boolean indirect)
      throws MalformedCrlException {
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
    return indirect && Extension.certificateIssuer.equals(name) ? null : name.getId();
  }

  /**
   * The entry of the certificate with this serial number by this issuer; null: not on the list. In
   * an indirect list an entry that names no issuer is of the one before it (RFC 5280 §5.3.3).
   */
  public @Nullable Entry entry(BigInteger serial, X500Principal by) throws MalformedCrlException {
    Entry[] found = {null};
    new Search(Set.of(new IssuerAndSerial(serial, by))).run((_, entry) -> found[0] = entry);
    return found[0];
  }

  /** A certificate's name (RFC 5280 §4.1.2.2). */
  record IssuerAndSerial(BigInteger serial, X500Principal by) {}

  @Override
  public Map<ClearedCertificate, Instant> revoked(Collection<ClearedCertificate> certificates) {
    Map<IssuerAndSerial, ClearedCertificate> wanted = new HashMap<>();
    for (ClearedCertificate certificate : certificates) {
      wanted.put(new IssuerAndSerial(certificate.serial(), certificate.issuer()), certificate);
    }
    Map<ClearedCertificate, Instant> revoked = new HashMap<>();
    try {
      new Search(wanted.keySet())
          .run(
              (which, entry) -> {
                ClearedCertificate certificate = wanted.get(which);
                if (certificate != null && !entry.removed()) {
                  revoked.put(certificate, entry.revokedAt());
                }
              });
    } catch (MalformedCrlException e) {
      return revoked; // a question about it hears the same
    }
    return revoked;
  }

  /** One walk over the entries for some certificates: the first entry of each counts. */
  private final class Search {
    private final Map<ByteBuffer, List<IssuerAndSerial>> bySerial = new HashMap<>();
    private final Set<IssuerAndSerial> open;
    private final boolean indirect = indirect();
    private final byte @Nullable [] only;
    private X500Principal of = issuer;
    private byte[] named = {};

    Search(Set<IssuerAndSerial> wanted) {
      open = new HashSet<>(wanted);
      only = wanted.size() == 1 ? wanted.iterator().next().serial().toByteArray() : null;
      for (IssuerAndSerial one : wanted) {
        bySerial
            .computeIfAbsent(ByteBuffer.wrap(one.serial().toByteArray()), _ -> new ArrayList<>())
            .add(one);
      }
    }

    void run(BiConsumer<IssuerAndSerial, Entry> found) throws MalformedCrlException {
      try {
        Der entries = new Der(buffer, entriesStart, entriesEnd);
        while (entries.hasNext() && !open.isEmpty()) {
          Der entry = entries.next().inside();
          List<IssuerAndSerial> same = same(entry.next());
          if (same.isEmpty() && !indirect) {
            continue;
          }
          Der time = entry.next();
          Instant at = same.isEmpty() ? thisUpdate : time(time);
          Der more = entry.hasNext() ? entry.next() : null;
          if (indirect && more != null) {
            readIssuer(more.inside());
          }
          for (IssuerAndSerial one : same) {
            if (of.equals(one.by()) && open.remove(one)) {
              Extensions all = more == null ? null : Extensions.getInstance(more.whole());
              found.accept(one, new Entry(at, reason(all)));
            }
          }
        }
      } catch (IOException | RuntimeException e) {
        throw new MalformedCrlException("an entry cannot be read");
      } catch (InternalError e) {
        // A mapped file that is gone from a network's disk gives this.
        throw new MalformedCrlException("its file cannot be read");
      }
    }

    private List<IssuerAndSerial> same(Der serial) {
      if (only != null) {
        return serial.contentEquals(only) ? List.copyOf(open) : List.of();
      }
      return bySerial.getOrDefault(serial.content(), List.of());
    }

    // Most entries name the issuer of the one before: only another is made a name of.
    private void readIssuer(Der extensions) throws MalformedCrlException, IOException {
      while (extensions.hasNext()) {
        Der extension = extensions.next(Der.SEQUENCE).inside();
        if (!extension.next(Der.OID).contentEquals(CERTIFICATE_ISSUER)) {
          continue;
        }
        if (extension.peek() == Der.BOOLEAN) {
          extension.next();
        }
        Der value = extension.next(Der.OCTET_STRING);
        if (!value.contentEquals(named)) {
          named = value.bytes();
          for (GeneralName name : GeneralNames.getInstance(named).getNames()) {
            if (name.getTagNo() == GeneralName.directoryName) {
              of = new X500Principal(name.getName().toASN1Primitive().getEncoded());
              break;
            }
          }
        }
        return;
      }
    }
  }

  private static String reason(@Nullable Extensions extensions) {
    Extension reason = extensions == null ? null : extensions.getExtension(Extension.reasonCode);
    if (reason == null) {
      return "unspecified";
    }
    // The class writes "CRLReason: keyCompromise".
    String text =
        CRLReason.getInstance(ASN1Enumerated.getInstance(reason.getParsedValue())).toString();
    return text.substring(text.indexOf(' ') + 1);
  }

  /** Where the changes since this list are (RFC 5280 §5.2.6). */
  List<String> freshest() {
    return DistributionPoints.freshest(issuer, extension(Extension.freshestCRL));
  }

  public X500Principal issuer() {
    return issuer;
  }

  @Override
  public Instant thisUpdate() {
    return thisUpdate;
  }

  /** Null: not given, which RFC 5280 §5.1.2.5 forbids. */
  @Override
  public @Nullable Instant nextUpdate() {
    return nextUpdate;
  }

  /** The certificates that the list covers; null: all of its issuer. */
  @Nullable IssuingDistributionPoint scope() {
    return scope;
  }

  /** It has certificates of other issuers too. */
  boolean indirect() {
    return scope != null && scope.isIndirectCRL();
  }

  /** RFC 5280 §5.2.3; null: not given. */
  @Nullable BigInteger number() {
    return integer(Extension.cRLNumber);
  }

  /** It has the changes since the list of this number (RFC 5280 §5.2.4); null: it is complete. */
  public @Nullable BigInteger changesSince() {
    return integer(Extension.deltaCRLIndicator);
  }

  private @Nullable BigInteger integer(ASN1ObjectIdentifier oid) {
    Extension extension = extension(oid);
    return extension == null
        ? null
        : ASN1Integer.getInstance(extension.getParsedValue()).getPositiveValue();
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

  /** The signed part, as a buffer of its own over the same bytes. */
  ByteBuffer signedPart() {
    return buffer.slice(tbsStart, tbsEnd - tbsStart);
  }
}
