package io.postern.service;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Sender rewriting. The same for all replicas of both services. */
@ConfigMapping(prefix = "postern.sender-rewriting")
public interface SenderRewritingSettings {
  /**
   * File of the secrets, one per line, read again when it changes. See
   * docs/guides/sender-rewriting.md. Without it policy-service queues mail whose sender must be
   * rewritten, and ingress-service answers notifications to rewritten senders with {@code 451
   * 4.3.0}.
   */
  Optional<String> secrets();

  default Optional<Path> file() {
    return secrets().filter(file -> !file.isBlank()).map(Path::of);
  }
}
