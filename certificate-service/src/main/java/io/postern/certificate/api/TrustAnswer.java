package io.postern.certificate.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The roots that are meant: whether each is trusted here, since when, by which bundle; if none is,
 * the steps (S10). Immutable.
 *
 * @param query as it was asked for; of a chain: its root's subject
 * @param trusted at least one of {@code roots} is a default anchor in force; of a chain: it leads
 *     to one, over nothing that is distrusted
 * @param distrustedBy the setting that distrusts the fingerprint asked for, or a certificate of the
 *     chain; empty: none
 * @param bundle the version of the default anchors in force in the replica that answers
 * @param anchors how many it has
 * @param datesKnown false: the log is away, so dates and former anchors are not known
 * @param roots those meant: default anchors, those that distrust takes out, former ones, and those
 *     of the organization; trusted ones first, at most {@value #MOST}
 * @param sets of the organization asked about; empty: none was named, or it has none, so that its
 *     connectors and domains use the default anchors
 * @param todo the steps to have it trusted, in order; empty: none
 */
public record TrustAnswer(
    String query,
    boolean trusted,
    String distrustedBy,
    String bundle,
    int anchors,
    boolean datesKnown,
    List<Root> roots,
    List<AnchorSetView> sets,
    List<String> todo) {
  static final int MOST = 50;

  /**
   * One root and the default anchors.
   *
   * @param anchor with the sources that it has now; none: it is no default anchor now
   * @param distrustedBy the setting; empty: it is not distrusted
   * @param since when the first version of the unbroken run was recorded that has it, or had it;
   *     null: none that is known had it, or it is not recorded yet
   * @param sinceBundle that version
   * @param orEarlier nothing older is known
   * @param until when a version without it was recorded; null: it is trusted, or never was
   * @param sets the same for each of the organization's sets, in their order
   */
  public record Root(
      AnchorView anchor,
      boolean trusted,
      String distrustedBy,
      @Nullable Instant since,
      String sinceBundle,
      boolean orEarlier,
      @Nullable Instant until,
      List<InSet> sets) {}

  /**
   * One root and one set of the organization's.
   *
   * @param distrustedBy the setting or the set; empty: it is not distrusted
   */
  public record InSet(String set, boolean trusted, String distrustedBy) {}

  /**
   * A set of the organization's, as it is in force.
   *
   * @param withDefaults the default anchors are part of it
   * @param anchors how many it has in all
   * @param removed SHA-256 of the certificates that the organization distrusts
   * @param trusted as {@link TrustAnswer#trusted}, by this set
   */
  public record AnchorSetView(
      String set, boolean withDefaults, int anchors, List<String> removed, boolean trusted) {}
}
