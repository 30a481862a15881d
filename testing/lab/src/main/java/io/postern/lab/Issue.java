package io.postern.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request for a certificate. The defaults give a good one: server and client, P-256, valid from
 * an hour ago for 90 days, with its authority's CRL.
 *
 * @param names DNS names or IPv4 addresses, the first is the common name too; none: a certificate
 *     without names
 * @param subjectAltNames false: the common name is the only name
 * @param server with client false too: an OCSP responder, which does not exempt itself from being
 *     looked up
 * @param crlUrls null: the authority's own; empty: none published
 * @param responder URL of an OCSP responder; empty: none
 * @param caIssuers URL of the issuer's certificate; empty: none
 */
public record Issue(
    List<String> names,
    boolean subjectAltNames,
    boolean server,
    boolean client,
    Instant notBefore,
    Instant notAfter,
    @Nullable List<String> crlUrls,
    String responder,
    String caIssuers,
    boolean rsa) {
  private static final Duration VALID = Duration.ofDays(90);

  public Issue {
    names = List.copyOf(names);
    crlUrls = crlUrls == null ? null : List.copyOf(crlUrls);
  }

  public static Issue to(String... names) {
    Instant from = Instant.now().minus(Duration.ofHours(1));
    return new Issue(List.of(names), true, true, true, from, from.plus(VALID), null, "", "", false);
  }

  public Issue serverOnly() {
    return new Issue(
        names,
        subjectAltNames,
        true,
        false,
        notBefore,
        notAfter,
        crlUrls,
        responder,
        caIssuers,
        rsa);
  }

  public Issue clientOnly() {
    return new Issue(
        names,
        subjectAltNames,
        false,
        true,
        notBefore,
        notAfter,
        crlUrls,
        responder,
        caIssuers,
        rsa);
  }

  /** To sign OCSP answers, without id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2). */
  public Issue responderOnly() {
    return new Issue(
        names,
        subjectAltNames,
        false,
        false,
        notBefore,
        notAfter,
        crlUrls,
        responder,
        caIssuers,
        rsa);
  }

  public Issue commonNameOnly() {
    return new Issue(
        names, false, server, client, notBefore, notAfter, crlUrls, responder, caIssuers, rsa);
  }

  public Issue valid(Instant from, Instant until) {
    return new Issue(
        names, subjectAltNames, server, client, from, until, crlUrls, responder, caIssuers, rsa);
  }

  /** Ended yesterday. */
  public Issue expired() {
    Instant end = Instant.now().minus(Duration.ofDays(1));
    return valid(end.minus(VALID), end);
  }

  /** Begins tomorrow. */
  public Issue notYetValid() {
    Instant begin = Instant.now().plus(Duration.ofDays(1));
    return valid(begin, begin.plus(VALID));
  }

  public Issue withCrl(String... urls) {
    return new Issue(
        names,
        subjectAltNames,
        server,
        client,
        notBefore,
        notAfter,
        List.of(urls),
        responder,
        caIssuers,
        rsa);
  }

  public Issue withoutCrl() {
    return withCrl();
  }

  /** No list, but a responder. */
  public Issue withResponder(String url) {
    return new Issue(
        names,
        subjectAltNames,
        server,
        client,
        notBefore,
        notAfter,
        List.of(),
        url,
        caIssuers,
        rsa);
  }

  /** RSA 2048 instead of P-256. */
  public Issue withRsaKey() {
    return new Issue(
        names,
        subjectAltNames,
        server,
        client,
        notBefore,
        notAfter,
        crlUrls,
        responder,
        caIssuers,
        true);
  }

  /** A responder, beside the lists. */
  public Issue withResponderToo(String url) {
    return new Issue(
        names, subjectAltNames, server, client, notBefore, notAfter, crlUrls, url, caIssuers, rsa);
  }

  /** Where the issuer's certificate is. */
  public Issue withIssuersAt(String url) {
    return new Issue(
        names, subjectAltNames, server, client, notBefore, notAfter, crlUrls, responder, url, rsa);
  }
}
