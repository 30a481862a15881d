package io.postern.transport;

import io.netty.handler.ssl.NotSslRecordException;
import io.postern.contracts.v1.HandshakeFailure;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The cause and the sentence for a failure of BoringSSL or the socket. */
final class TlsFailures {
  private TlsFailures() {}

  private record Cause(HandshakeFailure failure, String reason) {}

  static TlsHandshakeException handshake(Exception e, String offered) {
    Cause cause = cause(e, offered);
    return new TlsHandshakeException(cause.failure(), cause.reason(), e);
  }

  /** {@code offered}: our TLS versions, as "TLS 1.2 and 1.3". */
  static String reason(Exception e, String offered) {
    return cause(e, offered).reason();
  }

  private static Cause cause(Exception e, String offered) {
    if (e instanceof SocketTimeoutException) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_TIMED_OUT,
          "the peer did not respond in time during the TLS handshake");
    }
    if (e instanceof EOFException) {
      return closed();
    }
    if (e instanceof NotSslRecordException) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_NOT_TLS, "the peer sent something that is not TLS");
    }
    if (e instanceof IOException && !(e instanceof SSLException)) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_CLOSED, "the connection was lost during the TLS handshake");
    }
    String code = messages(e).toUpperCase(Locale.ROOT);
    Cause offer = ofOffers(code, offered);
    if (offer != null) {
      return offer;
    }
    Cause alert = ofAlert(code);
    return alert != null ? alert : ofOurs(code);
  }

  private static @Nullable Cause ofOffers(String code, String offered) {
    if (has(
        code,
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
        "UNEXPECTED_MESSAGE",
        "INVALID_OUTER_RECORD",
        "NOT AN SSL")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_NOT_TLS,
          "the peer sent something that is not TLS, or not TLS 1.0 or newer");
    }
    if (has(
        code,
        "UNSUPPORTED_PROTOCOL",
        "ALERT_PROTOCOL_VERSION",
        "INAPPROPRIATE_FALLBACK",
        "NO_PROTOCOLS_AVAILABLE")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION,
          "no TLS version in common: offered are " + offered);
    }
    HandshakeFailure lacking =
        has(code, "NO_SHARED_CIPHER")
            ? HandshakeFailure.HANDSHAKE_NO_SHARED_SUITE
            : has(code, "NO_SHARED_GROUP")
                ? HandshakeFailure.HANDSHAKE_NO_SHARED_GROUP
                : has(code, "NO_COMMON_SIGNATURE", "UNABLE TO FIND KEY MATERIAL")
                    ? HandshakeFailure.HANDSHAKE_NO_SHARED_SIGNATURE
                    : null;
    return lacking == null
        ? null
        : new Cause(
            lacking, "no cipher suite, group or signature algorithm in common with the peer");
  }

  private static @Nullable Cause ofAlert(String code) {
    if (has(code, "ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_REFUSED,
          "the peer refused the handshake (alert handshake_failure): usually no cipher suite in "
              + "common, or it requires a client certificate");
    }
    if (has(code, "CERTIFICATE_REQUIRED")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_REFUSED,
          "the peer requires a client certificate and got none (alert certificate_required)");
    }
    if (has(code, "ALERT_UNKNOWN_CA")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_UNKNOWN_CA,
          "the peer does not trust the issuer of the presented certificate (alert unknown_ca)");
    }
    if (has(
        code,
        "ALERT_CERTIFICATE_EXPIRED",
        "ALERT_CERTIFICATE_REVOKED",
        "ALERT_BAD_CERTIFICATE",
        "ALERT_CERTIFICATE_UNKNOWN",
        "ALERT_UNSUPPORTED_CERTIFICATE",
        "ALERT_ACCESS_DENIED")) {
      return new Cause(
          has(code, "ALERT_CERTIFICATE_EXPIRED")
              ? HandshakeFailure.HANDSHAKE_CERTIFICATE_EXPIRED
              : has(code, "ALERT_CERTIFICATE_REVOKED")
                  ? HandshakeFailure.HANDSHAKE_CERTIFICATE_REVOKED
                  : HandshakeFailure.HANDSHAKE_CERTIFICATE_REFUSED,
          "the peer refused the presented certificate (" + alert(code) + ")");
    }
    if (has(code, "UNRECOGNIZED_NAME")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_REFUSED,
          "the peer does not know the server name in SNI (alert unrecognized_name)");
    }
    return has(code, "_ALERT_")
        ? new Cause(
            HandshakeFailure.HANDSHAKE_REFUSED,
            "the peer ended the TLS handshake (" + alert(code) + ")")
        : null;
  }

  /** The engine's own verdict on what the peer sent. */
  private static Cause ofOurs(String code) {
    if (has(
        code, "CERTIFICATE", "X509", "ASN1", "BAD_SIGNATURE", "PEER_DID_NOT_RETURN", "KEY_USAGE")) {
      return new Cause(
          HandshakeFailure.HANDSHAKE_CLIENT_CERTIFICATE,
          "the peer's certificate or its proof of the key could not be read" + detail(code));
    }
    if (has(code, "EXCESSIVE_MESSAGE_SIZE")) { // no other message of a client may be so large
      return new Cause(
          HandshakeFailure.HANDSHAKE_CLIENT_CERTIFICATE, "the TLS handshake failed" + detail(code));
    }
    if (has(code, "CLOSED")) {
      return closed();
    }
    return new Cause(HandshakeFailure.HANDSHAKE_OTHER, "the TLS handshake failed" + detail(code));
  }

  private static Cause closed() {
    return new Cause(
        HandshakeFailure.HANDSHAKE_CLOSED,
        "the peer closed the connection during the TLS handshake");
  }

  private static boolean has(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  private static String messages(Exception e) {
    StringBuilder all = new StringBuilder();
    int depth = 0;
    for (@Nullable Throwable t = e; t != null && depth < 5; t = t.getCause(), depth++) {
      all.append(t.getMessage()).append(' ');
    }
    return all.toString();
  }

  private static String alert(String code) {
    int at = code.indexOf("ALERT_") + "ALERT_".length();
    int end = at;
    while (end < code.length()
        && (Character.isLetterOrDigit(code.charAt(end)) || code.charAt(end) == '_')) {
      end++;
    }
    return "alert " + code.substring(at, end).toLowerCase(Locale.ROOT);
  }

  /** BoringSSL's own name of the failure: "error:10000410:SSL routines:OPENSSL_internal:NAME". */
  private static String detail(String code) {
    int at = code.lastIndexOf("OPENSSL_INTERNAL:");
    if (at < 0) {
      return "";
    }
    int end = at += "OPENSSL_INTERNAL:".length();
    while (end < code.length()
        && (Character.isLetterOrDigit(code.charAt(end)) || code.charAt(end) == '_')) {
      end++;
    }
    return " (" + code.substring(at, end).toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
  }
}
