package io.postern.check.report;

import java.util.List;

/**
 * Which anchors a name or a fingerprint stands for. Immutable.
 *
 * @param ok at least one
 * @param query as it was asked for
 * @param anchors how many are used here in all
 * @param found those that it stands for, at most {@value #MOST}
 * @param advice what to install and where; empty: one was found
 */
public record RootReport(
    boolean ok, String query, int anchors, List<CertificateFacts> found, String advice) {
  public static final int MOST = 50;

  public RootReport {
    found = List.copyOf(found);
  }
}
