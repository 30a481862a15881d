package io.postern.certificate.dns;

import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.dns.tlsrpt.TlsRptRecord;
import io.postern.names.DomainNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The checked settings of our own domains. Immutable.
 *
 * @param mxHosts A-labels, lower case, at most {@value #MOST_HOSTS}; none: not configured
 * @param mode policy of MTA-STS; empty: none is served
 * @param modes of single domains, before {@code mode}
 * @param reports where TLS-RPT's reports are to go; empty: not configured
 */
record OwnMail(
    List<String> mxHosts,
    Optional<Mode> mode,
    Map<String, Optional<Mode>> modes,
    Duration maxAge,
    Optional<TlsRptRecord> reports) {
  static final int MOST_HOSTS = 20;

  private static final Duration LONGEST = Duration.ofSeconds(31_557_600); // RFC 8461 §3.2

  OwnMail {
    mxHosts = List.copyOf(mxHosts);
    modes = Map.copyOf(modes);
  }

  /** Empty: no policy is served for the domain. */
  Optional<Mode> modeOf(String domain) {
    return modes.getOrDefault(domain, mode);
  }

  /** Whether any policy is to say enforce. */
  boolean enforces() {
    return Stream.concat(Stream.of(mode), modes.values().stream())
        .anyMatch(each -> each.filter(Mode.ENFORCE::equals).isPresent());
  }

  /**
   * @throws IllegalArgumentException with the setting and the cure
   */
  static OwnMail of(OwnSettings settings) {
    List<String> hosts = new ArrayList<>();
    for (String host : settings.mxHosts().orElse(List.of())) {
      hosts.add(domain("postern.own.mx-hosts", host, "names such as mx1.example.com"));
    }
    if (hosts.size() > MOST_HOSTS) {
      throw new IllegalArgumentException(
          "postern.own.mx-hosts has " + hosts.size() + " names: write at most " + MOST_HOSTS);
    }
    Map<String, Optional<Mode>> modes = new HashMap<>();
    for (String exception : settings.stsModeOf().orElse(List.of())) {
      String[] parts = exception.split("=", -1);
      String form = "entries such as example.com=testing";
      if (parts.length != 2) {
        throw new IllegalArgumentException(
            "postern.own.sts-mode-of has \"" + exception + "\": write " + form);
      }
      modes.put(
          domain("postern.own.sts-mode-of", parts[0], form),
          mode("postern.own.sts-mode-of", parts[1]));
    }
    Optional<Mode> mode = mode("postern.own.sts-mode", settings.stsMode());
    if (hosts.isEmpty()
        && (mode.isPresent() || modes.values().stream().anyMatch(Optional::isPresent))) {
      throw new IllegalArgumentException(
          "postern.own.sts-mode needs policies, and postern.own.mx-hosts names no host for them: "
              + "write the names of the MX hosts there");
    }
    Duration age = settings.stsMaxAge();
    if (age.isNegative() || age.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "postern.own.sts-max-age is " + age + ": write a time of a year at most, such as 7d");
    }
    return new OwnMail(hosts, mode, modes, age, reports(settings));
  }

  private static Optional<TlsRptRecord> reports(OwnSettings settings) {
    List<String> addresses = settings.tlsReports().orElse(List.of());
    try {
      return addresses.isEmpty()
          ? Optional.empty()
          : Optional.of(
              TlsRptRecord.parse(TlsRptRecord.VERSION + "; rua=" + String.join(",", addresses)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "postern.own.tls-reports cannot be published (" + e.getMessage() + ")", e);
    }
  }

  private static String domain(String key, String text, String cure) {
    String domain = DomainNames.normal(text.strip());
    if (!DomainNames.isAscii(domain) || !DomainNames.isDomain(domain)) {
      throw new IllegalArgumentException(key + " has \"" + text + "\": write " + cure);
    }
    return domain;
  }

  private static Optional<Mode> mode(String key, String text) {
    String mode = text.strip().toLowerCase(Locale.ROOT);
    if (mode.equals("off")) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(Mode.values())
            .filter(each -> each.spelled().equals(mode))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        key + " has \"" + text + "\": write off, none, testing or enforce")));
  }
}
