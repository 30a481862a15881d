package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The difference between two versions of the default set. Immutable.
 *
 * @param came anchors of {@code to} that {@code from} had not
 * @param went anchors of {@code from} that {@code to} has not
 * @param distrusted fingerprints that {@code to} distrusts and {@code from} did not
 * @param distrustedNoMore the other way round
 */
public record BundleDifference(
    String from,
    String to,
    List<RecordedAnchor> came,
    List<RecordedAnchor> went,
    List<ByteString> distrusted,
    List<ByteString> distrustedNoMore) {
  private static final int MOST_NAMES = 10;

  public static BundleDifference between(TrustBundle from, TrustBundle to) {
    return new BundleDifference(
        from.getVersion(),
        to.getVersion(),
        without(to.getAnchorsList(), from.getAnchorsList()),
        without(from.getAnchorsList(), to.getAnchorsList()),
        fingerprintsWithout(to.getDistrustedList(), from.getDistrustedList()),
        fingerprintsWithout(from.getDistrustedList(), to.getDistrustedList()));
  }

  private static List<RecordedAnchor> without(
      List<RecordedAnchor> anchors, List<RecordedAnchor> others) {
    Set<ByteString> known =
        others.stream().map(RecordedAnchor::getSha256).collect(Collectors.toSet());
    return anchors.stream().filter(anchor -> !known.contains(anchor.getSha256())).toList();
  }

  private static List<ByteString> fingerprintsWithout(
      List<ByteString> fingerprints, List<ByteString> others) {
    Set<ByteString> known = new HashSet<>(others);
    return fingerprints.stream().filter(fingerprint -> !known.contains(fingerprint)).toList();
  }

  /** For the log: counts, and at most {@value #MOST_NAMES} names of each kind. */
  String shown() {
    String shown = "came: " + names(came) + "; went: " + names(went);
    return distrusted.isEmpty() && distrustedNoMore.isEmpty()
        ? shown
        : "%s; distrusted now: %s, no longer distrusted: %s"
            .formatted(shown, distrusted.size(), distrustedNoMore.size());
  }

  private static String names(List<RecordedAnchor> anchors) {
    if (anchors.isEmpty()) {
      return "0";
    }
    String names =
        anchors.stream()
            .limit(MOST_NAMES)
            .map(anchor -> "\"" + anchor.getSubject() + "\"")
            .collect(Collectors.joining(", "));
    return anchors.size() + " (" + names + (anchors.size() > MOST_NAMES ? ", ...)" : ")");
  }
}
