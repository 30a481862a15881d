package io.postern.certificate.mtasts;

import io.postern.certificate.fetch.FetchException;
import io.postern.dns.tlsrpt.ResultType;

/** A policy that could not be had. The message is a sentence of ASCII for the administrator. */
final class PolicyFetchException extends Exception {
  static final int MAX_DETAIL = 256;
  private static final long serialVersionUID = 1;

  private final ResultType type;
  private final boolean ours;

  /**
   * @param detail may have parts of the policy in it
   */
  PolicyFetchException(ResultType type, String detail) {
    this(type, detail, false);
  }

  private PolicyFetchException(ResultType type, String detail, boolean ours) {
    super(shown(detail));
    this.type = type;
    this.ours = ours;
  }

  static PolicyFetchException of(FetchException failure) {
    String detail = String.valueOf(failure.getMessage());
    return switch (failure.kind()) {
      case UNTRUSTED ->
          new PolicyFetchException(ResultType.STS_WEBPKI_INVALID, detail, failure.ours());
      case GARBAGE -> new PolicyFetchException(ResultType.STS_POLICY_INVALID, detail);
      case TOO_LARGE ->
          new PolicyFetchException(
              ResultType.STS_POLICY_INVALID,
              "the policy has more than " + PolicyHost.MAX_BYTES + " bytes");
      default ->
          new PolicyFetchException(ResultType.STS_POLICY_FETCH_ERROR, detail, failure.ours());
    };
  }

  ResultType type() {
    return type;
  }

  /** The domain is not to blame: too much is being fetched, or our proxy failed. */
  boolean ours() {
    return ours;
  }

  private static String shown(String detail) {
    String ascii = detail.replaceAll("[^\\x20-\\x7e]", "?");
    return ascii.length() <= MAX_DETAIL ? ascii : ascii.substring(0, MAX_DETAIL);
  }
}
