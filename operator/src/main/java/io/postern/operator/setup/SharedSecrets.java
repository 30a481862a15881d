package io.postern.operator.setup;

import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Secrets that all replicas of some services have in common, each a file in the folders of its
 * holders: that of session tickets, and those of rewritten senders. Made once and kept in the
 * authority's folder; an administrator who changes that file changes the copies with the next run.
 * One run at a time. Failure leaves whole files only.
 */
final class SharedSecrets {
  /**
   * @param holders of its copies: folders beside the authority's
   */
  record Secret(String file, List<String> holders) {}

  static final List<Secret> ALL =
      List.of(
          new Secret("ticket-secret", List.of("ingress")),
          new Secret("sender-rewriting.secrets", List.of("ingress", "policy")));

  private static final int OCTETS = 32;

  private SharedSecrets() {}

  /**
   * @param root holds the folders
   * @return a line for each secret
   */
  static List<String> make(Path root) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Secret secret : ALL) {
      Path kept = root.resolve("authority").resolve(secret.file());
      boolean made = !Files.exists(kept);
      if (made) {
        byte[] random = new byte[OCTETS];
        new SecureRandom().nextBytes(random);
        PemFile.writeSecret(kept, HexFormat.of().formatHex(random) + "\n");
      }
      String text = Files.readString(kept);
      for (String holder : secret.holders()) {
        Path copy = root.resolve(holder).resolve(secret.file());
        if (!Files.exists(copy) || !Files.readString(copy).equals(text)) {
          PemFile.writeSecret(copy, text);
        }
      }
      lines.add(secret.file() + ": " + (made ? "made" : "kept"));
    }
    return lines;
  }
}
