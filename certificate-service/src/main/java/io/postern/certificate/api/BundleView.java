package io.postern.certificate.api;

import com.google.protobuf.ByteString;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.BundleDifference;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.TrustBundle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Versions of the default anchors, for the API. */
final class BundleView {
  private BundleView() {}

  /**
   * All that is known, newest first.
   *
   * @param inForce the version in force in the replica that answers
   * @param complete false: there were older versions, which are not kept
   */
  public record Versions(String inForce, boolean complete, List<Version> versions) {}

  /**
   * One version from when it came in force; a version that came back stands there again.
   *
   * @param until null: it is the newest that was recorded
   * @param came against the version before; 0 for the oldest
   */
  public record Version(
      String version,
      Instant since,
      @Nullable Instant until,
      int anchors,
      int distrusted,
      int came,
      int went,
      List<String> sources) {}

  /**
   * One version as it was recorded.
   *
   * @param inForceSince when it came in force, first time first
   * @param before the version that it followed first; empty: none is known
   * @param came SHA-256 of anchors that {@code before} had not
   */
  public record Bundle(
      String version,
      List<Instant> inForceSince,
      List<String> sources,
      List<AnchorView> anchors,
      List<String> distrusted,
      String before,
      List<String> came,
      List<AnchorView> went) {}

  /** The changes from one version to another. */
  public record Difference(
      String from,
      String to,
      List<AnchorView> came,
      List<AnchorView> went,
      List<String> distrusted,
      List<String> distrustedNoMore) {}

  static Versions versions(AnchorHistory history, TrustBundle inForce) {
    List<AnchorHistory.Entry> timeline = history.timeline();
    List<Version> versions = new ArrayList<>();
    for (int i = 0; i < timeline.size(); i++) {
      TrustBundle bundle = timeline.get(i).bundle();
      TrustBundle before = i + 1 < timeline.size() ? timeline.get(i + 1).bundle() : bundle;
      BundleDifference change = BundleDifference.between(before, bundle);
      versions.add(
          new Version(
              bundle.getVersion(),
              timeline.get(i).since(),
              i == 0 ? null : timeline.get(i - 1).since(),
              bundle.getAnchorsCount(),
              bundle.getDistrustedCount(),
              change.came().size(),
              change.went().size(),
              List.copyOf(
                  (bundle.getVersion().equals(inForce.getVersion()) ? inForce : bundle)
                      .getSourcesList())));
    }
    return new Versions(inForce.getVersion(), !history.forgotten(), versions);
  }

  /**
   * @param inForce where it is the same version: its anchors' sources are shown from this, as a
   *     change of that alone is not recorded
   */
  static Bundle bundle(TrustBundle recorded, TrustBundle inForce) {
    TrustBundle bundle =
        recorded.getVersion().equals(inForce.getVersion())
            ? recorded.toBuilder()
                .clearSources()
                .addAllSources(inForce.getSourcesList())
                .clearAnchors()
                .addAllAnchors(inForce.getAnchorsList())
                .build()
            : recorded;
    return new Bundle(
        bundle.getVersion(),
        bundle.getInForceMillisList().stream().map(Instant::ofEpochMilli).toList(),
        List.copyOf(bundle.getSourcesList()),
        bundle.getAnchorsList().stream().map(anchor -> AnchorView.of(anchor, bundle)).toList(),
        hex(bundle.getDistrustedList()),
        bundle.getBefore(),
        hex(bundle.getCameList()),
        AnchorView.without(bundle.getWentList()));
  }

  static Difference difference(BundleDifference difference, TrustBundle to) {
    return new Difference(
        difference.from(),
        difference.to(),
        difference.came().stream().map(anchor -> AnchorView.of(anchor, to)).toList(),
        AnchorView.without(difference.went()),
        hex(difference.distrusted()),
        hex(difference.distrustedNoMore()));
  }

  private static List<String> hex(List<ByteString> fingerprints) {
    return fingerprints.stream().map(f -> Fingerprints.hex(f.toByteArray())).toList();
  }
}
