package io.postern.operator.setup;

import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that all replicas of some services have in common, a file in the folder {@code
 * SERVICE-secrets} of each: that of session tickets, and those of rewritten senders. Kept in the
 * authority's folder; an administrator who changes that file changes the copies with the next run.
 * The secret of tickets is made anew by the first run a day later: it opens recorded sessions of
 * TLS 1.2. One run at a time. Failure leaves whole files only.
 */
final class SharedSecrets {
  /**
   * @param services that have it
   * @param life after which it is replaced; null: never, since what it signed is still in use
   */
  record Secret(String file, List<String> services, @Nullable Duration life) {}

  static final List<Secret> ALL =
      List.of(
          // Less than the day from one run to the next.
          new Secret("ticket-secret", List.of("ingress"), Duration.ofHours(23)),
          new Secret("sender-rewriting.secrets", List.of("ingress", "policy"), null));

  private static final int OCTETS = 32;

  private SharedSecrets() {}

  static String folder(String service) {
    return service + "-secrets";
  }

  /**
   * @param root holds the folders
   * @return a line for each secret
   */
  static List<String> make(Path root, Instant now) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Secret secret : ALL) {
      Path kept = root.resolve("authority").resolve(secret.file());
      boolean made = !Files.exists(kept) || isOver(secret, kept, now);
      if (made) {
        byte[] random = new byte[OCTETS];
        new SecureRandom().nextBytes(random);
        PemFile.writeSecret(kept, HexFormat.of().formatHex(random) + "\n");
      }
      byte[] octets = Files.readAllBytes(kept); // an administrator's need be no text
      for (String service : secret.services()) {
        Path copy = root.resolve(folder(service)).resolve(secret.file());
        if (!Files.exists(copy) || !Arrays.equals(Files.readAllBytes(copy), octets)) {
          PemFile.writeSecret(copy, octets);
        }
      }
      lines.add(secret.file() + ": " + (made ? "made" : "kept"));
    }
    return lines;
  }

  private static boolean isOver(Secret secret, Path kept, Instant now) throws IOException {
    Duration life = secret.life();
    return life != null && Files.getLastModifiedTime(kept).toInstant().plus(life).isBefore(now);
  }
}
