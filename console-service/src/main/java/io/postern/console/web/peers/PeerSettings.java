package io.postern.console.web.peers;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** Where the other services' APIs are, which the pages ask with their reader's token. */
@ConfigMapping(prefix = "postern.console")
public interface PeerSettings {
  /** Of policy-service: https, or http on this machine. */
  Optional<URI> policyUrl();

  /** The same of certificate-service. */
  Optional<URI> certificateUrl();

  /**
   * Whom the certificates of both must come from: a configuration of Quarkus' TLS registry; without
   * it Java's own authorities.
   */
  Optional<String> peersTlsConfigurationName();
}
