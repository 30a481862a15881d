package io.postern.service;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Sender rewriting: the same for all replicas of ingress-service and policy-service. */
@ConfigMapping(prefix = "postern.sender-rewriting")
public interface SenderRewritingSettings {
  /**
   * File of the secrets, one a line, read again when it changes (docs/guides/sender-rewriting.md).
   */
  Optional<String> secrets();

  default Optional<Path> file() {
    return secrets().filter(file -> !file.isBlank()).map(Path::of);
  }
}
