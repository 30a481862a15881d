package io.postern.ingress.rates;

/**
 * A number that is allowed in a minute.
 *
 * @param perMinute 1 to 1,000,000
 */
record Rate(Counted of, int perMinute) {
  static final long MINUTE_NANOS = 60_000_000_000L;

  /** The part of a minute that one message or recipient takes. */
  long nanos() {
    return MINUTE_NANOS / perMinute;
  }
}
