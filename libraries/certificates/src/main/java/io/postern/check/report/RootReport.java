package io.postern.check.report;

import java.util.List;

/**
 * The anchors that a name or a fingerprint stands for. Immutable.
 *
 * @param ok at least one
 * @param query as it was asked for
 * @param anchors how many are in use here in all
 * @param found the anchors, at most {@value #MOST}
 * @param advice the steps to install one, and the place; empty: one was found
 */
public record RootReport(
    boolean ok, String query, int anchors, List<CertificateIdentity> found, String advice) {
  public static final int MOST = 50;

  public RootReport {
    found = List.copyOf(found);
  }
}
