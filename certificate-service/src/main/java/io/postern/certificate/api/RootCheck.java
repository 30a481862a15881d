package io.postern.certificate.api;

import com.google.protobuf.ByteString;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.AnchorRun;
import io.postern.certificate.answers.AnchorSettings;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.TrustBundle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Is this root trusted here, since when, by which bundle; if not, what to do (S10). Pure. */
final class RootCheck {
  private final AnchorSettings settings;

  RootCheck(AnchorSettings settings) {
    this.settings = settings;
  }

  /**
   * The answer about one certificate and the installation's default anchors.
   *
   * @param trusted it is an anchor now
   * @param distrusted it is named by {@code postern.anchors.distrusted}
   * @param bundle the version in force
   * @param anchor null: no version that is known had it
   * @param since when the first version of the unbroken run came in force that has it, or had it
   * @param sinceBundle that version
   * @param orEarlier nothing older is known
   * @param until when a version without it came in force; null: it is trusted, or never was
   * @param todo what an administrator does to have it trusted, in order; empty: nothing
   */
  public record Answer(
      String fingerprint,
      boolean trusted,
      boolean distrusted,
      String bundle,
      @Nullable AnchorView anchor,
      @Nullable Instant since,
      String sinceBundle,
      boolean orEarlier,
      @Nullable Instant until,
      List<String> todo) {}

  /**
   * @param inForce this replica's set
   * @throws IllegalArgumentException what is wrong with the fingerprint, and the cure
   */
  Answer answer(String fingerprint, AnchorHistory history, TrustBundle inForce) {
    List<AnchorRun> runs = history.find(AnchorQuery.fingerprint(fingerprint));
    String asked = fingerprint.replaceAll("[: ]", "").toLowerCase(Locale.ROOT);
    AnchorRun run = runs.isEmpty() ? null : runs.getFirst();
    String sha256 = run == null ? asked : Fingerprints.hex(run.anchor().getSha256().toByteArray());
    boolean trusted = run != null && run.until() == null;
    boolean distrusted =
        inForce.getDistrustedList().stream()
            .map(ByteString::toByteArray)
            .map(Fingerprints::hex)
            .anyMatch(sha256::equals);
    return new Answer(
        asked,
        trusted,
        distrusted,
        inForce.getVersion(),
        run == null ? null : AnchorView.of(run.anchor(), run.sources()),
        run == null ? null : run.since(),
        run == null ? "" : run.version(),
        run != null && run.orEarlier(),
        run == null ? null : run.until(),
        trusted ? List.of() : todo(distrusted, asked, run));
  }

  private List<String> todo(boolean distrusted, String asked, @Nullable AnchorRun run) {
    List<String> todo = new ArrayList<>();
    if (distrusted) {
      todo.add(
          "It is distrusted here: remove its SHA-256 from postern.anchors.distrusted and restart"
              + " certificate-service, if it is to be trusted.");
    }
    todo.add(
        "Get the certificate"
            + (run == null ? "" : " of \"" + run.anchor().getSubject() + "\"")
            + " from its authority, and compare its "
            + (asked.length() == 40 ? "SHA-1" : "SHA-256")
            + ": "
            + asked
            + ".");
    todo.add(
        settings
            .folder()
            .map(
                folder ->
                    "For the whole installation: move it as a .pem, .crt or .cer file into "
                        + folder
                        + " (postern.anchors.folder) of every replica of certificate-service; no"
                        + " restart is needed.")
            .orElse(
                "For the whole installation: write it into a PEM file that postern.anchors.pem of"
                    + " certificate-service names, on every replica, or set"
                    + " postern.anchors.folder to a folder with it; a new setting needs a"
                    + " restart."));
    todo.add(
        "For one organization: put it into a set of its trustAnchors in the directory file, which a"
            + " connector names.");
    return todo;
  }
}
