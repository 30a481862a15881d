package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The default set in one version, for judgements and for the record. Immutable.
 *
 * @param record without times and differences
 */
public record AnchorBundle(TrustAnchors anchors, TrustBundle record) {
  private static final int MAX_SERIAL = 64;

  /**
   * @param found from all sources; a certificate may come from several
   */
  static AnchorBundle of(List<Anchor> found, Distrust distrust) {
    // Sorted and without repetitions, so that the version says nothing but the content.
    Map<ParsedCertificate, TreeSet<String>> sources =
        new TreeMap<>(Comparator.comparing(c -> Fingerprints.hex(c.fingerprint())));
    for (Anchor anchor : found) {
      sources.computeIfAbsent(anchor.certificate(), _ -> new TreeSet<>()).add(anchor.source());
    }
    AnchorSet.Builder set = AnchorSet.newBuilder();
    TrustBundle.Builder record = TrustBundle.newBuilder();
    Map<String, Integer> indexes = new HashMap<>();
    sources.forEach(
        (certificate, names) -> {
          if (distrust.by(certificate) == null) {
            set.addCertificates(ByteString.copyFrom(certificate.der()));
            RecordedAnchor.Builder anchor = recorded(certificate);
            for (String name : names) {
              anchor.addSources(
                  indexes.computeIfAbsent(
                      name,
                      n -> {
                        record.addSources(n);
                        return record.getSourcesCount() - 1;
                      }));
            }
            record.addAnchors(anchor);
          }
        });
    List<ByteString> distrusted =
        distrust.fingerprints().stream()
            .sorted(ByteString.unsignedLexicographicalComparator())
            .toList();
    String version = Fingerprints.anchorSetVersion(set.addAllDistrusted(distrusted).build());
    return new AnchorBundle(
        new TrustAnchors(
            AnchorSetReference.newBuilder().setVersion(version).build(),
            new ArrayList<>(sources.keySet()),
            distrust),
        record.setVersion(version).addAllDistrusted(distrusted).build());
  }

  /** A certificate as it would be recorded, without sources. */
  public static RecordedAnchor.Builder recorded(ParsedCertificate certificate) {
    String serial = certificate.x509().getSerialNumber().toString(16);
    return RecordedAnchor.newBuilder()
        .setSha256(ByteString.copyFrom(certificate.fingerprint()))
        .setSha1(ByteString.copyFrom(certificate.sha1()))
        .setSubject(certificate.shown())
        .setSerial(serial.length() <= MAX_SERIAL ? serial : serial.substring(0, MAX_SERIAL))
        .setNotBeforeMillis(certificate.notBefore().toEpochMilli())
        .setNotAfterMillis(certificate.notAfter().toEpochMilli());
  }
}
