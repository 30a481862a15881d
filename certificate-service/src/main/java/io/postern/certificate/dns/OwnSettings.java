package io.postern.certificate.dns;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What our own domains publish; README.md describes each setting. */
@ConfigMapping(prefix = "postern.own")
public interface OwnSettings {
  /** Names of our MX hosts; by default the names in the certificates that ingress presents. */
  Optional<List<String>> mxHosts();

  /** Policy of MTA-STS of each accepted domain: off, none, testing or enforce. */
  @WithDefault("off")
  String stsMode();

  /** Exceptions from it, {@code domain=mode}. */
  Optional<List<String>> stsModeOf();

  /** How long a sender may keep a policy. */
  @WithDefault("7d")
  Duration stsMaxAge();

  /** Addresses for reports of TLS-RPT, {@code mailto:} or {@code https:}. */
  Optional<List<String>> tlsReports();

  /** Address of the listener for policies. */
  @WithDefault("127.0.0.1")
  String policyHost();

  /** Its port; 0: there is none. */
  @WithDefault("0")
  int policyPort();
}
