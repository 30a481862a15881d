package io.postern.certificate.api;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorBundle;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.AnchorRun;
import io.postern.certificate.anchors.RootOf;
import io.postern.certificate.anchors.SetInForce;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.api.TrustAnswer.AnchorSetView;
import io.postern.certificate.api.TrustAnswer.InSet;
import io.postern.certificate.api.TrustAnswer.Root;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.RecordedAnchor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The check of a root: whether it is trusted here, since when, by which bundle; if not, the steps
 * that make it so (S10). Trust and sources come from this replica's anchors in force, and only
 * dates from the history: another replica's record says nothing about this one. Pure.
 *
 * @param history null: the log is away
 * @param sets of the organization asked about; empty: none is
 */
record RootCheck(
    RootAdvice advice,
    AnchorBundle inForce,
    @Nullable AnchorHistory history,
    List<SetInForce> sets) {

  TrustAnswer find(String shown, AnchorQuery query) {
    List<Root> roots = roots(query, List.of());
    String distrustedBy =
        inForce.record().getDistrustedList().stream()
            .filter(sha256 -> query.means("", Fingerprints.hex(sha256.toByteArray()), ""))
            .map(this::distrustedBy)
            .findFirst()
            .orElse(roots.size() == 1 ? roots.getFirst().distrustedBy() : "");
    List<AnchorSetView> views = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      int at = i;
      views.add(view(sets.get(i), roots.stream().anyMatch(r -> r.sets().get(at).trusted())));
    }
    return answer(shown, roots.stream().anyMatch(Root::trusted), distrustedBy, roots, views);
  }

  /**
   * The root under a chain: one way is followed, as {@link RootOf} does.
   *
   * @param chain the leaf first, at least one
   */
  TrustAnswer chain(List<ParsedCertificate> chain) {
    RootOf here = RootOf.chain(chain, inForce.anchors());
    Set<ParsedCertificate> meant = new LinkedHashSet<>();
    meant(here, inForce.anchors()).ifPresent(meant::add);
    List<AnchorSetView> views = new ArrayList<>();
    for (SetInForce set : sets) {
      RootOf there = RootOf.chain(chain, set.anchors());
      meant(there, set.anchors()).ifPresent(meant::add);
      views.add(view(set, trusted(there, set.anchors())));
    }
    List<Root> roots =
        meant.stream()
            .flatMap(
                root ->
                    roots(
                        AnchorQuery.fingerprint(Fingerprints.hex(root.fingerprint())),
                        List.of(root))
                        .stream())
            .toList();
    String distrustedBy =
        here.way().stream()
            .map(inForce.anchors()::distrustedBy)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("");
    return answer(here.name(), trusted(here, inForce.anchors()), distrustedBy, roots, views);
  }

  private static boolean trusted(RootOf root, TrustAnchors anchors) {
    return root.way().stream().anyMatch(anchors::contains)
        && root.way().stream().allMatch(c -> anchors.distrustedBy(c) == null);
  }

  // The nearest anchor, else the root.
  private static Optional<ParsedCertificate> meant(RootOf root, TrustAnchors anchors) {
    return root.way().stream()
        .filter(anchors::contains)
        .findFirst()
        .or(() -> Optional.ofNullable(root.root()));
  }

  private TrustAnswer answer(
      String shown,
      boolean trusted,
      String distrustedBy,
      List<Root> roots,
      List<AnchorSetView> views) {
    return new TrustAnswer(
        shown,
        trusted,
        distrustedBy,
        inForce.record().getVersion(),
        inForce.anchors().size(),
        history != null,
        roots,
        views,
        advice.todo(shown, trusted, distrustedBy, roots, views));
  }

  private static AnchorSetView view(SetInForce set, boolean trusted) {
    return new AnchorSetView(
        set.name(),
        set.withDefaults(),
        set.anchors().size(),
        set.removed().stream().map(f -> Fingerprints.hex(f.toByteArray())).sorted().toList(),
        trusted);
  }

  // Anchors in force, then those that distrust takes out, the organization's, former ones.
  private List<Root> roots(AnchorQuery query, List<ParsedCertificate> also) {
    Map<ByteString, AnchorView> meant = new LinkedHashMap<>();
    Set<ByteString> trusted = new LinkedHashSet<>();
    for (RecordedAnchor anchor : inForce.record().getAnchorsList()) {
      if (query.means(anchor)) {
        trusted.add(anchor.getSha256());
        meant.put(anchor.getSha256(), AnchorView.of(anchor, inForce.record()));
      }
    }
    Set<ParsedCertificate> others = new LinkedHashSet<>(inForce.anchors().distrusted());
    for (SetInForce set : sets) {
      others.addAll(set.anchors().certificates());
      others.addAll(set.anchors().distrusted());
    }
    others.addAll(also);
    for (ParsedCertificate certificate : others) {
      RecordedAnchor anchor = AnchorBundle.recorded(certificate).build();
      if (query.means(anchor)) {
        meant.putIfAbsent(anchor.getSha256(), AnchorView.of(anchor, List.of()));
      }
    }
    Map<ByteString, AnchorRun> runs = new HashMap<>();
    if (history != null) {
      for (AnchorRun run : history.find(query, inForce.record().getVersion())) {
        runs.put(run.anchor().getSha256(), run);
        meant.putIfAbsent(run.anchor().getSha256(), AnchorView.of(run.anchor(), List.of()));
      }
    }
    return meant.entrySet().stream()
        .map(
            one ->
                root(
                    one.getKey(),
                    one.getValue(),
                    trusted.contains(one.getKey()),
                    runs.get(one.getKey())))
        .sorted(
            Comparator.comparing(Root::trusted)
                .reversed()
                .thenComparing(root -> root.anchor().subject())
                .thenComparing(root -> root.anchor().sha256()))
        .limit(TrustAnswer.MOST)
        .toList();
  }

  private Root root(
      ByteString sha256, AnchorView anchor, boolean trusted, @Nullable AnchorRun known) {
    // It came back in a version that is not recorded yet.
    AnchorRun run = trusted && known != null && known.until() != null ? null : known;
    return new Root(
        anchor,
        trusted,
        distrustedBy(sha256),
        run == null ? null : run.since(),
        run == null ? "" : run.version(),
        run != null && run.orEarlier(),
        run == null ? null : run.until(),
        sets.stream().map(set -> inSet(set, sha256)).toList());
  }

  private static InSet inSet(SetInForce set, ByteString sha256) {
    byte[] fingerprint = sha256.toByteArray();
    return new InSet(
        set.name(),
        set.anchors().certificates().stream()
            .anyMatch(c -> Arrays.equals(c.fingerprint(), fingerprint)),
        Objects.requireNonNullElse(set.anchors().distrustedBy(sha256), ""));
  }

  private String distrustedBy(ByteString sha256) {
    return Objects.requireNonNullElse(inForce.anchors().distrustedBy(sha256), "");
  }
}
