package io.postern.console.web.peers;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** Other services. The pages ask their APIs with the token of the user. */
@ConfigMapping(prefix = "postern.console")
public interface PeerSettings {
  /**
   * Address of policy-service's API: {@code https://HOST:PORT}, or {@code http} on this machine.
   * Without it the pages that need it say so.
   */
  Optional<URI> policyUrl();

  /** The same of certificate-service. */
  Optional<URI> certificateUrl();

  /**
   * Configuration of Quarkus' TLS registry that has the authority of both certificates. Default:
   * the authorities of the Java runtime.
   */
  Optional<String> peersTlsConfigurationName();
}
