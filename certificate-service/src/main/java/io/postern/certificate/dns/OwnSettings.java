package io.postern.certificate.dns;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Records and MTA-STS policies of your domains. See docs/guides/domain-records.md. */
@ConfigMapping(prefix = "postern.own")
public interface OwnSettings {
  /**
   * Names of your MX hosts, separated by commas, at most 20. If set, their records and those of the
   * accepted domains (at most 1,000) are checked every hour. Default: the names in the certificates
   * that ingress-service presents.
   */
  Optional<List<String>> mxHosts();

  /**
   * MTA-STS policy that is served for each accepted domain: {@code off} (none), {@code none},
   * {@code testing} or {@code enforce}. It needs {@link #mxHosts}.
   */
  @WithDefault("off")
  String stsMode();

  /** Exceptions from it, such as {@code example.com=testing}, separated by commas. */
  Optional<List<String>> stsModeOf();

  /** How long a sender may keep a policy, at most a year. */
  @WithDefault("7d")
  Duration stsMaxAge();

  /**
   * Addresses for TLS reports, {@code mailto:} or {@code https:}, separated by commas. {@code
   * postern dns} expects a TLSRPT record with them.
   */
  Optional<List<String>> tlsReports();

  /**
   * Address of the listener for policies. Beyond this machine only with the {@code
   * quarkus.tls.mta-sts.*} keys.
   */
  @WithDefault("127.0.0.1")
  String policyHost();

  /** Port of the listener for policies; 0: no listener. */
  @WithDefault("0")
  int policyPort();
}
