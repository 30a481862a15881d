package io.postern.certificate.api;

import io.postern.certificate.answers.AnchorSettings;
import io.postern.certificate.api.TrustAnswer.AnchorSetView;
import io.postern.certificate.api.TrustAnswer.InSet;
import io.postern.certificate.api.TrustAnswer.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The steps to have a root trusted, with the names of this installation's settings. Pure. */
record RootAdvice(AnchorSettings settings) {

  /** In order; empty: it is trusted where it was asked for. */
  List<String> todo(
      String asked,
      boolean trusted,
      String distrustedBy,
      List<Root> roots,
      List<AnchorSetView> sets) {
    if (sets.isEmpty() ? trusted : sets.stream().allMatch(AnchorSetView::trusted)) {
      return List.of();
    }
    List<String> todo = new ArrayList<>();
    if (!distrustedBy.isEmpty()) {
      todo.add(distrusted(distrustedBy));
    }
    sets.stream()
        .filter(set -> !set.trusted())
        .forEach(set -> todo.add(ofSet(set, roots, trusted)));
    if (!trusted && sets.stream().noneMatch(AnchorSetView::trusted)) {
      todo.add(get(asked, roots));
      todo.add(install());
      if (sets.isEmpty()) {
        todo.add(
            "For one organization: add it to a set of its trustAnchors in the directory file that "
                + "a connector uses.");
      }
    }
    return todo;
  }

  private String distrusted(String by) {
    Optional<String> file =
        settings
            .distrustedFile()
            .map(path -> " (" + path + ")")
            .filter(_ -> by.equals("postern.anchors.distrusted-file"));
    return "It, or a certificate of the chain, is distrusted here: to trust it, remove its SHA-256 "
        + "from "
        + by
        + file.map(path -> path + "; no restart is needed.")
            .orElse(" and restart certificate-service.");
  }

  private static String ofSet(AnchorSetView set, List<Root> roots, boolean trusted) {
    boolean removed =
        roots.stream()
            .flatMap(root -> root.sets().stream())
            .filter(in -> in.set().equals(set.set()))
            .map(InSet::distrustedBy)
            .anyMatch(by -> by.endsWith(" " + set.set()));
    if (removed) {
      return "The organization distrusts it in "
          + set.set()
          + ": to trust it, remove its SHA-256 from \"distrusted\" of the set in the directory "
          + "file.";
    }
    return "In "
        + set.set()
        + " it is not an anchor: add its certificate to the set in the directory file"
        + (trusted && !set.withDefaults() ? ", or set withDefaults in the set" : "")
        + ".";
  }

  private static String get(String asked, List<Root> roots) {
    if (roots.size() == 1) {
      AnchorView anchor = Objects.requireNonNull(roots.getFirst().anchor());
      return "Get the certificate of \"%s\" from its authority, and compare its SHA-256: %s."
          .formatted(anchor.subject(), anchor.sha256());
    }
    return "Get the certificate of \""
        + asked
        + "\" from its authority, and compare its SHA-256 with the one that the authority publishes"
        + " by another way.";
  }

  private String install() {
    return settings
        .folder()
        .map(
            folder ->
                "For the whole installation: move it as a .pem, .crt or .cer file into "
                    + folder
                    + " (postern.anchors.folder) of every replica of certificate-service; no"
                    + " restart is needed.")
        .orElse(
            "For the whole installation: write it into a PEM file that postern.anchors.pem of"
                + " certificate-service names, on every replica, or set postern.anchors.folder to"
                + " a folder with it; a new setting needs a restart.");
  }
}
