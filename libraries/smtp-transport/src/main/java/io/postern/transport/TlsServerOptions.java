package io.postern.transport;

import io.postern.contracts.KeyExchangeGroups;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import java.util.Optional;

/**
 * The offer of a TLS server, strongest first. Immutable.
 *
 * @param tls12Suites IANA names; TLS 1.3 has all of its suites ({@link TlsSetup#TLS_1_3})
 * @param groups IANA names of the key exchange groups
 */
public record TlsServerOptions(
    TlsVersion minimum,
    TlsVersion maximum,
    List<String> tls12Suites,
    List<String> groups,
    Staples staples) {

  /** TLS 1.2 and 1.3, forward secrecy only (RFC 9325 §4.1). */
  public static final TlsServerOptions DEFAULT =
      new TlsServerOptions(
          TlsVersion.TLS_1_2,
          TlsVersion.TLS_1_3,
          TlsSetup.FORWARD_SECRET,
          TlsNames.groupNames().toList(),
          Staples.NONE);

  public TlsServerOptions {
    tls12Suites = List.copyOf(tls12Suites);
    groups = List.copyOf(groups);
  }

  TlsServerOptions withVersions(TlsVersion from, TlsVersion to) {
    return new TlsServerOptions(from, to, tls12Suites, groups, staples);
  }

  /** TLS 1.2 with RSA key exchange only: a peer that cannot do forward secrecy. */
  TlsServerOptions withoutForwardSecrecy() {
    return new TlsServerOptions(
        TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, TlsSetup.NOT_FORWARD_SECRET, groups, staples);
  }

  TlsServerOptions withSuites(List<String> suites) {
    return new TlsServerOptions(minimum, maximum, suites, groups, staples);
  }

  public TlsServerOptions withStaples(Staples asked) {
    return new TlsServerOptions(minimum, maximum, tls12Suites, groups, asked);
  }

  /** TLS 1.3 alone. */
  public TlsServerOptions withTls13Only() {
    return withVersions(TlsVersion.TLS_1_3, TlsVersion.TLS_1_3);
  }

  /**
   * TLS 1.2 with these suites alone, in this order. No suite may be without forward secrecy, or
   * weaker than those of {@link #DEFAULT}: IllegalArgumentException with the sentence to it.
   */
  public TlsServerOptions withTls12Suites(List<String> suites) {
    return withSuites(safe("cipher suite of TLS 1.2", suites, TlsSetup.FORWARD_SECRET));
  }

  /** These groups alone, in this order; errors as of {@link #withTls12Suites}. */
  public TlsServerOptions withGroups(List<String> names) {
    List<String> safe = safe("group", names, DEFAULT.groups);
    if (safe.equals(List.of(KeyExchangeGroups.HYBRID)) && minimum != TlsVersion.TLS_1_3) {
      throw new IllegalArgumentException(
          KeyExchangeGroups.HYBRID + " is a group of TLS 1.3 only: add x25519 or secp256r1");
    }
    return new TlsServerOptions(minimum, maximum, tls12Suites, safe, staples);
  }

  private static List<String> safe(String kind, List<String> asked, List<String> known) {
    Optional<String> other = asked.stream().filter(name -> !known.contains(name)).findFirst();
    if (other.isPresent()) {
      throw new IllegalArgumentException(
          "\""
              + other.get()
              + "\" is not a "
              + kind
              + " that is offered here: write some of "
              + known);
    }
    if (asked.isEmpty() || asked.stream().distinct().count() < asked.size()) {
      throw new IllegalArgumentException("write each " + kind + " once, and one at least");
    }
    return asked;
  }
}
