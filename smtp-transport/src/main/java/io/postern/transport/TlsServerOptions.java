package io.postern.transport;

import io.postern.contracts.v1.TlsVersion;
import java.util.List;

/**
 * The offer of a TLS server, for servers in tests that must lack something. Immutable.
 *
 * @param tls12Suites IANA names, strongest first
 * @param stapledOcsp DER of an OCSP response to staple; empty: none
 */
@SuppressWarnings("ArrayRecordComponent") // an opaque value that is handed on, never compared
record TlsServerOptions(
    TlsVersion minimum, TlsVersion maximum, List<String> tls12Suites, byte[] stapledOcsp) {

  static final TlsServerOptions DEFAULT =
      new TlsServerOptions(
          TlsVersion.TLS_1_2, TlsVersion.TLS_1_3, TlsSetup.FORWARD_SECRET, new byte[0]);

  public TlsServerOptions {
    tls12Suites = List.copyOf(tls12Suites);
  }

  TlsServerOptions withVersions(TlsVersion from, TlsVersion to) {
    return new TlsServerOptions(from, to, tls12Suites, stapledOcsp);
  }

  /** TLS 1.2 with RSA key exchange only: a peer that cannot do forward secrecy. */
  TlsServerOptions withoutForwardSecrecy() {
    return new TlsServerOptions(
        TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, TlsSetup.NOT_FORWARD_SECRET, stapledOcsp);
  }

  TlsServerOptions withSuites(List<String> suites) {
    return new TlsServerOptions(minimum, maximum, suites, stapledOcsp);
  }

  TlsServerOptions withStapledOcsp(byte[] response) {
    return new TlsServerOptions(minimum, maximum, tls12Suites, response.clone());
  }
}
